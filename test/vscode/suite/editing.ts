import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import {
  CodeAction,
  CodeActionKind,
  commands,
  extensions,
  type Hover,
  Range,
  Selection,
  type Uri,
  workspace,
} from "vscode";
import { type Case, findingOf, findingsUntil, noFindingOf, once, open, rangeOf } from "./case.ts";

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
      const actions = await codeActions(document.uri, finding.range, CodeActionKind.QuickFix.value);
      const [rewrite] = actions;
      ok(
        rewrite?.edit,
        `the first fix carries its edit: ${actions.map(({ title }) => title).join("; ") || "none offered"}`,
      );
      const before = document.getText();
      equal(await workspace.applyEdit(rewrite.edit), true);
      notEqual(document.getText(), before);
      await noFindingOf(document.uri, "bash-ssh-call");
      await commands.executeCommand("undo");
      equal(document.getText(), before, "one undo takes the whole rewrite back");
      await findingOf(document.uri, "bash-ssh-call");
    },
  },
  {
    name: "choosing a fix in the light bulb's menu applies it at once, an unsafe one too",
    async run() {
      const editor = await open("dags/ssh_background.py");
      const { document } = editor;
      const finding = await findingOf(document.uri, "ssh-background-command");
      const before = document.getText();
      editor.selection = new Selection(finding.range.start, finding.range.start);
      await commands.executeCommand("editor.action.quickFix");
      const changed = once(
        "the chosen fix in the text",
        (check) => workspace.onDidChangeTextDocument(check),
        () => document.getText() !== before,
      );
      // The menu may open a moment later; without one, the command does nothing.
      let waiting = true;
      const settled = changed.finally(() => {
        waiting = false;
      });
      while (waiting) await commands.executeCommand("acceptSelectedCodeAction");
      await settled;
      await noFindingOf(document.uri, "ssh-background-command");
      await commands.executeCommand("undo");
      equal(document.getText(), before, "one undo takes it back");
    },
  },
  {
    name: "hovering over a finding shows its rule",
    async run() {
      const { document } = await open("dags/ssh_background.py");
      const finding = await findingOf(document.uri, "ssh-background-command");
      const hovers = await commands.executeCommand<Hover[]>(
        "vscode.executeHoverProvider",
        document.uri,
        finding.range.start,
      );
      const text = hovers.flatMap((hover) =>
        hover.contents.map((part) => (typeof part === "string" ? part : part.value)),
      );
      const hover = text.find((part) => part.includes("ssh-background-command"));
      ok(hover, `one hover names the rule: ${text.join(" | ")}`);
      match(hover, /^- .+ \(unsafe\): .+$/m, "it says what an unsafe fix changes");
    },
  },
  {
    name: "Fix All is a source action, for code actions on save",
    async run() {
      const { document } = await open("dags/fixable.py");
      await findingsUntil(document.uri, "findings", (all) => all.length > 0);
      const everything = new Range(0, 0, document.lineCount, 0);
      const actions = await codeActions(document.uri, everything, "source.fixAll.tether");
      equal(actions.length, 1);
      ok(actions[0]?.edit, "the action carries its edit");
      equal(actions[0].kind?.value, "source.fixAll.tether");
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

async function codeActions(uri: Uri, range: Range, kind: string): Promise<CodeAction[]> {
  const resolve = 20;
  const found = await commands.executeCommand<unknown[]>("vscode.executeCodeActionProvider", uri, range, kind, resolve);
  return found.filter((one) => one instanceof CodeAction);
}
