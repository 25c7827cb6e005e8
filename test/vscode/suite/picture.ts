import { commands, Selection } from "vscode";
import { findingsUntil, open, rangeOf } from "./case.ts";

/** Arranges the window for the README's picture, says so, and keeps it until the launcher closes it. */
export async function run(): Promise<void> {
  const editor = await open("examples/feature_build.py");
  await findingsUntil(editor.document.uri, "findings", (all) => all.length > 1);
  for (const command of [
    "workbench.action.closeOtherEditors",
    "workbench.action.closeSidebar",
    "workbench.action.closeAuxiliaryBar",
    "notifications.clearAll",
    "workbench.actions.view.problems",
    "workbench.action.focusActiveEditorGroup",
  ]) {
    await commands.executeCommand(command);
  }
  const { start } = rangeOf(editor.document, "nohup");
  editor.selection = new Selection(start, start);
  console.log("[suite] picture");
  await new Promise(() => {});
}
