/** The three faults that the product started from, in DAGs of our own: each must always be found, where it stands. */
import { describe, expect, it } from "vitest";
import { fixAll } from "../../server/src/engine/fix.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { slice } from "../../server/src/text/span.ts";
import { Project } from "../project.ts";

await ensureGrammars();
const project = new Project();

const bash = `from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(dag_id="rebuild_index", start_date=datetime(2024, 5, 1), schedule=None) as dag:
    rebuild = BashOperator(
        task_id="rebuild",
        bash_command='ssh search@index01 "rebuild_everything.sh"',
    )
`;

const popen = `import subprocess
from datetime import datetime

from airflow import DAG
from airflow.operators.python import PythonOperator


def rebuild():
    remote = subprocess.Popen(["ssh", "search@index01", "rebuild_everything.sh"], stdout=subprocess.PIPE)
    out, _ = remote.communicate()
    if remote.returncode != 0:
        raise RuntimeError(out.decode())


with DAG(dag_id="rebuild_index", start_date=datetime(2024, 5, 1), schedule=None) as dag:
    PythonOperator(task_id="rebuild", python_callable=rebuild)
`;

const sensor = `from datetime import datetime

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG(dag_id="rebuild_index", start_date=datetime(2024, 5, 1), schedule=None) as dag:
    start = SSHOperator(task_id="start", ssh_conn_id="index01", command="rebuild_everything.sh")
    wait = ExternalTaskSensor(task_id="wait", external_dag_id="index_on_index01", external_task_id="done")
    start >> wait
`;

/** `rule: the text under the finding`, in order. */
function found(text: string): string[] {
  const { findings } = lint({ path: project.path, text }, project.settings("", undefined));
  return findings.map((one) => `${one.rule}: ${slice(text, one.span)}`);
}

describe("a bare ssh in a BashOperator", () => {
  it("is named on its command, with the missing limit", () => {
    expect(found(bash)).toEqual(["missing-execution-timeout: BashOperator", "bash-ssh-call: ssh search@index01"]);
  });

  it("is offered SSHRemoteJobOperator, SSHOperator and options in place", () => {
    const { findings } = lint({ path: project.path, text: bash }, project.settings("", ["bash-ssh-call"]));
    const titles = findings.flatMap((one) => one.fixes.map((fix) => fix.title));
    expect(titles).toHaveLength(3);
    for (const part of ["SSHRemoteJobOperator", "SSHOperator", "ConnectTimeout"]) {
      expect(titles.filter((title) => title.includes(part)).length).toBeGreaterThan(0);
    }
  });
});

describe("an ssh by Popen", () => {
  it("is named where communicate() has no limit, with where the process starts", () => {
    expect(found(popen)).toEqual([
      'bash-ssh-call: ["ssh", "search@index01", "rebuild_everything.sh"]',
      "subprocess-no-timeout: remote.communicate",
    ]);
    const { findings } = lint({ path: project.path, text: popen }, project.settings("", undefined));
    expect(findings.flatMap((one) => one.related.map((other) => slice(popen, other.span)))).toEqual([
      '["ssh", "search@index01", "rebuild_everything.sh"]',
      "subprocess.Popen",
    ]);
  });
});

describe("an SSHOperator watched by an ExternalTaskSensor", () => {
  it("is named with all that is wrong", () => {
    expect(found(sensor)).toEqual([
      "missing-execution-timeout: SSHOperator",
      "ssh-cmd-timeout-default: SSHOperator",
      "template-extension-trap: rebuild_everything.sh",
      "sensor-default-timeout: ExternalTaskSensor",
      "external-task-sensor-no-failed-states: ExternalTaskSensor",
      'external-task-sensor-not-external: "index_on_index01"',
    ]);
  });

  it("says how long Airflow really waits", () => {
    const { findings } = lint({ path: project.path, text: sensor }, project.settings("", undefined));
    const said = findings.map((one) => one.message).join("\n");
    expect(said).toContain("10 s");
    expect(said).toContain("7 days");
  });
});

describe.each([
  ["2.11", bash],
  ["3.3", bash],
  ["2.11", popen],
  ["3.3", popen],
  ["2.11", sensor],
  ["3.3", sensor],
])("all fixes for Airflow %s", (version, text) => {
  it("leave nothing that could be fixed, and change nothing the second time", () => {
    const settings = project.settings(`airflow-version = "${version}"`, undefined);
    const once = fixAll({ path: project.path, text }, settings, "unsafe");
    expect(once.remaining.filter((one) => one.fixes.length > 0)).toEqual([]);
    const twice = fixAll({ path: project.path, text: once.text }, settings, "unsafe");
    expect({ text: twice.text, applied: twice.applied }).toEqual({ text: once.text, applied: 0 });
  });
});
