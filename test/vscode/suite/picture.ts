import { commands } from "vscode";
import { findingsUntil, open } from "./case.ts";

/** Arranges the window for the README's picture, says so, and keeps it until the launcher closes it. */
export async function run(): Promise<void> {
  const { document } = await open("examples/picture.py");
  await findingsUntil(document.uri, "findings", (all) => all.length > 0);
  await commands.executeCommand("workbench.actions.view.problems");
  console.log("[suite] picture");
  await new Promise(() => {});
}
