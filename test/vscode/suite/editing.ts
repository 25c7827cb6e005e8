import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { CodeAction, CodeActionKind, commands, extensions, type Range, Selection, type Uri, workspace } from "vscode";
import { type Case, findingOf, noFindingOf, open, rangeOf } from "./case.ts";

/** What happens in an open file. */
export const editing: readonly Case[] = [
  {
    name: "a Python file activates the extension, and its commands are there",
    async run() {
      await open("dags/ssh_background.py");
      const extension = extensions.getExtension("tether.airflow-tether");
      ok(extension, "the extension is installed");
      await extension.activate();
      const registered = (await commands.getCommands(true)).filter((name) => name.startsWith("tether.")).sort();
      deepEqual(registered, [
        "tether.fixAllInFile",
        "tether.lintWorkspace",
        "tether.restartServer",
        "tether.showOutput",
      ]);
    },
  },
  {
    name: "opening a DAG shows the finding, on the place that causes it",
    async run() {
      const { document } = await open("dags/ssh_background.py");
      const finding = await findingOf(document.uri, "ssh-background-command");
      const command = rangeOf(document, '"nohup /opt/job.sh >/dev/null 2>&1 &"');
      ok(finding.range.intersection(command), `the range ${JSON.stringify(finding.range)} touches the command`);
    },
  },
  {
    name: "typing changes the findings",
    async run() {
      const editor = await open("dags/ssh_background.py");
      const { document } = editor;
      await findingOf(document.uri, "ssh-background-command");
      const before = document.getText();

      const command = rangeOf(document, "nohup /opt/job.sh >/dev/null 2>&1 &");
      editor.selection = new Selection(command.start, command.end);
      await commands.executeCommand("type", { text: "/opt/job.sh" });
      await noFindingOf(document.uri, "ssh-background-command");

      await commands.executeCommand("undo");
      equal(document.getText(), before);
      await findingOf(document.uri, "ssh-background-command");
    },
  },
  {
    name: "the light bulb applies the rewrite",
    async run() {
      const { document } = await open("dags/bash_ssh.py");
      const finding = await findingOf(document.uri, "bash-ssh-call");
      const actions = await quickFixes(document.uri, finding.range);
      const preferred = actions.find((action) => action.isPreferred);
      ok(
        preferred,
        `one of the fixes is preferred: ${actions.map((action) => action.title).join("; ") || "none offered"}`,
      );
      ok(preferred.edit, "the fix carries its edit");
      const before = document.getText();
      equal(await workspace.applyEdit(preferred.edit), true);
      notEqual(document.getText(), before);
      await noFindingOf(document.uri, "bash-ssh-call");
      await commands.executeCommand("undo");
      equal(document.getText(), before, "one undo takes the whole rewrite back");
      await findingOf(document.uri, "bash-ssh-call");
    },
  },
  {
    name: "restarting the server brings the findings back",
    async run() {
      const { document } = await open("dags/ssh_background.py");
      await findingOf(document.uri, "ssh-background-command");
      await commands.executeCommand("tether.restartServer");
      await findingOf(document.uri, "ssh-background-command");
    },
  },
];

async function quickFixes(uri: Uri, range: Range): Promise<CodeAction[]> {
  const resolve = 20;
  const found = await commands.executeCommand<unknown[]>(
    "vscode.executeCodeActionProvider",
    uri,
    range,
    CodeActionKind.QuickFix.value,
    resolve,
  );
  return found.filter((one) => one instanceof CodeAction);
}
