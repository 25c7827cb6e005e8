/**
 * Runs the suite in desktop VS Code, downloaded by `@vscode/test-electron` or, with `VSCODE` set, the installed
 * executable at that path. `--vsix FILE` tests that VSIX instead of building one.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { cache } from "../../scripts/vscode-env.ts";
import { cleanUp, prepare, skip } from "./prepare.ts";

const { vsix } = parseArgs({ options: { vsix: { type: "string" } } }).values;
if (process.platform === "linux" && !process.env["DISPLAY"]) {
  skip("desktop VS Code needs a display (run it under xvfb-run, or use test/vscode/web.ts)");
}
const executable = process.env["VSCODE"] ?? (await download());
const prepared = await prepare("index.ts", vsix && resolve(vsix));

// `runTests` passes an interrupt on to the VS Code that it started, and then rejects.
const deadline = setTimeout(() => process.kill(process.pid, "SIGINT"), 300_000);
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: prepared.extension,
    extensionTestsPath: prepared.suite,
    launchArgs: [
      prepared.workspace,
      "--disable-extensions",
      "--disable-workspace-trust",
      ...["--user-data-dir", join(prepared.state, "data"), "--extensions-dir", join(prepared.state, "extensions")],
    ],
  });
} finally {
  clearTimeout(deadline);
  await cleanUp(prepared);
}

async function download(): Promise<string> {
  try {
    return await downloadAndUnzipVSCode({ version: "stable", cachePath: join(cache, "desktop") });
  } catch (error) {
    skip(`desktop VS Code cannot be downloaded (${String(error)}); set VSCODE to an installed one`);
  }
}
