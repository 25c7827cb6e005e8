/**
 * Runs the suite in the real VS Code workbench in headless Chromium, served by the VS Code server that
 * `scripts/vscode-env.ts` installs. `--screenshot FILE` takes the README's picture instead; `--vsix FILE` tests that VSIX
 * instead of building one.
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { vscodeEnvironment } from "../../scripts/vscode-env.ts";
import { startCodeServer } from "./codeServer.ts";
import { cleanUp, prepare, skip } from "./prepare.ts";

const options = { screenshot: { type: "string" }, vsix: { type: "string" } } as const;
const { screenshot, vsix } = parseArgs({ options }).values;

const browser = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
if (browser === undefined) skip("Chromium is missing (apt-get install chromium, or set CHROMIUM to its path)");
const environment = await vscodeEnvironment();
if ("missing" in environment) skip(environment.missing);

const prepared = await prepare(screenshot === undefined ? "index.ts" : "picture.ts", vsix && resolve(vsix));
const server = await startCodeServer(environment, prepared.state);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void Promise.all([server.stop(), cleanUp(prepared)]).finally(() => process.exit(1)));
}
try {
  process.exitCode = await inBrowser(browser, server.port);
} finally {
  await server.stop();
  await cleanUp(prepared);
}

/** Opens the workbench and answers the suite's exit code; 1 when it does not end within five minutes. */
async function inBrowser(executablePath: string, port: number): Promise<number> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const running = await chromium.launch({ executablePath, args: [...args, ...quiet], timeout: 120_000 });
  try {
    const context = await running.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
    const page = await context.newPage();
    const code = new Promise<number>((exit) => {
      const timer = setTimeout(() => {
        console.error("the suite did not end within 5 minutes");
        exit(1);
      }, 300_000);
      // When the page cannot even be opened, nobody waits for the suite.
      timer.unref();
      const finish = (value: number) => {
        clearTimeout(timer);
        exit(value);
      };
      // The smoke-test driver of VS Code calls these two by name.
      void page.exposeFunction("codeAutomationExit", finish);
      void page.exposeFunction("codeAutomationLog", async (_type: string, values: unknown[]) => {
        const text = values.map(String).join(" ");
        if (text.includes("[suite] ")) console.log(text.slice(text.indexOf("[suite] ") + "[suite] ".length));
        if (screenshot !== undefined && text.includes("[suite] picture")) {
          await takeMenuPicture(page, screenshot).then(
            () => finish(0),
            (error: unknown) => {
              console.error(error);
              finish(1);
            },
          );
        }
      });
    });
    await page.goto(address(port), { waitUntil: "commit", timeout: 120_000 });
    const result = await code;
    if (result !== 0) await takePicture(page, resolve(prepared.state, "failed.png"));
    return result;
  } finally {
    await running.close();
  }
}

function address(port: number): string {
  const remote = `vscode-remote://127.0.0.1:${port}`;
  const payload = [
    ["extensionDevelopmentPath", `${remote}${prepared.extension}`],
    ["extensionTestsPath", `${remote}${prepared.suite}`],
  ];
  const query = new URLSearchParams({ folder: prepared.workspace, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query}`;
}

async function takePicture(page: Page, path: string): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  console.log(`wrote ${path}`);
}

/** The window that the suite arranged, with the light bulb's menu open. */
async function takeMenuPicture(page: Page, path: string): Promise<void> {
  for (const part of [".squiggly-error", ".markers-panel .monaco-list-row"]) await visible(page, part);
  await page.keyboard.press("Control+Period");
  await visible(page, ".action-widget .monaco-list-row");
  await takePicture(page, path);
}

async function visible(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ state: "attached", timeout: 30_000 });
}
