import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { pipeline } from "../../server/src/engine/pipeline.ts";
import { SourceFiles } from "../../server/src/engine/sources.ts";
import { Project } from "../project.ts";

await ensureGrammars();
const project = new Project();
const rules = [
  "bash-background-command",
  "exit-status-masked",
  "bash-ssh-call",
  "template-extension-trap",
  "docker-detached-run",
  "ssh-client-no-keepalive",
];

function put(name: string, text: string): string {
  const path = join(project.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function dag(command: string, arguments_ = ""): string {
  return `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load"${arguments_}) as dag:
    load = BashOperator(task_id="load", bash_command=${command})
`;
}

/** What is found, with the text that each place covers: `rule at "…", this line of x.sh at x.sh "…"`. */
function found(text: string): string[] {
  const { findings } = lint({ path: project.path, text }, project.settings("", rules));
  return findings.map(({ rule, span, related, fixes }) => {
    const there = related.map((one) => {
      const whole = one.path === undefined ? text : textAt(one.path);
      return `, ${one.message} "${whole.slice(one.span.start, one.span.end)}"`;
    });
    const fixed = fixes.length > 0 ? " fixed" : "";
    return `${rule} at ${text.slice(span.start, span.end)}${there.join("")}${fixed}`;
  });
}

const texts = new Map<string, string>();
function textAt(path: string): string {
  return texts.get(path) ?? "";
}
function script(name: string, text: string): string {
  const path = put(name, text);
  texts.set(path, text);
  return path;
}

const keepalive =
  "TET214: Without ServerAliveInterval, a silently dropped connection holds this ssh for up to 2 h 11 min.";

describe("a script that a task names", () => {
  test("is read, and shown at the argument with its own line", () => {
    script("scripts/run.sh", "#!/bin/bash\ncd /opt\nnohup ./load --day {{ ds }} &\n");
    expect(found(dag('"scripts/run.sh"'))).toEqual([
      'bash-background-command at "scripts/run.sh", this line of scripts/run.sh "nohup ./load --day {{ ds }} &"',
    ]);
  });

  test("two lines of it are two findings", () => {
    script("two.sh", "./load a || true\nset -e\n./load b || true\n./end\n");
    expect(found(dag('"two.sh"'))).toHaveLength(1);
    script("three.sh", "set -e\n./load a || true\n./load b || true\n./end\n");
    expect(found(dag('"/three.sh"'))).toEqual([
      'exit-status-masked at "/three.sh", this line of three.sh "|| true"',
      'exit-status-masked at "/three.sh", this line of three.sh "|| true"',
    ]);
  });

  test("no fix copies it into the DAG file", () => {
    script("remote.sh", "ssh etl@edge1 '/opt/report.sh --all'\n");
    expect(found(dag('"remote.sh"'))).toEqual([
      `bash-ssh-call at "remote.sh", this line of remote.sh "ssh etl@edge1", ${keepalive} "ssh etl@edge1"`,
    ]);
  });

  test("is judged by rules that know nothing of files", () => {
    script("start.sh", "docker run -d etl:3 load\n");
    expect(found(dag('"start.sh"'))).toEqual([
      'docker-detached-run at "start.sh", this line of start.sh "docker run -d"',
    ]);
  });

  test("is found through a constant and in a searched folder", () => {
    script("run.sh", "./load || true\n");
    expect(found(dag("SCRIPT").replace("with DAG", 'SCRIPT = "./run.sh"\nwith DAG'))).toEqual([
      'exit-status-masked at SCRIPT, this line of run.sh "|| true"',
    ]);
    script("elsewhere/deep.sh", "./load || true\n");
    const searchpath = `, template_searchpath=["/nowhere", "${join(project.folder, "elsewhere")}"]`;
    expect(found(dag('"deep.sh"', searchpath))).toEqual([
      'exit-status-masked at "deep.sh", this line of elsewhere/deep.sh "|| true"',
    ]);
  });

  test.each([
    ["that includes another one", '"includes.sh"', "{% include 'head.sh' %}\n./load || true\n"],
    ["of another machine", '"not-here.sh"', undefined, ', template_searchpath="/opt/scripts"'],
    ["whose name is not known", 'f"{name}.sh"', "./load || true\n"],
    ["that a shell on the worker reads", '"bash run.sh "', "./load || true\n"],
  ])("%s stays unread", (_, command, text, more = "") => {
    if (text !== undefined) script(command.replaceAll('"', ""), text);
    expect(found(dag(command, more))).toEqual([]);
  });

  test("above the folders is never found", () => {
    put("dags/readme", "");
    expect(found(dag('"../load.sh"'))).toEqual(["template-extension-trap at ../load.sh fixed"]);
  });

  test("raw text is no Jinja", () => {
    script("raw.sh", "docker ps --format {% raw %}{{.Names}} || true; ./load || true{% endraw %}\n");
    const settings = project.settings("", []);
    const sources = new SourceFiles().around(project.path, settings);
    const file = pipeline.build({ path: project.path, text: dag('"raw.sh"') }, settings.project, sources, []);
    const [text] = file.tasks[0]?.scripts ?? [];
    expect(text?.script.folded.holes.map((one) => one.kind)).toEqual(["jinja-statement", "jinja-statement"]);
  });
});
