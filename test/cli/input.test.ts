/** What the command line makes of bad input, and what it tells about rules and files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { z } from "zod";
import { pack, repository } from "./packed.ts";

const { command, tether } = pack();
const tool = ["--select", "tether"];
const finding = z.object({
  path: z.string(),
  rule: z.string(),
  message: z.string(),
  start: z.object({ line: z.number(), column: z.number() }),
});

/** `path:line rule` of every finding of a JSON run. */
function found(text: string): string[] {
  return z
    .array(finding)
    .parse(JSON.parse(text))
    .map(({ path, rule, start }) => `${path}:${start.line} ${rule}`);
}

const unused = `from airflow.operators.bash import BashOperator
a = BashOperator(task_id="a", bash_command="true")  # tether: ignore[invalid-config]
`;

describe("bad files", () => {
  test("broken syntax is reported, and what stands elsewhere is still found", () => {
    const broken = `from airflow.operators.bash import BashOperator
a = BashOperator(task_id="a", bash_command="true")  # tether: ignore[no-such-rule]
x = = 2
b = BashOperator(task_id="b", bash_command="true")  # tether: ignore[no-such-rule]
`;
    const run = tether(repository({ "dag.py": broken }), ["check", ...tool, "--output-format", "json"]);
    expect(run).toMatchObject({ code: 1, err: "" });
    expect(found(run.out)).toEqual([
      "dag.py:2 unknown-suppression",
      "dag.py:3 syntax-error",
      "dag.py:4 unknown-suppression",
    ]);
  });

  test("binary, wrongly encoded and vanished files are findings, and the others are checked", () => {
    const folder = repository({
      "binary.py": Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]),
      "encoded.py": Buffer.from("# tether\nimport airflow\n# caf\xe9\n", "latin1"),
      "strange.py": "# coding: klingon\nimport airflow\n",
      "dag.py": "import airflow  # tether: ignore[no-such-rule]\n",
    });
    const run = tether(folder, ["check", ...tool, "--output-format", "json"]);
    expect(run).toMatchObject({ code: 1, err: "" });
    expect(found(run.out)).toEqual([
      "binary.py:1 unreadable-file",
      "dag.py:1 unknown-suppression",
      "encoded.py:1 unreadable-file",
      "strange.py:1 unreadable-file",
    ]);
    expect(run.out).toContain("on line 3");
    for (const format of ["concise", "full", "github", "gitlab", "sarif", "junit"]) {
      const other = tether(folder, ["check", ...tool, "--output-format", format]);
      expect([other.code, other.err]).toEqual([1, ""]);
    }
    expect(tether(folder, ["check", ...tool, "--fix"])).toMatchObject({ code: 1, err: "" });
  });

  test("an empty file, an empty folder and a file that is no Python are nothing to speak of", () => {
    const folder = repository({ "empty.py": "", "readme.txt": "x" });
    expect(tether(folder, ["check", "empty.py"])).toMatchObject({ code: 0 });
    const none = tether(repository({}), ["check"]);
    expect(none).toMatchObject({
      code: 0,
      out: "",
      err: "tether: there are no Python files here (tests are looked at only when they are named, or by include-tests)\n",
    });
  });

  test("links in a circle end", () => {
    const folder = repository({ "dags/dag.py": unused });
    symlinkSync("..", join(folder, "dags/up"));
    expect(tether(folder, ["check", "--select", "TET902", "--output-format", "json"])).toMatchObject({ code: 0 });
  });

  test("a file that cannot be written is told, and stays", () => {
    // Root may write everywhere, but nobody a temporary file whose name is too long.
    const name = `${"d".repeat(250)}.py`;
    const text = "import airflow  # tether: ignore[no-such-rule]\n";
    const folder = repository({ [name]: text });
    const run = tether(folder, ["check", ...tool, "--fix"]);
    expect(run.code).toBe(2);
    expect(run.err).toContain("not fixed");
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });
});

describe("bad configuration", () => {
  test("an unknown rule and an unknown option are told with their line; the rest counts", () => {
    const folder = repository({
      "pyproject.toml": `[project]\nname = "x"\n\n[tool.tether]\nignore = ["no-such-rule", "TET902"]\nselct = []\n`,
      "dag.py": "import airflow  # tether: ignore[no-such-rule]\n",
    });
    const run = tether(folder, ["check"]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/^tether: pyproject\.toml:6: unknown option "selct"\. Did you mean "select"\?/m);
    expect(run.err).toMatch(/^tether: pyproject\.toml:5: .*unknown rule "no-such-rule"/m);
    expect(run.out).toBe("No findings in 1 file.\n");
  });
  test("a file that is not TOML", () => {
    const run = tether(repository({ "tether.toml": "ignore = [\n", "dag.py": "import airflow\n" }), ["check"]);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/^tether: tether\.toml:\d+: not valid TOML/);
  });
});

describe("options of a rule", () => {
  const dag = `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor

with DAG("intake") as dag:
    arrived = SFTPSensor(task_id="arrived", path="/in/day.csv", sftp_conn_id="partner", timeout=1800)
`;
  const select = ["check", "--select", "sensor-poke-mode-long-wait"];
  test("change what is found", () => {
    expect(tether(repository({ "dag.py": dag }), select).code).toBe(1);
    const toml = '[tool.tether.rules.sensor-poke-mode-long-wait]\nshort-wait = "30m"\n';
    expect(tether(repository({ "dag.py": dag, "pyproject.toml": toml }), select)).toMatchObject({ code: 0, err: "" });
  });
  test("that are wrong are told with their line, and left out", () => {
    const toml = '[rules.sensor-poke-mode-long-wait]\nseverity = "info"\nshort-wiat = "30m"\n';
    const run = tether(repository({ "dag.py": dag, "tether.toml": toml }), select);
    expect(run.err).toContain(
      'tether.toml:3: unknown option "rules.sensor-poke-mode-long-wait.short-wiat". Did you mean "short-wait"?',
    );
    expect(run.out).toContain("info TET702");
  });
});

describe("tether rule", () => {
  const folder = repository({});
  test("lists every rule", () => {
    const run = tether(folder, ["rule", "--all"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toMatch(/^TET900 {2}syntax-error +warning {2}/m);
  });
  test("explains one by name and by code", () => {
    const byName = tether(folder, ["rule", "unused-suppression"]);
    expect(byName.out).toContain("TET901 unused-suppression\n");
    expect(tether(folder, ["rule", "tet901"])).toEqual(byName);
  });
  test("shows a rule's options", () => {
    const run = tether(folder, ["rule", "sensor-poke-mode-long-wait"]);
    expect(run.out).toContain("Options in [tool.tether.rules.sensor-poke-mode-long-wait]");
    expect(run.out).toMatch(/^short-wait = "10m" {3}duration\nWaits of at most this long/m);
    const json = JSON.parse(tether(folder, ["rule", "TET702", "--output-format", "json"]).out);
    expect(json.options).toMatchObject([{ name: "short-wait", type: "duration", default: 600 }]);
  });
  test("answers JSON", () => {
    const one = JSON.parse(tether(folder, ["rule", "TET900", "--output-format", "json"]).out);
    expect(one).toMatchObject({ code: "TET900", name: "syntax-error", group: "tether" });
    const all = z
      .array(z.unknown())
      .parse(JSON.parse(tether(folder, ["rule", "--all", "--output-format", "json"]).out));
    expect(all).toContainEqual(one);
  });
});

describe("tether explain-file", () => {
  const dag = `from datetime import timedelta

from airflow import DAG
from airflow.decorators import task
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.utils.task_group import TaskGroup

with DAG("load", default_args={"retries": 2, "cmd_timeout": 90, "execution_timeout": timedelta(hours=1)}) as dag:
    with TaskGroup("remote", default_args={"retries": 5}):
        one = SSHOperator(task_id="one", ssh_conn_id="ssh", command="nohup ./load.sh &")
    many = SSHOperator.partial(task_id="many", cmd_timeout=30).expand(command=["a", "b"])

    @task(retries=1)
    def report():
        return 1

    one >> many >> report.override(task_id="told")()
`;
  const folder = repository({ "dags/load.py": dag });
  const explained = z.object({
    dags: z.array(z.object({ id: z.string() })),
    tasks: z.array(
      z.object({
        id: z.string(),
        operator: z.string(),
        mapped: z.boolean(),
        arguments: z.array(z.object({ name: z.string(), value: z.string(), origin: z.string() })),
        scripts: z.array(z.object({ statements: z.array(z.unknown()) })),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string() })),
  });

  test("answers each effective argument with where it comes from", () => {
    const run = tether(folder, ["explain-file", "--output-format", "json", "dags/load.py"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    const { dags, tasks, edges } = explained.parse(JSON.parse(run.out));
    const origins = (id: string) =>
      Object.fromEntries(
        tasks
          .find((task) => task.id === id)
          ?.arguments.map(({ name, value, origin }) => [name, `${value} ${origin}`]) ?? [],
      );
    expect(dags).toEqual([{ id: "load" }]);
    expect(origins("one")).toMatchObject({
      command: '"nohup ./load.sh &" call',
      retries: "5 group",
      execution_timeout: "timedelta(hours=1) default_args",
      cmd_timeout: "90 default_args",
      get_pty: "False default",
    });
    expect(origins("many")).toMatchObject({
      cmd_timeout: "30 partial",
      command: '["a", "b"] expand',
      retries: "2 default_args",
    });
    expect(origins("told")).toMatchObject({
      task_id: '"told" override',
      retries: "1 decorator",
      execution_timeout: "timedelta(hours=1) default_args",
    });
    // default_args reach only operators that have such a parameter.
    expect(origins("told")).not.toHaveProperty("cmd_timeout");
    expect(tasks.find(({ id }) => id === "one")?.scripts).toMatchObject([
      { statements: [{ kind: "command", text: "./load.sh", wrappers: ["nohup"], background: true }] },
    ]);
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: "one", to: "many" },
        { from: "many", to: "told" },
      ]),
    );
  });

  test("shows the same to people", () => {
    const run = tether(folder, ["explain-file", "dags/load.py"]);
    expect(run.out).toMatch(/retries +5 {2}← default_args of the task group, line 9/);
    expect(run.out).toContain("./load.sh  [in nohup; background]");
    expect(run.out).toContain("one → many");
  });
});

describe("tether server", () => {
  test("answers over standard input and output, and ends with its client", async () => {
    const child = spawn(process.execPath, [command, "server"], {
      cwd: repository({}),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.listen();
    const answer = await connection.sendRequest("initialize", { processId: null, rootUri: null, capabilities: {} });
    expect(answer).toMatchObject({ capabilities: { codeActionProvider: expect.anything() } });
    await connection.sendNotification("initialized", {});
    await connection.sendRequest("shutdown");
    await connection.sendNotification("exit");
    expect(await ended).toEqual([0, null]);
  });
});
