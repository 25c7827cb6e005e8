/**
 * Runs the suite in desktop VS Code, downloaded by `@vscode/test-electron` or, with `VSCODE` set, the installed
 * executable at that path. `--vsix FILE` tests that VSIX instead of packing one from `dist/`.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runTests } from "@vscode/test-electron";
import { prepare, skip } from "./prepare.ts";

const { vsix } = parseArgs({ options: { vsix: { type: "string" } } }).values;
if (process.platform === "linux" && !process.env["DISPLAY"]) {
  skip("desktop VS Code needs a display (run it under xvfb-run, or use test/vscode/web.ts)");
}
const prepared = await prepare("index.ts", vsix && resolve(vsix));
const installed = process.env["VSCODE"];
process.exitCode = await runTests({
  ...(installed === undefined ? {} : { vscodeExecutablePath: installed }),
  extensionDevelopmentPath: prepared.extension,
  extensionTestsPath: prepared.suite,
  launchArgs: [
    prepared.workspace,
    "--disable-extensions",
    "--disable-workspace-trust",
    ...["--user-data-dir", join(prepared.state, "data"), "--extensions-dir", join(prepared.state, "extensions")],
  ],
});
