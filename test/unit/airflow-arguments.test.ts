import { describe, expect, it } from "vitest";
import { dagOf } from "../../server/src/airflow/adoption.ts";
import { argumentsOf } from "../../server/src/airflow/arguments.ts";
import { grammarsLoaded } from "../grammars.ts";
import { read, shownArgument, taskOf } from "./airflow-source.ts";

await grammarsLoaded();

const imports = `from datetime import timedelta
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.utils.task_group import TaskGroup
`;

/** What becomes of `cmd_timeout` of the task "t". */
function cmdTimeout(text: string): string {
  const file = read(imports + text);
  return shownArgument(file, taskOf(file, "t"), "cmd_timeout");
}

describe("where an operator's argument comes from", () => {
  it.each([
    ["nowhere", 'with DAG("d"):\n    SSHOperator(task_id="t")', "absent"],
    ["the call", 'with DAG("d"):\n    SSHOperator(task_id="t", cmd_timeout=60)', "call 60"],
    ["a constant", 'N = 60\nwith DAG("d"):\n    SSHOperator(task_id="t", cmd_timeout=N * 2)', "call 120"],
    ["None", 'with DAG("d"):\n    SSHOperator(task_id="t", cmd_timeout=None)', "call none"],
    [
      "an attribute",
      'with DAG("d"):\n    t = SSHOperator(task_id="t", cmd_timeout=60)\n    t.cmd_timeout = 5',
      "unknown",
    ],
    ["an attribute alone", 'with DAG("d"):\n    t = SSHOperator(task_id="t")\n    t.cmd_timeout = 5', "unknown"],
    [
      "another task's attribute",
      'with DAG("d"):\n    t = SSHOperator(task_id="t")\n    u = SSHOperator(task_id="u")\n    u.cmd_timeout = 5',
      "absent",
    ],
    [
      "a name from elsewhere",
      'from x import N\nwith DAG("d"):\n    SSHOperator(task_id="t", cmd_timeout=N)',
      "call reference",
    ],
    ["a mapping", 'C = {"cmd_timeout": 5}\nwith DAG("d"):\n    SSHOperator(task_id="t", **C)', "call 5"],
    ["an unknown mapping", 'from x import C\nwith DAG("d"):\n    SSHOperator(task_id="t", **C)', "unknown"],
    [
      "a keyword beside an unknown mapping",
      'from x import C\nwith DAG("d"):\n    SSHOperator(task_id="t", cmd_timeout=5, **C)',
      "call 5",
    ],
    ["default_args", 'with DAG("d", default_args={"cmd_timeout": 5}):\n    SSHOperator(task_id="t")', "default_args 5"],
    ["dict()", 'with DAG("d", default_args=dict(cmd_timeout=5)):\n    SSHOperator(task_id="t")', "default_args 5"],
    [
      "an unpacked dict",
      'base = {"cmd_timeout": 5}\nwith DAG("d", default_args={**base, "retries": 1}):\n    SSHOperator(task_id="t")',
      "default_args 5",
    ],
    [
      "a merged dict",
      'base = {"cmd_timeout": 5}\nwith DAG("d", default_args=base | {"cmd_timeout": 6}):\n    SSHOperator(task_id="t")',
      "default_args 6",
    ],
    [
      "unknown default_args",
      'from x import A\nwith DAG("d", default_args=A):\n    SSHOperator(task_id="t")',
      "unknown",
    ],
    [
      "an unknown part of default_args",
      'from x import A\nwith DAG("d", default_args={**A, "retries": 1}):\n    SSHOperator(task_id="t")',
      "unknown",
    ],
    ["unknown arguments of the DAG", 'from x import A\nwith DAG("d", **A):\n    SSHOperator(task_id="t")', "unknown"],
    [
      "default_args that are changed later",
      'A = {"retries": 1}\nA["cmd_timeout"] = 5\nwith DAG("d", default_args=A):\n    SSHOperator(task_id="t")',
      "default_args unknown",
    ],
    [
      "default_args of which another key is set later",
      'A = {"cmd_timeout": 1}\nA["retries"] = 5\nwith DAG("d", default_args=A):\n    SSHOperator(task_id="t")',
      "default_args 1",
    ],
    [
      "default_args of which any key is set later",
      'A = {"retries": 1}\nA[key] = 5\nwith DAG("d", default_args=A):\n    SSHOperator(task_id="t")',
      "unknown",
    ],
    [
      "default_args of a DAG factory",
      'def create(args):\n    dag = DAG("d", default_args=args)\n    SSHOperator(task_id="t", dag=dag)\ncreate({"cmd_timeout": 1})\ncreate({"retries": 1})',
      "default_args unknown",
    ],
    [
      "default_args that no caller of a DAG factory gives",
      'def create(args):\n    dag = DAG("d", default_args=args)\n    SSHOperator(task_id="t", dag=dag)\ncreate({"owner": "a"})\ncreate({"owner": "b"})',
      "absent",
    ],
    [
      "the call before default_args",
      'with DAG("d", default_args={"cmd_timeout": 5}):\n    SSHOperator(task_id="t", cmd_timeout=6)',
      "call 6",
    ],
    [
      "default_args of the task itself",
      'with DAG("d", default_args={"cmd_timeout": 5}):\n    SSHOperator(task_id="t", default_args={"cmd_timeout": 7})',
      "default_args 7",
    ],
    [
      "a group",
      'with DAG("d", default_args={"cmd_timeout": 5}):\n    with TaskGroup("g", default_args={"cmd_timeout": 6}):\n        SSHOperator(task_id="t")',
      "group 6",
    ],
    [
      "an outer group",
      'with DAG("d"):\n    with TaskGroup("g", default_args={"cmd_timeout": 6}):\n        with TaskGroup("h"):\n            SSHOperator(task_id="t")',
      "group 6",
    ],
    [
      "the nearest group",
      'with DAG("d"):\n    with TaskGroup("g", default_args={"cmd_timeout": 6}):\n        with TaskGroup("h", default_args={"cmd_timeout": 7}):\n            SSHOperator(task_id="t")',
      "group 7",
    ],
    [
      "a decorated group",
      'with DAG("d"):\n    @task_group(default_args={"cmd_timeout": 6})\n    def g():\n        SSHOperator(task_id="t")\n    g()',
      "group 6",
    ],
    ["dag=", 'd = DAG("d", default_args={"cmd_timeout": 5})\nSSHOperator(task_id="t", dag=d)', "default_args 5"],
    ["a DAG that is not known", 'def make(d):\n    return SSHOperator(task_id="t", dag=d)', "unknown"],
    ["no DAG", 'SSHOperator(task_id="t")', "absent"],
    [
      "partial",
      'with DAG("d"):\n    SSHOperator.partial(task_id="t", cmd_timeout=5).expand(command=["a", "b"])',
      "partial 5",
    ],
    [
      "expand",
      'with DAG("d"):\n    SSHOperator.partial(task_id="t", retries=1).expand(cmd_timeout=[1, 2])',
      "expand unknown",
    ],
    [
      "expand_kwargs",
      'with DAG("d"):\n    SSHOperator.partial(task_id="t", cmd_timeout=5).expand_kwargs([{"command": "a"}])',
      "unknown",
    ],
    [
      "a class of the file",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(cmd_timeout=5, **kw)\nwith DAG("d"):\n    S(task_id="t")',
      "class 5",
    ],
    [
      "a class between",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(cmd_timeout=5, **kw)\nclass U(S):\n    pass\nwith DAG("d", default_args={"cmd_timeout": 6}):\n    U(task_id="t")',
      "class 5",
    ],
    [
      "a parameter of the class",
      'class S(SSHOperator):\n    def __init__(self, cmd_timeout=5, **kw):\n        super().__init__(**kw)\nwith DAG("d"):\n    S(task_id="t")',
      "class unknown",
    ],
    [
      "an attribute that the class sets",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(**kw)\n        self.cmd_timeout = 5\nwith DAG("d"):\n    S(task_id="t")',
      "class unknown",
    ],
    [
      "a class that changes its keywords",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        kw.setdefault("cmd_timeout", 5)\n        super().__init__(**kw)\nwith DAG("d"):\n    S(task_id="t")',
      "unknown",
    ],
    [
      "a class without a constructor",
      'class S(SSHOperator):\n    retries = 2\nwith DAG("d"):\n    S(task_id="t")',
      "absent",
    ],
  ])("%s", (_name, text, expected) => {
    expect(cmdTimeout(text)).toBe(expected);
  });
});

describe("where a TaskFlow task's argument comes from", () => {
  const inDag = (lines: string): string =>
    `@dag(default_args={"execution_timeout": timedelta(hours=9)})\ndef d():\n${lines.replaceAll(/^/gm, "    ")}\nd()`;
  it.each([
    ["the decorator", "@task(execution_timeout=timedelta(hours=1))\ndef t(): ...\nt()", "decorator 3600 s"],
    ["a bare decorator", "@task\ndef t(): ...\nt()", "default_args 32400 s"],
    [
      "override before the decorator",
      "@task(execution_timeout=timedelta(hours=1))\ndef t(): ...\nt.override(execution_timeout=timedelta(hours=2))()",
      "override 7200 s",
    ],
    ["another flavour", "@task.bash(execution_timeout=timedelta(minutes=1))\ndef t(): ...\nt()", "decorator 60 s"],
    [
      "a sensor's",
      "@task.sensor(execution_timeout=timedelta(minutes=1), mode='reschedule')\ndef t(): ...\nt()",
      "decorator 60 s",
    ],
    ["a mapped call's decorator", "@task(execution_timeout=None)\ndef t(x): ...\nt.expand(x=[1])", "decorator none"],
  ])("%s", (_name, lines, expected) => {
    const file = read(imports + inDag(lines));
    expect(shownArgument(file, taskOf(file, "t"), "execution_timeout")).toBe(expected);
  });
});

it("gathers every argument once, from the nearest place, and says whether all are known", () => {
  const text = `${imports}from x import REST
with DAG("d", default_args={"retries": 3, "cmd_timeout": 5}):
    SSHOperator(task_id="t", cmd_timeout=6)
    SSHOperator(task_id="u", **REST)
`;
  const file = read(text);
  const { found, complete } = argumentsOf(file, taskOf(file, "t"));
  const shown = found.map((one) => `${one.origin}: ${text.slice(one.span.start, one.span.end)}`);
  expect(shown.sort()).toEqual(["call: cmd_timeout=6", 'call: task_id="t"', 'default_args: "retries": 3']);
  expect(complete).toBe(true);
  expect(argumentsOf(file, taskOf(file, "u")).complete).toBe(false);
});

describe("a task that is made without a DAG", () => {
  const dag = 'dag = DAG("d", default_args={"cmd_timeout": 5}, dagrun_timeout=timedelta(hours=1))\n';
  const made = 'SSHOperator(task_id="t")';
  it.each([
    [
      "gets no default_args, whatever DAG takes it later",
      `t = ${made}\n${dag}t >> SSHOperator(task_id="u", dag=dag)`,
      "absent",
    ],
    ["gets them from the DAG that it names", `${dag}t = SSHOperator(task_id="t", dag=dag)`, "default_args 5"],
    ["may name one that is not known", `t = SSHOperator(task_id="t", dag=DAGS["d"])`, "unknown"],
    ["may be given one by what is unpacked", `t = SSHOperator(task_id="t", **REST)`, "unknown"],
    ["may stand in a DAG's block: a function", `def f():\n    ${made}`, "unknown"],
    ["may stand in a DAG's block: a with", `with make() as dag:\n    ${made}`, "unknown"],
    ["may stand in a DAG's block: a group", `with TaskGroup("g"):\n    ${made}`, "unknown"],
  ])("%s", (_name, text, expected) => {
    expect(cmdTimeout(text)).toBe(expected);
  });

  it("may be a decorated function whose decorator names the DAG", () => {
    const file = read(`${imports}${dag}@task(dag=dag)\ndef t(): ...\n@task(dag=DAGS[1])\ndef u(): ...\nt()\nu()`);
    expect(["t", "u"].map((id) => shownArgument(file, taskOf(file, id), "cmd_timeout"))).toEqual([
      "default_args 5",
      "unknown",
    ]);
    expect(taskOf(file, "t").dag?.id).toBe("d");
  });

  it("joins the DAG of its neighbours", () => {
    const file = read(
      `${imports}a = SSHOperator(task_id="a")\nb = SSHOperator(task_id="b")\nc = SSHOperator(task_id="c")\n${dag}a >> b >> SSHOperator(task_id="u", dag=dag)`,
    );
    const of = (id: string) => dagOf(file, taskOf(file, id))?.id;
    expect(["a", "b", "c", "u"].map(of)).toEqual(["d", "d", undefined, "d"]);
  });
});
