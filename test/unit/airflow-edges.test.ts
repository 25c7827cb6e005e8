import { describe, expect, it } from "vitest";
import { grammarsLoaded } from "../grammars.ts";
import { edgesOf, read } from "./airflow-source.ts";

await grammarsLoaded();

const imports = `from airflow import DAG
from airflow.decorators import task, task_group
from airflow.models.baseoperator import chain, cross_downstream
from airflow.operators.bash import BashOperator as Op
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup
`;
const tasks = ["a", "b", "c", "d"].map((id) => `    ${id} = Op(task_id="${id}", bash_command="true")\n`).join("");

function edges(lines: string): string[] {
  return edgesOf(read(`${imports}with DAG("x"):\n${tasks}${lines.replaceAll(/^/gm, "    ")}`));
}

describe("who runs before whom", () => {
  it.each([
    [">>", "a >> b", ["a>b"]],
    ["<<", "a << b", ["b>a"]],
    ["a chain of >>", "a >> b >> c", ["a>b", "b>c"]],
    ["both directions", "a >> b << c", ["a>b", "c>b"]],
    ["a list on the right", "a >> [b, c] >> d", ["a>b", "a>c", "b>d", "c>d"]],
    ["a list on the left", "[a, b] >> c", ["a>c", "b>c"]],
    ["a tuple", "a >> (b, c)", ["a>b", "a>c"]],
    ["parentheses", "(\n    a\n    >> b\n    >> c\n)", ["a>b", "b>c"]],
    ["a named list", "all = [b, c]\na >> all", ["a>b", "a>c"]],
    ["an appended list", "all = []\nall.append(b)\nall.append(c)\na >> all", ["a>b", "a>c"]],
    ["a list begun anew", "all = []\nall.append(b)\nall >> a\nall = []\nall.append(c)\nall >> d", ["b>a", "c>d"]],
    [
      "a list that a function is given",
      "def grow(all, one):\n    all.append(one)\nall = []\ngrow(all, b)\nall.append(c)\na >> all",
      ["a>c"],
    ],
    ["a list grown with +", "a >> ([b] + [c])", ["a>b", "a>c"]],
    ["set_downstream", "a.set_downstream([b, c])", ["a>b", "a>c"]],
    ["set_upstream", "a.set_upstream(b)", ["b>a"]],
    ["chain of a list's parts", "ts = [a, b]\nchain(*ts, c)", ["a>b", "b>c"]],
    ["chain", "chain(a, [b, c], d)", ["a>b", "a>c", "b>d", "c>d"]],
    ["cross_downstream", "cross_downstream([a, b], [c, d])", ["a>c", "a>d", "b>c", "b>d"]],
    ["cross_downstream by name", "cross_downstream(to_tasks=[c], from_tasks=[a, b])", ["a>c", "b>c"]],
    ["one of two", "(a if DEV else [b]) >> c", ["a>c", "b>c"]],
    ["Label", 'a >> Label("then") >> b', ["a>b"]],
    ["made in the chain", 'a >> Op(task_id="e") >> b', ["a>e", "e>b"]],
    ["output", 'Op(task_id="e", bash_command=a.output)', ["a>e"]],
    ["a template", 'Op(task_id="e", bash_command="echo {{ ti.xcom_pull(task_ids=\'a\') }}")', ["a>e"]],
    ["a template's key is no task", 'Op(task_id="e", bash_command="{{ ti.xcom_pull(key=\'a\') }}")', []],
    ["a teardown", "a >> b.as_teardown(setups=a)", ["a>b"]],
    ["a TaskFlow argument", "@task\ndef f(x): ...\nf(a.output) >> b", ["a>f", "f>b"]],
    ["a TaskFlow result", "@task\ndef f(): ...\n@task\ndef g(x): ...\ng(f())", ["f>g"]],
    ["a TaskFlow result by name", "@task\ndef f(): ...\n@task\ndef g(x): ...\nr = f()\ng(r['k'])", ["f>g"]],
    ["mapping", "@task\ndef f(): ...\n@task\ndef g(x): ...\ng.expand(x=f())", ["f>g"]],
    ["a group", 'with TaskGroup("g") as g:\n    e = Op(task_id="e")\na >> g >> b', ["a>e", "e>b"]],
    ["a decorated group", "@task_group\ndef g():\n    Op(task_id='e')\na >> g() >> b", ["a>e", "e>b"]],
    ["a loop over tasks", "for one in [b, c]:\n    a >> one", ["a>b", "a>c"]],
    ["no task at all", "x = 8 >> 2", []],
    ["itself", "a >> a", []],
  ])("%s", (_name, lines, expected) => {
    expect(edges(lines)).toEqual(expected);
  });

  it.each([
    ["everything followed", "a >> b", true],
    ["an imported task", "from x import t\na >> t", false],
    ["a starred argument", "chain(*ts)", false],
    ["a starred list of tasks", "ts = [a, b]\nchain(*ts, c)", true],
  ])("says whether all is known: %s", (_name, lines, expected) => {
    expect(read(`${imports}with DAG("x"):\n${tasks}${lines.replaceAll(/^/gm, "    ")}`).edgesComplete).toBe(expected);
  });

  it("reads a text that is put together in thousands of steps", () => {
    const steps = Array.from({ length: 3000 }, (_, index) => `c += "echo ${index}; "\n`).join("");
    expect(edges(`c = ""\n${steps}a >> Op(task_id="e", bash_command=c)\n`)).toEqual(["a>e"]);
  });
});
