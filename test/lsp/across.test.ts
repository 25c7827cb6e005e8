/** What the server makes of files that others import or name; with the engine and the rules as they are. */
import { describe, expect, test } from "vitest";
import { type Diagnostic, FileChangeType } from "vscode-languageserver/node";
import { fixAll } from "../../server/src/engine/fix.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { lintWorkspaceRequest } from "../../server/src/lsp/protocol.ts";
import { grammarsLoaded } from "../grammars.ts";
import { able, type Editor, pushedTo, startEditor } from "./editor.ts";
import { Workspace } from "./workspace.ts";

await grammarsLoaded();
const parts = { lint, fixAll };
const toml = 'select = ["popen-not-waited", "bash-background-command"]\n';

const helper = `import subprocess


def load():
    subprocess.Popen(["./load.sh"])
`;
const waiting = helper.replace("Popen([", "run([").replace("])", "], check=True, timeout=60)");
const dag = `from airflow import DAG
from airflow.operators.python import PythonOperator
from lib.jobs import load

with DAG("load"):
    PythonOperator(task_id="load", python_callable=load)
`;
const commands = 'LOAD = "nohup ./load.sh > load.log &"\n';
const commanded = `from airflow import DAG
from airflow.operators.bash import BashOperator
from lib.commands import LOAD

with DAG("commanded"):
    BashOperator(task_id="run", bash_command=LOAD)
`;
const scripted = commanded.replace("from lib.commands import LOAD\n", "").replace("LOAD", '"run.sh"');
const script = "#!/bin/bash\nnohup ./load.sh > load.log &\n";

function changed(editor: Editor, uri: string, type: FileChangeType = FileChangeType.Changed): void {
  void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri, type }] });
}

/** What the editor shows of a document: it asks when it opens one, and again whenever the server says so. */
class Screen {
  readonly #editor: Editor;
  readonly #asks: boolean;

  constructor(editor: Editor, asks: boolean) {
    this.#editor = editor;
    this.#asks = asks;
  }

  /** Settles with the diagnostics once there are as many as wanted. */
  async shows(uri: string, count: number): Promise<readonly Diagnostic[]> {
    if (!this.#asks) return this.#editor.publishedFor(uri, (found) => found.length === count);
    for (;;) {
      const { refreshes } = this.#editor;
      const found = await this.#editor.pulled(uri);
      if (found.length === count) return found;
      await this.#editor.until(() => this.#editor.refreshes > refreshes);
    }
  }
}

describe.each([
  ["that asks", able],
  ["that does not ask", pushedTo],
])("a client %s", (_name, capabilities) => {
  async function start(files: Readonly<Record<string, string>>) {
    const workspace = new Workspace({ "tether.toml": toml, ...files });
    const editor = await startEditor({ folder: workspace.uri, capabilities, parts });
    const screen = new Screen(editor, capabilities === able);
    const open = (name: string, text: string, language?: string) => {
      editor.open(workspace.uriOf(name), text, language);
      return workspace.uriOf(name);
    };
    return { workspace, editor, screen, open };
  }

  test("sees in an open helper what is wrong there, and which task runs it, though the DAG is closed", async () => {
    const { workspace, screen, open } = await start({ "dags/load.py": dag, "plugins/lib/jobs.py": helper });
    const [finding] = await screen.shows(open("plugins/lib/jobs.py", helper), 1);
    expect(finding).toMatchObject({
      code: "TET105",
      range: { start: { line: 4 } },
      relatedInformation: [
        {
          location: { uri: workspace.uriOf("dags/load.py"), range: { start: { line: 5, character: 4 } } },
          message: 'PythonOperator "load" runs it',
        },
      ],
    });
  });

  test("sees it come when an open DAG begins to run the helper, and go when it ends", async () => {
    const { editor, screen, open } = await start({ "plugins/lib/jobs.py": helper });
    const jobs = open("plugins/lib/jobs.py", helper);
    await screen.shows(jobs, 0);
    const load = open("dags/load.py", dag.replace("python_callable=load", "python_callable=print"));
    await screen.shows(load, 0);
    editor.replace(load, "python_callable=print", "python_callable=load");
    await editor.pause();
    await screen.shows(load, 0);
    await screen.shows(jobs, 1);
    editor.replace(load, "python_callable=load", "python_callable=print");
    await editor.pause();
    await screen.shows(load, 0);
    await screen.shows(jobs, 0);
  });

  test("sees it go when the open DAG that alone runs the helper is closed without being written", async () => {
    const { editor, screen, open } = await start({
      "dags/load.py": dag.replace("=load)", "=print)"),
      "plugins/lib/jobs.py": helper,
    });
    const jobs = open("plugins/lib/jobs.py", helper);
    const load = open("dags/load.py", dag);
    await screen.shows(load, 0);
    await screen.shows(jobs, 1);
    editor.close(load);
    await screen.shows(jobs, 0);
  });

  test("sees a DAG follow what is typed in a module that it imports, and the disk when that is closed", async () => {
    const { editor, screen, open } = await start({ "dags/run.py": commanded, "plugins/lib/commands.py": commands });
    const run = open("dags/run.py", commanded);
    const [finding] = await screen.shows(run, 1);
    expect(finding).toMatchObject({ code: "TET102", range: { start: { line: 5 } } });
    const module = open("plugins/lib/commands.py", commands);
    editor.replace(module, "nohup ./load.sh > load.log &", "./load.sh");
    await editor.pause();
    await screen.shows(run, 0);
    editor.close(module);
    await screen.shows(run, 1);
  });

  test("sees a DAG follow changes on disk: written, deleted, created", async () => {
    const { workspace, editor, screen, open } = await start({ "plugins/lib/commands.py": 'LOAD = "./load.sh"\n' });
    const run = open("dags/run.py", commanded);
    await screen.shows(run, 0);
    workspace.write("plugins/lib/commands.py", commands);
    changed(editor, workspace.uriOf("plugins/lib/commands.py"));
    await screen.shows(run, 1);
    workspace.delete("plugins/lib/commands.py");
    changed(editor, workspace.uriOf("plugins/lib/commands.py"), FileChangeType.Deleted);
    await screen.shows(run, 0);
    workspace.write("dags/lib/commands.py", commands);
    changed(editor, workspace.uriOf("dags/lib/commands.py"), FileChangeType.Created);
    await screen.shows(run, 1);
  });

  test("sees an open helper follow a closed DAG that changes on disk", async () => {
    const { workspace, editor, screen, open } = await start({ "dags/load.py": dag, "plugins/lib/jobs.py": helper });
    const jobs = open("plugins/lib/jobs.py", helper);
    await screen.shows(jobs, 1);
    workspace.delete("dags/load.py");
    changed(editor, workspace.uriOf("dags/load.py"), FileChangeType.Deleted);
    await screen.shows(jobs, 0);
    workspace.write("dags/load.py", dag);
    changed(editor, workspace.uriOf("dags/load.py"), FileChangeType.Created);
    await screen.shows(jobs, 1);
  });

  test("sees in an open script what is wrong there, and who names it", async () => {
    const { workspace, editor, screen, open } = await start({ "dags/run.py": scripted, "dags/run.sh": script });
    const uri = open("dags/run.sh", script, "shellscript");
    const [finding] = await screen.shows(uri, 1);
    expect(finding).toMatchObject({
      code: "TET102",
      range: { start: { line: 1, character: 0 } },
      relatedInformation: [
        {
          location: { uri: workspace.uriOf("dags/run.py"), range: { start: { line: 4 } } },
          message: "run from here",
        },
      ],
    });
    expect(await editor.actions(uri, "nohup")).toEqual([]);
    expect(await editor.hover(uri, "nohup")).toMatchObject({ range: finding?.range });
    // The DAG shows it as well, and both follow what is typed in the script.
    const run = open("dags/run.py", scripted);
    await screen.shows(run, 1);
    editor.replace(uri, "nohup ./load.sh > load.log &", "./load.sh");
    await editor.pause();
    await screen.shows(run, 0);
    await screen.shows(uri, 0);
    editor.replace(uri, "./load.sh", "nohup ./other.sh &");
    await editor.pause();
    await screen.shows(uri, 1);
    editor.replace(run, '"run.sh"', '"other.sh"');
    await editor.pause();
    await screen.shows(run, 0);
    await screen.shows(uri, 0);
  });

  test("fixes an open helper as what it is: code that tasks run", async () => {
    const { editor, screen, open } = await start({ "dags/load.py": dag, "plugins/lib/jobs.py": helper });
    const jobs = open("plugins/lib/jobs.py", helper);
    await screen.shows(jobs, 1);
    expect(await editor.connection.sendRequest("tether/fixAll", { uri: jobs, unsafe: true })).toEqual({ applied: 1 });
    expect(editor.text(jobs)).toContain("subprocess.run(");
    await editor.pause();
    await screen.shows(jobs, 0);
  });

  test("sees nothing in a helper that the configuration takes out, nor of folders where Tether is off", async () => {
    const { workspace, editor, screen, open } = await start({ "dags/load.py": dag, "plugins/lib/jobs.py": helper });
    const jobs = open("plugins/lib/jobs.py", helper);
    await screen.shows(jobs, 1);
    workspace.write("tether.toml", `${toml}exclude = ["plugins"]\n`);
    changed(editor, workspace.uriOf("tether.toml"));
    await screen.shows(jobs, 0);
    workspace.write("tether.toml", toml);
    changed(editor, workspace.uriOf("tether.toml"));
    await screen.shows(jobs, 1);
    editor.settings = { enable: false };
    void editor.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
    await screen.shows(jobs, 0);
  });

  test("sees closed helpers after a workspace lint, until the DAG or the helper is mended on disk", async () => {
    const { workspace, editor } = await start({ "dags/load.py": dag, "plugins/lib/jobs.py": helper });
    const jobs = workspace.uriOf("plugins/lib/jobs.py");
    const answer = await editor.connection.sendRequest(lintWorkspaceRequest, {});
    expect(answer).toEqual({ files: 2, findings: 1, cancelled: false });
    await editor.publishedFor(jobs, (found) => found.length === 1);
    workspace.write("plugins/lib/jobs.py", waiting);
    changed(editor, jobs);
    await editor.publishedFor(jobs, (found) => found.length === 0);
    workspace.write("plugins/lib/jobs.py", helper);
    changed(editor, jobs);
    await editor.publishedFor(jobs, (found) => found.length === 1);
    workspace.write("dags/load.py", dag.replace("python_callable=load", "python_callable=print"));
    changed(editor, workspace.uriOf("dags/load.py"));
    await editor.publishedFor(jobs, (found) => found.length === 0);
  });
});
