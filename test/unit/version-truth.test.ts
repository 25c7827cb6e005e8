/**
 * Advice fits the versions that a project has: the examples of all rules, in the spelling of five Airflows, get no fix
 * and no hint that names what does not exist there.
 */
import { describe, expect, it } from "vitest";
import type { Project } from "../../server/src/airflow/target.ts";
import type { ProviderVersions } from "../../server/src/catalog/index.ts";
import { fixAll } from "../../server/src/engine/fix.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { loadSettings, type Settings } from "../../server/src/engine/settings.ts";
import { rules } from "../../server/src/rules/index.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { lackingInFix, lackingInText } from "./version-names.ts";
import { spelledFor, type Versions } from "./version-spelling.ts";

await grammarsLoaded();
const strict = loadSettings("/dags", { profile: "strict" }).settings;

/** Of every line the providers that came out with it; Airflow 1.10 has none. */
const targets: readonly Versions[] = [
  { airflow: "1.10.15", providers: {} },
  { airflow: "2.4.3", providers: {} },
  {
    airflow: "2.4.3",
    providers: {
      "apache-airflow-providers-amazon": "6.0.0",
      "apache-airflow-providers-apache-livy": "3.1.0",
      "apache-airflow-providers-cncf-kubernetes": "4.4.0",
      "apache-airflow-providers-databricks": "3.3.0",
      "apache-airflow-providers-docker": "3.2.0",
      "apache-airflow-providers-google": "8.4.0",
      "apache-airflow-providers-http": "4.0.0",
      "apache-airflow-providers-microsoft-azure": "4.3.0",
      "apache-airflow-providers-microsoft-psrp": "2.0.0",
      "apache-airflow-providers-microsoft-winrm": "3.1.0",
      "apache-airflow-providers-sftp": "4.1.0",
      "apache-airflow-providers-ssh": "3.2.0",
    },
  },
  { airflow: "2.11.2", providers: {} },
  {
    airflow: "2.11.2",
    providers: {
      "apache-airflow-providers-amazon": "9.8.0",
      "apache-airflow-providers-cncf-kubernetes": "10.5.0",
      "apache-airflow-providers-google": "15.1.0",
      "apache-airflow-providers-http": "5.3.0",
      "apache-airflow-providers-sftp": "5.3.0",
      "apache-airflow-providers-ssh": "4.0.1",
      "apache-airflow-providers-standard": "1.2.0",
    },
  },
  { airflow: "3.0.6", providers: {} },
  {
    airflow: "3.0.6",
    providers: {
      "apache-airflow-providers-amazon": "9.12.0",
      "apache-airflow-providers-cncf-kubernetes": "10.7.0",
      "apache-airflow-providers-google": "17.1.0",
      "apache-airflow-providers-sftp": "5.3.4",
      "apache-airflow-providers-ssh": "4.1.3",
      "apache-airflow-providers-standard": "1.6.0",
    },
  },
  { airflow: "3.3.2", providers: {} },
  {
    airflow: "3.3.2",
    providers: { "apache-airflow-providers-ssh": "7.0.1", "apache-airflow-providers-standard": "1.15.0" },
  },
];

function settingsFor(target: Versions): Settings {
  const project: Project = { ...strict.project, target: { ...target, origin: "setting" } };
  return { ...strict, project };
}

/** The programs of the rules, as a project with these versions writes them; without those that it cannot. */
function programs(target: Versions): { readonly rule: string; readonly text: string }[] {
  return rules.flatMap(({ name, docs }) => {
    const spelled = spelledFor(target, docs.bad);
    return "text" in spelled ? [{ rule: name, text: spelled.text }] : [];
  });
}

describe.each(targets)("Airflow $airflow with $providers", (target) => {
  const settings = settingsFor(target);
  const { project } = settings;
  it.each(programs(target))("$rule", ({ text }) => {
    const source = { path: "/dags/dag.py", text };
    const lacking = lint(source, settings).findings.flatMap((finding) => {
      const { rule, span, message, hint = "", fixes } = finding;
      const said = [hint, ...fixes.flatMap((fix) => [fix.title, fix.safety === "unsafe" ? fix.why : ""])];
      return [
        ...said.flatMap((one) => lackingInText(one, text, span, project).map((what) => `${rule}: ${what} in "${one}"`)),
        ...fixes.flatMap(({ title, edits }) => {
          const after = applyEdits(text, edits) ?? "";
          return lackingInFix(text, after, project).map((what) => `${rule}: ${what} by "${title}": ${message}`);
        }),
      ];
    });
    const all = fixAll(source, settings, "unsafe").text;
    expect([...lacking, ...lackingInFix(text, all, project)]).toEqual([]);
  });
});

/** The file after each fix of a rule, in the spelling of those versions; hints and titles in front. */
function advice(rule: string, target: Versions, program: string): readonly string[] {
  const spelled = spelledFor(target, program);
  if ("lacks" in spelled) throw new Error(`there is no ${spelled.lacks}`);
  const { text } = spelled;
  const { findings } = lint({ path: "/dags/dag.py", text }, settingsFor(target));
  const own = findings.filter((one) => one.rule === rule);
  return own.flatMap(({ hint, fixes }) => [
    hint ?? "",
    ...fixes.map(({ title, edits }) => `${title}\n${applyEdits(text, edits)}`),
  ]);
}

const ssh = (version: string): ProviderVersions => ({ "apache-airflow-providers-ssh": version });
const amazon = (version: string): ProviderVersions => ({ "apache-airflow-providers-amazon": version });

/** The program with one task of a class of its own. */
function program(imports: string, task: string): string {
  return `from airflow import DAG\n${imports}\n\nwith DAG("nightly") as dag:\n    ${task}\n`;
}

const job = program(
  "from airflow.providers.ssh.operators.ssh import SSHOperator",
  'SSHOperator(task_id="load", ssh_conn_id="edge", command="nohup /opt/load.sh &")',
);
const glue = program(
  "from airflow.providers.amazon.aws.operators.glue import GlueJobOperator",
  'GlueJobOperator(task_id="load", job_name="load", wait_for_completion=False)',
);
const cluster = program(
  "from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator",
  'EmrCreateJobFlowOperator(task_id="load", job_flow_overrides={"Name": "load", "Steps": []})',
);
const child = `from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("nightly") as dag:
    load = TriggerDagRunOperator(task_id="load", trigger_dag_id="load")
    report = BashOperator(task_id="report", bash_command="/opt/report.py --all")
    load >> report
`;
const upstream = program(
  "from airflow.providers.standard.sensors.external_task import ExternalTaskSensor",
  'ExternalTaskSensor(task_id="wait", external_dag_id="load", external_task_id="all", timeout=3600)',
);
const retried = program(
  "from airflow.providers.ssh.operators.ssh import SSHOperator",
  'SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", retries=3)',
);
const variables = program(
  "from airflow.providers.standard.operators.bash import BashOperator",
  'BashOperator(task_id="load", bash_command="aws s3 sync s3://in /in", env={"DAY": "{{ ds }}"})',
);

describe("what came with a version", () => {
  it.each([
    // Class: provider ssh 4.3.0, which asks for Airflow 2.11.
    ["ssh-background-command", "SSHRemoteJobOperator", "1.10.15", {}, false, job],
    ["ssh-background-command", "SSHRemoteJobOperator", "2.10.5", {}, false, job],
    ["ssh-background-command", "SSHRemoteJobOperator", "2.11.2", ssh("4.2.1"), false, job],
    ["ssh-background-command", "SSHRemoteJobOperator", "2.11.2", ssh("4.3.0"), true, job],
    ["ssh-background-command", "SSHRemoteJobOperator", "3.0.6", ssh("4.2.1"), false, job],
    ["ssh-background-command", "SSHRemoteJobOperator", "3.0.6", {}, true, job],
    // Keywords.
    ["operator-wait-disabled", "deferrable=True", "2.4.3", amazon("6.0.0"), false, glue],
    ["operator-wait-disabled", "deferrable=True", "2.11.2", {}, true, glue],
    ["trigger-dagrun-no-wait", "deferrable=True", "2.4.3", {}, false, child],
    ["trigger-dagrun-no-wait", "wait_for_completion=True", "2.4.3", {}, true, child],
    ["trigger-dagrun-no-wait", "deferrable=True", "2.11.2", {}, true, child],
    ["external-task-sensor-no-failed-states", "failed_states=", "1.10.15", {}, false, upstream],
    ["external-task-sensor-no-failed-states", "failed_states=", "2.4.3", {}, true, upstream],
    ["env-drops-inherited", "append_env=True", "1.10.15", {}, false, variables],
    ["env-drops-inherited", "**os.environ", "1.10.15", {}, true, variables],
    ["env-drops-inherited", "append_env=True", "2.4.3", {}, true, variables],
    ["retries-duplicate-remote-job", "get_pty", "1.10.5", {}, false, retried],
    ["retries-duplicate-remote-job", "get_pty", "1.10.15", {}, true, retried],
    ["sensor-poke-mode-long-wait", 'mode="reschedule"', "1.10.1", {}, false, upstream],
    ["sensor-poke-mode-long-wait", 'mode="reschedule"', "1.10.15", {}, true, upstream],
    // A result that is handed on.
    ["operator-submit-no-wait", ".output", "1.10.15", {}, false, cluster],
    ["operator-submit-no-wait", "ti.xcom_pull", "1.10.15", {}, true, cluster],
    ["operator-submit-no-wait", ".output", "2.4.3", {}, true, cluster],
  ] as const)("%s: %s on Airflow %s with %o: %s", (rule, name, airflow, providers, there, text) => {
    expect(advice(rule, { airflow, providers }, text).some((one) => one.includes(name))).toBe(there);
  });

  it("is execution_timeout only where it ends the wait", () => {
    const bounds = (rule: string, airflow: string, text: string): readonly string[] =>
      advice(rule, { airflow, providers: {} }, text).filter((one) => one.includes("execution_timeout="));
    // In the worker it ends the wait; a deferral it ends in Airflow 2 alone.
    const [inTriggerer, inWorker] = [
      "deferrable=True, execution_timeout=",
      "wait_for_completion=True, execution_timeout=",
    ];
    expect(bounds("operator-wait-disabled", "2.11.2", glue).some((one) => one.includes(inTriggerer))).toBe(true);
    expect(bounds("operator-wait-disabled", "3.3.2", glue).some((one) => one.includes(inTriggerer))).toBe(false);
    expect(bounds("operator-wait-disabled", "3.3.2", glue).some((one) => one.includes(inWorker))).toBe(true);
    // TriggerDagRunOperator of Airflow 3 waits outside it, SSHRemoteJobOperator in the triggerer.
    expect(bounds("trigger-dagrun-no-wait", "3.0.6", child)).toEqual([]);
    expect(advice("trigger-dagrun-no-wait", { airflow: "2.4.3", providers: {} }, child).join()).toContain(
      "bound the wait by execution_timeout",
    );
    for (const airflow of ["2.11.2", "3.3.2"]) {
      const remote = advice("ssh-background-command", { airflow, providers: {} }, job).filter((one) =>
        one.includes("SSHRemoteJobOperator("),
      );
      expect(remote.length).toBe(1);
      expect(remote.join()).not.toContain("execution_timeout");
    }
  });
});

describe("what the checks above see", () => {
  const { project } = settingsFor({ airflow: "2.4.3", providers: {} });
  const before = program(
    "from airflow.providers.ssh.operators.ssh import SSHOperator",
    'SSHOperator(task_id="load", ssh_conn_id="edge", command="make")',
  );

  it("is a class, a keyword and a method that the versions lack", () => {
    const remote = before
      .replace("operators.ssh import SSHOperator", "operators.ssh_remote_job import SSHRemoteJobOperator")
      .replace("SSHOperator(", "SSHRemoteJobOperator(");
    expect(lackingInFix(before, remote, project)).toContain(
      "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator",
    );
    const wrong = before.replace('"make")', '"make", deferrable=True)');
    expect(lackingInFix(before, wrong, project)).toEqual([
      "airflow.providers.ssh.operators.ssh.SSHOperator deferrable",
    ]);
    expect(lackingInFix(before, before.replace('"make")', '"make").as_teardown()'), project)).toEqual([
      ".as_teardown(",
    ]);
    expect(lackingInFix(before, before.replace('"make")', '"make", cmd_timeout=60)'), project)).toEqual([]);
    expect(lackingInFix(wrong, wrong.replace("60", "90"), project)).toEqual([]);
  });

  it("is what a hint names", () => {
    const span = { start: before.indexOf("SSHOperator("), end: before.indexOf("SSHOperator(") + 11 };
    const lacking = (hint: string): readonly string[] => lackingInText(hint, before, span, project);
    expect(lacking("Use SSHRemoteJobOperator, or a @task.sensor.")).toEqual(["SSHRemoteJobOperator", "@task.sensor"]);
    expect(lacking("Add skip_on_exit_code=99.")).toEqual(["skip_on_exit_code"]);
    expect(lacking("Set cmd_timeout, or use subprocess.run(…, check=True).")).toEqual([]);
  });
});
