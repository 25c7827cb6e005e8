import { equal, ok } from "node:assert/strict";
import { commands, Uri, workspace } from "vscode";
import type { FixAllResult, LintWorkspaceResult } from "../../../server/src/lsp/protocol.ts";
import { type Case, findings, findingsUntil, inWorkspace, open, rule } from "./case.ts";

/** What reaches beyond one change in one file. */
export const wholeWorkspace: readonly Case[] = [
  {
    name: "Lint Workspace fills Problems for files that are not open",
    async run() {
      await open("dags/ssh_background.py");
      const unopened = inWorkspace("dags/never_opened.py");
      equal(findings(unopened).length, 0, "nothing is known of the file before");
      const result = await commands.executeCommand<LintWorkspaceResult>("tether.lintWorkspace");
      equal(result.cancelled, false);
      ok(result.files >= 3, `${result.files} files`);
      const found = await findingsUntil(unopened, "findings on a file that is not open", (all) => all.length > 0);
      ok(found.some((one) => rule(one) === "ssh-background-command"));
      ok(
        workspace.textDocuments.every((document) => document.uri.path !== unopened.path),
        "the file was not opened for it",
      );
    },
  },
  {
    name: "Lint Workspace shows a progress whose Cancel button stops it",
    async run() {
      const many = inWorkspace("many");
      const total = 3_000;
      try {
        await writeDags(many, total);
        let result: LintWorkspaceResult | undefined;
        const running = commands.executeCommand<LintWorkspaceResult>("tether.lintWorkspace").then((answer) => {
          result = answer;
        });
        // The button of the notification that is on top; without one, the command does nothing.
        while (!result) await commands.executeCommand("notification.acceptPrimaryAction");
        await running;
        equal(result.cancelled, true, `cancelled after ${result.files} files`);
        ok(result.files < total, `stopped early: ${result.files} of ${total} files`);
      } finally {
        await workspace.fs.delete(many, { recursive: true });
      }
    },
  },
  {
    name: "Fix All in File leaves nothing that it can fix",
    async run() {
      const { document } = await open("dags/fixable.py");
      await findingsUntil(document.uri, "findings", (all) => all.length > 0);
      const before = document.getText();
      const first = await commands.executeCommand<FixAllResult>("tether.fixAllInFile");
      ok(first.applied > 0, "something was fixed");
      ok(document.getText() !== before, "the file changed");
      const second = await commands.executeCommand<FixAllResult>("tether.fixAllInFile");
      equal(second.applied, 0, "nothing is left for a second run");
      await commands.executeCommand("undo");
      equal(document.getText(), before, "one undo takes all of it back");
    },
  },
];

async function writeDags(folder: Uri, count: number): Promise<void> {
  const template = new TextDecoder().decode(await workspace.fs.readFile(inWorkspace("dags/never_opened.py")));
  const task = template.slice(template.indexOf("    start ="));
  const text = new TextEncoder().encode(template + task.repeat(30));
  await workspace.fs.createDirectory(folder);
  const batch = 100;
  for (let start = 0; start < count; start += batch) {
    const names = Array.from({ length: Math.min(batch, count - start) }, (_, index) => `dag_${start + index}.py`);
    await Promise.all(names.map((name) => workspace.fs.writeFile(Uri.joinPath(folder, name), text)));
  }
}
