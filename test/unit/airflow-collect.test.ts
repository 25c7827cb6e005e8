import { describe, expect, it } from "vitest";
import { isUnbounded } from "../../server/src/airflow/bounds.ts";
import type { Task } from "../../server/src/airflow/dagfile.ts";
import { grammarsLoaded } from "../grammars.ts";
import { read, shownArgument, taskOf } from "./airflow-source.ts";

await grammarsLoaded();

/** `SSHOperator airflow.providers.ssh.operators.ssh.SSHOperator` */
function operatorIn(text: string): string {
  const [task, ...more] = read(text).tasks;
  if (!task || more.length > 0) throw new Error(`${more.length + (task ? 1 : 0)} tasks`);
  return `${task.operator.name} ${task.operator.known?.fqcn}`;
}

const ssh = "airflow.providers.ssh.operators.ssh.SSHOperator";
const bash = "airflow.providers.standard.operators.bash.BashOperator";

describe("the class of a task", () => {
  it.each([
    ["an import", "from airflow.operators.bash import BashOperator", "BashOperator", `BashOperator ${bash}`],
    ["an alias", "from airflow.operators.bash import BashOperator as Bash", "Bash", `Bash ${bash}`],
    ["a module", "import airflow.operators.bash", "airflow.operators.bash.BashOperator", `BashOperator ${bash}`],
    ["a module's alias", "import airflow.operators.bash as b", "b.BashOperator", `BashOperator ${bash}`],
    ["a module from a package", "from airflow.operators import bash", "bash.BashOperator", `BashOperator ${bash}`],
    [
      "Airflow 3",
      "from airflow.providers.standard.operators.bash import BashOperator",
      "BashOperator",
      `BashOperator ${bash}`,
    ],
    [
      "Airflow 1.10",
      "from airflow.operators.bash_operator import BashOperator",
      "BashOperator",
      `BashOperator ${bash}`,
    ],
    ["contrib", "from airflow.contrib.operators.ssh_operator import SSHOperator", "SSHOperator", `SSHOperator ${ssh}`],
    ["a star import", "from airflow.providers.ssh.operators.ssh import *", "SSHOperator", `SSHOperator ${ssh}`],
    [
      "the last star import wins",
      "from os import *\nfrom airflow.contrib.operators.ssh_operator import *",
      "SSHOperator",
      `SSHOperator ${ssh}`,
    ],
    [
      "a try around the import",
      "try:\n    from airflow.providers.standard.operators.bash import BashOperator\nexcept ImportError:\n    from airflow.operators.bash import BashOperator",
      "BashOperator",
      `BashOperator ${bash}`,
    ],
    [
      "a subclass",
      "from airflow.operators.bash import BashOperator\nclass Run(BashOperator):\n    pass",
      "Run",
      `Run ${bash}`,
    ],
    [
      "a subclass of a subclass",
      "from airflow.operators.bash import BashOperator\nclass A(BashOperator): ...\nclass B(A): ...",
      "B",
      `B ${bash}`,
    ],
    [
      "a mixin first",
      "from company import Mixin\nfrom airflow.operators.bash import BashOperator\nclass Run(Mixin, BashOperator): ...",
      "Run",
      `Run ${bash}`,
    ],
    ["another library's class of that name", "from company import SSHOperator", "SSHOperator", "SSHOperator undefined"],
    ["a class that is nowhere bound", "", "SSHOperator", "SSHOperator undefined"],
  ])("%s", (_name, head, callee, expected) => {
    expect(operatorIn(`${head}\n${callee}(task_id="t")`)).toBe(expected);
  });
});

const imports = `from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.operators.bash import BashOperator as Op
from airflow.utils.task_group import TaskGroup
`;

/** `t dag=d group=g.h repeated` */
function shown(task: Task): string {
  const groups: string[] = [];
  for (let group = task.group; group; group = group.parent) groups.unshift(group.id ?? "?");
  return [
    task.id ?? "?",
    task.dag ? `dag=${task.dag.id ?? "?"}` : "",
    groups.length > 0 ? `group=${groups.join(".")}` : "",
    task.mapped ? "mapped" : "",
    task.repeated ? "repeated" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

describe("tasks, with their DAG and groups", () => {
  it.each([
    ["with", 'with DAG("d"):\n    Op(task_id="t")', ["t dag=d"]],
    ["with dag_id=", 'with DAG(dag_id="d") as x:\n    t = Op(task_id="t")', ["t dag=d"]],
    ["a DAG made before", 'x = DAG("d")\nwith x:\n    Op(task_id="t")', ["t dag=d"]],
    ["dag=", 'x = DAG("d")\nOp(task_id="t", dag=x)', ["t dag=d"]],
    ["airflow.models.DAG", 'import airflow.models\nwith airflow.models.DAG("d"):\n    Op(task_id="t")', ["t dag=d"]],
    ["@dag", "@dag()\ndef d():\n    Op(task_id='t')\nd()", ["t dag=d"]],
    ["bare @dag", "@dag\ndef d():\n    Op(task_id='t')\nd()", ["t dag=d"]],
    ["@dag with an id", "@dag(dag_id='e')\ndef d():\n    Op(task_id='t')\nd()", ["t dag=e"]],
    ["a computed id", 'with DAG(f"d_{x}"):\n    Op(task_id=f"t_{x}")', ["? dag=?"]],
    ["two DAGs", 'with DAG("d"):\n    Op(task_id="t")\nwith DAG("e"):\n    Op(task_id="u")', ["t dag=d", "u dag=e"]],
    ["two in one with", 'with DAG("d") as x, TaskGroup("g"):\n    Op(task_id="t")', ["t dag=d group=g"]],
    [
      "nested groups",
      'with DAG("d"):\n    with TaskGroup("g"):\n        with TaskGroup(group_id="h"):\n            Op(task_id="t")\n    Op(task_id="u")',
      ["t dag=d group=g.h", "u dag=d"],
    ],
    [
      "task_group=",
      'with DAG("d") as x:\n    g = TaskGroup("g")\n    Op(task_id="t", task_group=g)',
      ["t dag=d group=g"],
    ],
    [
      "@task_group",
      "@dag\ndef d():\n    @task_group\n    def g():\n        Op(task_id='t')\n    g()\nd()",
      ["t dag=d group=g"],
    ],
    ["TaskFlow", "@dag\ndef d():\n    @task\n    def t(): ...\n    t()\nd()", ["t dag=d"]],
    [
      "TaskFlow called twice",
      "@dag\ndef d():\n    @task\n    def t(): ...\n    t()\n    t()\nd()",
      ["t dag=d", "t dag=d"],
    ],
    [
      "override",
      "@dag\ndef d():\n    @task(task_id='s')\n    def t(): ...\n    t()\n    t.override(task_id='u')()\nd()",
      ["s dag=d", "u dag=d"],
    ],
    ["never called", "@task\ndef t(): ...", ["t repeated"]],
    [
      "partial and expand",
      'with DAG("d"):\n    Op.partial(task_id="t").expand(bash_command=["a"])',
      ["t dag=d mapped"],
    ],
    [
      "partial and expand_kwargs",
      'with DAG("d"):\n    Op.partial(task_id="t").expand_kwargs([{"bash_command": "a"}])',
      ["t dag=d mapped"],
    ],
    ["TaskFlow, mapped", "@dag\ndef d():\n    @task\n    def t(x): ...\n    t.expand(x=[1])\nd()", ["t dag=d mapped"]],
    [
      "TaskFlow, partly mapped",
      "@dag\ndef d():\n    @task\n    def t(x, y): ...\n    t.partial(y=1).expand(x=[1])\nd()",
      ["t dag=d mapped"],
    ],
    ["a loop", 'with DAG("d"):\n    for x in "ab":\n        Op(task_id="t")', ["t dag=d repeated"]],
    ["a comprehension", 'with DAG("d"):\n    ts = [Op(task_id="t") for x in "ab"]', ["t dag=d repeated"]],
    ["a list", 'with DAG("d"):\n    ts = [Op(task_id="t"), Op(task_id="u")]', ["t dag=d", "u dag=d"]],
    ["a dict", 'with DAG("d"):\n    ts = {"a": Op(task_id="t")}', ["t dag=d"]],
    [
      "a factory of DAGs that is called",
      'def create():\n    return DAG("d")\nwith create() as dag:\n    Op(task_id="t")\nOp(task_id="u", dag=dag)',
      ["t dag=d", "u dag=d"],
    ],
    [
      "a parameter that is the DAG",
      'def add(dag):\n    Op(task_id="t", dag=dag)\n    with dag:\n        Op(task_id="u")\nd = DAG("d")\nadd(d)',
      ["t dag=d repeated", "u dag=d repeated"],
    ],
    [
      "a parameter that is one of several DAGs",
      'def add(dag):\n    Op(task_id="t", dag=dag)\nadd(DAG("d"))\nadd(DAG("e"))',
      ["t repeated"],
    ],
    [
      "factories that call one another",
      'def one():\n    Op(task_id="t")\ndef both():\n    one()\n@dag\ndef d():\n    both()\nd()',
      ["t dag=d repeated"],
    ],
    [
      "a factory that is called outside, too",
      'def make():\n    Op(task_id="t")\nwith DAG("d"):\n    make()\nmake()',
      ["t repeated"],
    ],
    [
      "a factory that is handed over",
      'def make():\n    Op(task_id="t")\nwith DAG("d"):\n    make()\n    run(make)',
      ["t repeated"],
    ],
    [
      "a factory for two DAGs",
      'def make():\n    Op(task_id="t")\nwith DAG("d"):\n    make()\nwith DAG("e"):\n    make()',
      ["t repeated"],
    ],
    [
      "an operator in a task's own code",
      'with DAG("d"):\n    @task\n    def t():\n        Op(task_id="u")\n    t()',
      ["u repeated", "t dag=d"],
    ],
    ["a factory", 'def make():\n    return Op(task_id="t")\nwith DAG("d"):\n    make()', ["t dag=d repeated"]],
    [
      "a factory of DAGs",
      'def make():\n    with DAG("d") as x:\n        Op(task_id="t")\n    return x',
      ["t dag=d repeated"],
    ],
    [
      "a condition",
      'with DAG("d"):\n    if x:\n        Op(task_id="t")\n    else:\n        Op(task_id="u")',
      ["t dag=d", "u dag=d"],
    ],
    ["as_teardown", 'with DAG("d"):\n    t = Op(task_id="t").as_teardown(setups=s)', ["t dag=d"]],
    ["a chain at once", 'with DAG("d"):\n    Op(task_id="t") >> Op(task_id="u")', ["t dag=d", "u dag=d"]],
    ["an argument of another call", 'with DAG("d"):\n    wrap(Op(task_id="t"))', ["t dag=d"]],
    ["a conditional expression", 'with DAG("d"):\n    t = Op(task_id="t") if x else None', ["t dag=d"]],
    ["an annotated assignment", 'with DAG("d"):\n    t: Op = Op(task_id="t")', ["t dag=d"]],
    ["no task", 'x = Op\ny = {"task_id": "t"}\nti.xcom_pull(task_id="t")', []],
  ])("%s", (_name, text, expected) => {
    expect(read(imports + text).tasks.map(shown)).toEqual(expected);
  });

  it("knows the name that a task is bound to, the smallest span that names it, and its function", () => {
    const text = `${imports}from airflow.operators.python import PythonOperator
def work(): ...
with DAG("d"):
    a = Op(task_id="a").as_teardown()
    b: Op = Op(task_id="b")
    c = PythonOperator(task_id="c", python_callable=work)
    @task.bash(task_id="e")
    def run(): ...
    e = run()
`;
    const file = read(text);
    const row = (id: string) => {
      const { variable, span, callable } = taskOf(file, id);
      return [variable, text.slice(span.start, span.end), callable?.name];
    };
    expect(row("a")).toEqual(["a", "Op", undefined]);
    expect(row("b")).toEqual(["b", "Op", undefined]);
    expect(row("c")).toEqual(["c", "PythonOperator", "work"]);
    expect(row("e")).toEqual(["e", "bash", "run"]);
  });
});

describe("the operator behind a decorator", () => {
  it.each([
    ["@task", "airflow.providers.standard.operators.python.PythonOperator"],
    ["@task()", "airflow.providers.standard.operators.python.PythonOperator"],
    ["@task.python", "airflow.providers.standard.operators.python.PythonOperator"],
    ["@task.bash", bash],
    ["@task.sensor(timeout=60)", "airflow.providers.standard.sensors.python.PythonSensor"],
    ["@task.short_circuit", "airflow.providers.standard.operators.python.ShortCircuitOperator"],
    ["@task.virtualenv(requirements=[])", "airflow.providers.standard.operators.python.PythonVirtualenvOperator"],
    ["@task.docker(image='x')", "airflow.providers.docker.operators.docker.DockerOperator"],
    ["@task.kubernetes(image='x')", "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"],
    ["@task.someday", undefined],
  ])("%s", (decorator, expected) => {
    for (const home of ["airflow.decorators", "airflow.sdk"]) {
      const file = read(
        `from ${home} import dag, task\n@dag\ndef d():\n    ${decorator}\n    def t(): ...\n    t()\nd()`,
      );
      expect(taskOf(file, "t").operator.known?.fqcn).toBe(expected);
    }
  });

  it("is none for another library's decorator", () => {
    expect(read("from invoke import task\n@task\ndef t(): ...\nt()").tasks).toEqual([]);
  });
});

describe("operators that code runs", () => {
  const head = `from datetime import timedelta
from airflow import DAG
from airflow.models import BaseOperator
from airflow.operators.python import PythonOperator
from airflow.providers.ssh.operators.ssh import SSHOperator
dag = DAG("d", default_args={"cmd_timeout": 60})
`;
  const end = `
PythonOperator(task_id="outer", python_callable=run, dag=dag)
PythonOperator(task_id="limited", python_callable=run, dag=dag, execution_timeout=timedelta(hours=1))
`;

  it.each([
    ["at once", 'SSHOperator(task_id="x").execute(context)', "absent"],
    ["by a name", 'op = SSHOperator(task_id="x")\n    op.execute(context=context)', "absent"],
    ["with its DAG", 'SSHOperator(task_id="x", dag=dag).execute(dict())', "default_args 60"],
    ["with some DAG", 'SSHOperator(task_id="x", dag=context["dag"]).execute(context)', "unknown"],
    ["with anything", "SSHOperator(**context).execute(context)", "unknown"],
  ])("%s", (_, code, timeout) => {
    const file = read(`${head}def run(**context):\n    ${code}${end}`);
    expect(file.tasks.map(({ id }) => id)).toEqual(["outer", "limited"]);
    const [inner, ...others] = file.executed;
    expect(others).toEqual([]);
    expect(inner && shownArgument(file, inner, "cmd_timeout")).toBe(timeout);
    expect(inner?.executedBy?.tasks.map(({ id }) => id)).toEqual(["outer", "limited"]);
    expect(inner && isUnbounded(file, inner)).toBe(true);
    expect(file.operators).toEqual([...file.tasks, ...file.executed]);
  });

  it("are those of a class's execute, too", () => {
    const file = read(
      `${head}class Run(BaseOperator):\n    def execute(self, context):\n        SSHOperator(task_id="x").execute(context)\nRun(task_id="outer", dag=dag, execution_timeout=timedelta(hours=1))\n`,
    );
    const [inner] = file.executed;
    expect(inner?.executedBy?.tasks.map(({ id }) => id)).toEqual(["outer"]);
    expect(inner && isUnbounded(file, inner)).toBe(false);
  });

  it.each([
    ["made in a DAG", 'with dag:\n    op = SSHOperator(task_id="x")\nop.execute({})\n', ["x"]],
    ["run by nobody", 'def run(context):\n    SSHOperator(task_id="x").execute(context)\n', []],
    ["not run", 'def run(context):\n    op = SSHOperator(task_id="x")\n    cursor.execute(op)\n', ["x"]],
  ])("are none: %s", (_, code, tasks) => {
    const file = read(`${head}${code}`);
    expect(file.executed).toEqual([]);
    expect(file.operators).toBe(file.tasks);
    expect(file.tasks.map(({ id }) => id)).toEqual(tasks);
  });
});
