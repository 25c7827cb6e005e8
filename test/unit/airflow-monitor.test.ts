import { describe, expect, it } from "vitest";
import { build } from "../../server/src/airflow/build.ts";
import type { DagFile, Task } from "../../server/src/airflow/dagfile.ts";
import { followersOf } from "../../server/src/airflow/edges.ts";
import { type Monitored, monitored } from "../../server/src/airflow/monitor.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { type Waiting, waitingOf } from "../../server/src/airflow/waiting.ts";
import type { Behaviour } from "../../server/src/catalog/behaviour/facts.ts";
import { behaviourOf } from "../../server/src/catalog/behaviour.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

const head = `from airflow import DAG
from airflow.sdk import task, task_group
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator, EmrCreateJobFlowOperator
from airflow.providers.amazon.aws.operators.step_function import StepFunctionStartExecutionOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor
from airflow.providers.apache.livy.operators.livy import LivyOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.utils.task_group import TaskGroup
from company.tasks import CustomSensor, PBSOperator, poll, publish

with DAG("d") as dag:
`;

function read(body: string): { file: DagFile; t: Task; behaviour: Behaviour } {
  const text = head + body.replace(/^/gm, "    ");
  const file = build({ path: "dags/x.py", text }, unknownProject);
  expect(file.errors).toEqual([]);
  const t = file.tasks.find((one) => one.id === "t");
  const behaviour = t?.operator.known && behaviourOf(t.operator.known);
  if (!t || !behaviour) throw new Error("no task t");
  return { file, t, behaviour };
}

function watched(body: string): Monitored {
  const { file, t, behaviour } = read(body);
  return monitored(file, t, behaviour);
}

const add = 't = EmrAddStepsOperator(task_id="t", job_flow_id="j-1", steps=[])\n';
const livy = 't = LivyOperator(task_id="t", file="s3://jobs/load.py")\n';

describe("who watches", () => {
  it.each<[string, string, Monitored]>([
    ["nobody", add, "no"],
    [
      "its sensor, two tasks on",
      `${add}m = BashOperator(task_id="m", bash_command="true")\nt >> m >> EmrStepSensor(task_id="s", job_flow_id="x", step_id="y")`,
      "yes",
    ],
    ["its sensor in another branch", `${add}EmrStepSensor(task_id="s", job_flow_id="x", step_id="y")`, "no"],
    [
      "its sensor, which is given another task's output",
      `${add}u = EmrAddStepsOperator(task_id="u", job_flow_id="j-2", steps=[])\nt >> u >> EmrStepSensor(task_id="s", job_flow_id="j-2", step_id=u.output)`,
      "unknown",
    ],
    [
      "its sensor on the same cluster",
      `${add}u = EmrAddStepsOperator(task_id="u", job_flow_id="j-1", steps=[])\nt >> u >> EmrStepSensor(task_id="s", job_flow_id="j-1", step_id=u.output)`,
      "yes",
    ],
    [
      "a sensor of another package that pulls its XCom",
      `${livy}CustomSensor(task_id="s", batch="{{ ti.xcom_pull(task_ids='t') }}")`,
      "yes",
    ],
    ["a sensor of another package behind it", `${livy}t >> CustomSensor(task_id="s")`, "unknown"],
    ["a sensor that only lets time pass", `${livy}t >> TimeDeltaSensor(task_id="s", delta=DELTA)`, "no"],
    [
      "an operator of another package that takes its output",
      `${livy}PBSOperator(task_id="s", job=t.output)`,
      "unknown",
    ],
    ["an operator of another package behind it", `${livy}t >> PBSOperator(task_id="s")`, "no"],
    [
      "code of another module that is called poll",
      `${livy}t >> PythonOperator(task_id="s", python_callable=poll)`,
      "unknown",
    ],
    [
      "code of another module that is called publish",
      `${livy}t >> PythonOperator(task_id="s", python_callable=publish)`,
      "no",
    ],
    [
      "code that pulls its XCom by a constant and asks",
      `${livy}ID = "t"\ndef look(ti):\n    batch = ti.xcom_pull(task_ids=ID)\n    while state(batch) == "running":\n        sleep(9)\nt >> PythonOperator(task_id="s", python_callable=look)`,
      "yes",
    ],
    [
      "code that takes its output and does not ask",
      `${livy}@task\ndef show(batch):\n    print(batch)\nshow(t.output)`,
      "unknown",
    ],
    [
      "code that pulls an XCom that cannot be told",
      `${livy}def look(ti, which):\n    print(ti.xcom_pull(task_ids=which))\nt >> PythonOperator(task_id="s", python_callable=look)`,
      "unknown",
    ],
    [
      "a shell command that asks for it",
      `${livy}t >> BashOperator(task_id="s", bash_command="until curl -f livy/{{ ti.xcom_pull('t') }}/state; do sleep 9; done")`,
      "yes",
    ],
    [
      "a mail that names it",
      `${livy}t >> EmailOperator(task_id="s", to="a@b.c", subject="{{ ti.xcom_pull('t') }}", html_content="")`,
      "no",
    ],
    [
      "an operator that runs on what it made",
      `t = EmrCreateJobFlowOperator(task_id="t")\nEmrAddStepsOperator(task_id="a", job_flow_id=t.output, steps=[])`,
      "yes",
    ],
    [
      "a task of another DAG with its id",
      `${livy}other = DAG("e")\nCustomSensor(task_id="s", batch="{{ ti.xcom_pull(task_ids='t') }}", dag=other)`,
      "no",
    ],
    [
      "a task that knows it behind its group's id",
      `with TaskGroup("g"):\n    t = LivyOperator(task_id="t", file="f")\nCustomSensor(task_id="s", batch="{{ ti.xcom_pull(task_ids='g.t') }}")`,
      "yes",
    ],
    [
      "a sensor that shares its connection only",
      `t = LivyOperator(task_id="t", file="f", livy_conn_id="livy_prod")\nm = BashOperator(task_id="m", bash_command="true")\nt >> m >> PythonSensor(task_id="s", python_callable=lambda: True, op_kwargs={"livy_conn_id": "livy_prod"})`,
      "no",
    ],
    [
      "a sensor behind another task that pulls by the key alone",
      `${livy}m = BashOperator(task_id="m", bash_command="true")\nt >> m >> PythonSensor(task_id="s", python_callable=poll, op_args=["{{ ti.xcom_pull(key='return_value') }}"])`,
      "unknown",
    ],
    ["nobody, at the end of a list", `${livy}u = BashOperator(task_id="u", bash_command="x")\nu >> [t]`, "no"],
    [
      "nobody, at the end of a named list",
      `${livy}u = BashOperator(task_id="u", bash_command="x")\nall = [t]\nu >> all`,
      "no",
    ],
    ["nobody in sight, in a list that a helper takes", `${livy}publish([t])`, "unknown"],
    [
      "its sensor behind its group",
      `with TaskGroup("g") as g:\n    t = EmrAddStepsOperator(task_id="t", job_flow_id="j", steps=[])\ng >> EmrStepSensor(task_id="s", job_flow_id="x", step_id="y")`,
      "yes",
    ],
    [
      "a mapped sensor that takes each of its outputs",
      `t = LivyOperator.partial(task_id="t").expand(file=["a", "b"])\nCustomSensor.partial(task_id="s").expand(batch=t.output)`,
      "yes",
    ],
    [
      "a sensor that takes what a decorated group returns",
      `@task_group\ndef g():\n    t = LivyOperator(task_id="t", file="f")\n    return t.output\nCustomSensor(task_id="s", batch=g())`,
      "yes",
    ],
    [
      "a decorated sensor that takes its output",
      `${livy}@task.sensor\ndef done(batch):\n    return state(batch)\ndone(t.output)`,
      "yes",
    ],
    [
      "a sensor with its id put in by %",
      `${livy}ID = "t"\nCustomSensor(task_id="s", batch="{{ ti.xcom_pull(task_ids='%s') }}" % ID)`,
      "yes",
    ],
    [
      "a sensor with its id in an f-string",
      `${livy}ID = "t"\nCustomSensor(task_id="s", batch=f"{{{{ ti.xcom_pull(task_ids='{ID}') }}}}")`,
      "yes",
    ],
    ["nobody in sight, when an edge leads to the unknown", `${livy}t >> publish(t)`, "unknown"],
    [
      "nobody, when an edge leads to the unknown elsewhere",
      `${livy}u = BashOperator(task_id="u", bash_command="x")\nu >> publish()`,
      "no",
    ],
    [
      "nobody in sight, when the task behind it leads to the unknown",
      `${livy}u = BashOperator(task_id="u", bash_command="x")\nt >> u >> publish()`,
      "unknown",
    ],
    [
      "nobody, when an imported task runs before another",
      `${livy}u = BashOperator(task_id="u", bash_command="x")\npublish >> u`,
      "no",
    ],
    [
      "nobody in sight, when it is kept in a dict that is not read",
      `${livy}u = BashOperator(task_id="u", bash_command="x")\nall = {}\nall["t"] = t\nall[KEY] >> u`,
      "unknown",
    ],
  ])("%s", (_name, body, expected) => {
    expect(watched(body)).toBe(expected);
  });
});

describe("waiting", () => {
  it.each<[string, string, Waiting]>([
    ["by default not", add, "leaves"],
    ["switched off", 't = LivyOperator(task_id="t", file="f", polling_interval=0)', "switched-off"],
    ["switched on", 't = LivyOperator(task_id="t", file="f", polling_interval=30)', "waits"],
    [
      "by deferral",
      't = StepFunctionStartExecutionOperator(task_id="t", state_machine_arn="a", deferrable=True)',
      "waits",
    ],
    [
      "by deferral, perhaps",
      't = StepFunctionStartExecutionOperator(task_id="t", state_machine_arn="a", deferrable=DEFER)',
      "unknown",
    ],
    ["by another keyword", 't = EmrCreateJobFlowOperator(task_id="t", wait_policy=POLICY)', "unknown"],
    ["by an attribute", `${add}t.wait_for_completion = True`, "unknown"],
    ["by an unknown keyword", 't = EmrAddStepsOperator(task_id="t", job_flow_id="j", **more)', "unknown"],
  ])("%s", (_name, body, expected) => {
    const { file, t, behaviour } = read(body);
    expect(waitingOf(file, t, behaviour)).toBe(expected);
  });

  it("keeps what an older provider did that lacks the keyword", () => {
    const { file, t, behaviour } = read(add);
    const target = { ...file.project.target, providers: { "apache-airflow-providers-amazon": "3.0.0" } };
    expect(waitingOf({ ...file, project: { ...file.project, target } }, t, behaviour)).toBe("leaves");
  });
});

it("finds the tasks behind a task, near and far", () => {
  const ops = ["a", "b", "c"].map((id) => `${id} = BashOperator(task_id="${id}", bash_command="true")\n`).join("");
  const { file, t } = read(`${add}${ops}a >> t >> b >> c\n`);
  expect([...followersOf(file.edges, t)].map((one) => one.id).sort()).toEqual(["b", "c"]);
});

it("does not know whether the work is watched by code of another file that polls, and is sure where it does not", () => {
  const text = `${head}    ${livy}    t >> PythonOperator(task_id="s", python_callable=after)\n`.replace(
    "from company.tasks",
    "from company.after import after\nfrom company.tasks",
  );
  const answers = ["while ask():\n        sleep(30)", "print('done')"].map((body) => {
    const module = { path: "/dags/company/after.py", text: `def after():\n    ${body}\n` };
    const file = build({ path: "/dags/x.py", text }, unknownProject, {
      beside: () => undefined,
      read: () => undefined,
      module: (_path, dotted) => (dotted === "company.after" ? module : undefined),
    });
    const t = file.tasks.find((one) => one.id === "t");
    const behaviour = t?.operator.known && behaviourOf(t.operator.known);
    return t && behaviour && monitored(file, t, behaviour);
  });
  expect(answers).toEqual(["unknown", "no"]);
});
