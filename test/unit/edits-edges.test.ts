import { describe, expect, it } from "vitest";
import { build } from "../../server/src/airflow/build.ts";
import type { DagFile, Task } from "../../server/src/airflow/dagfile.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { type Follower, insertFollower } from "../../server/src/edits/followers.ts";
import { withImports } from "../../server/src/edits/imports.ts";
import { grammarsLoaded } from "../grammars.ts";
import { applied } from "./edits-source.ts";

await grammarsLoaded();

const head =
  "from airflow import DAG\nfrom airflow.providers.standard.operators.bash import BashOperator\nfrom airflow.sensors.bash import BashSensor\n";

const follower: Follower = {
  operator: { module: "airflow.sensors.bash", name: "BashSensor" },
  variable: "wait_t",
  taskId: "wait_t",
  arguments: () => [{ name: "timeout", text: "60" }],
};

function read(text: string): DagFile {
  return build({ path: "dags/x.py", text }, unknownProject);
}

function taskOf(file: DagFile, id: string): Task {
  const task = file.tasks.find((one) => one.id === id);
  if (!task) throw new Error(`no task ${id}`);
  return task;
}

function insert(text: string, follows: Follower = follower): string | undefined {
  const file = read(text);
  expect(file.errors).toEqual([]);
  const rewrite = insertFollower(file, taskOf(file, "t"), follows);
  const edits = withImports(file, rewrite?.edits, rewrite?.needs ?? []);
  return edits && applied({ module: file.module, names: file.names }, edits);
}

/** `a>b` for every edge but those of templates, sorted. */
function edges(text: string): string[] {
  const found = read(text).edges.filter((one) => one.form !== "template");
  return [...new Set(found.map((one) => `${one.from.id}>${one.to.id}`))].sort();
}

/** The edges that the old ones must have become. */
function expected(text: string): string[] {
  const moved = edges(text).map((one) => one.replace(/^t>/, "wait_t>"));
  return [...new Set([...moved, "t>wait_t"])].sort();
}

const tasks = ["a", "b", "t", "u", "x", "y"].map(
  (id) => `    ${id} = BashOperator(task_id="${id}", bash_command="true")\n`,
);
const dag = `${head}with DAG("d"):\n${tasks.join("")}`;

describe("edges that leave the task", () => {
  it.each([
    ["none", "", "t >> wait_t"],
    ["only incoming", "a >> t", "a >> t"],
    ["one", "t >> x", "t >> wait_t >> x"],
    ["a chain", "a >> t >> b", "a >> t >> wait_t >> b"],
    ["a chain over lines", "(\n        a\n        >> t\n        >> b\n    )", ">> t >> wait_t\n"],
    ["a backslash", "a >> t \\\n        >> b", "a >> t >> wait_t \\\n"],
    ["two statements", "t >> x\n    t >> y", "t >> wait_t >> x\n    wait_t >> y"],
    ["two chains", "a >> t >> x\n    b >> t >> y", "b >> t >> wait_t >> y"],
    ["to a list", "t >> [x, y]", "t >> wait_t >> [x, y]"],
    ["from a list", "[t, u] >> x", "[wait_t, u] >> x"],
    ["a list in a chain", "a >> [t, u] >> x", "a >> [t, u]\n    [wait_t, u] >> x"],
    ["a list in a longer chain", "a >> b >> [u, t] >> x >> y", "a >> b >> [u, t]\n    [u, wait_t] >> x >> y"],
    [
      "a list in a chain in parentheses",
      "(\n        a\n        >> [t, u]\n        >> x\n    )",
      "(\n        a\n        >> [t, u]\n    )\n    (\n        [wait_t, u]\n        >> x\n    )",
    ],
    ["leftwards", "x << t", "x << wait_t << t"],
    ["a chain leftwards", "x << t << a", "x << wait_t << t << a"],
    ["a list leftwards", "x << [t, u]", "x << [wait_t, u]"],
    ["a list in a chain leftwards", "x << [t, u] << a", "x << [wait_t, u]\n    [t, u] << a"],
    ["both ways at once", "x << t >> y", "x << wait_t >> y"],
    ["set_downstream", "t.set_downstream(x)", "t.set_downstream(wait_t)\n"],
    ["set_downstream with a list", "t.set_downstream([x, y])", "wait_t.set_downstream([x, y])"],
    ["set_upstream", "x.set_upstream(t)", "wait_t.set_upstream(t)\n"],
    ["set_upstream with a list", "x.set_upstream([t, u])", "x.set_upstream([wait_t, u])"],
    ["nested shifts", "a >> (t >> b)", "a >> (t >> wait_t >> b)"],
  ])("%s", (_, code, part) => {
    const text = `${dag}    ${code}\n`;
    const result = insert(text);
    if (result === undefined) throw new Error("refused");
    expect(result).toContain(part);
    expect(edges(result)).toEqual(expected(text));
  });

  it.each([
    ["chain", "chain(a, t, b)", "chain(a, t, wait_t, b)"],
    [
      "chain over lines",
      "chain(\n        a,\n        t,\n        b,\n    )",
      "        t,\n        wait_t,\n        b,",
    ],
    ["chain from a list", "chain([t, u], x)", "chain([wait_t, u], x)"],
    ["chain through a list", "chain(a, [t, u], x)", "chain(a, [t, u])\n    chain([wait_t, u], x)"],
    ["cross_downstream", "cross_downstream([t, u], [x, y])", "cross_downstream([wait_t, u], [x, y])"],
  ])("%s", (_, code, part) => {
    const text = `from airflow.models.baseoperator import chain, cross_downstream\n${dag}    ${code}\n`;
    const result = insert(text);
    if (result === undefined) throw new Error("refused");
    expect(result).toContain(part);
    expect(edges(result)).toEqual(expected(text));
  });

  it.each([
    ["a list that grew", "ts = [u]\n    ts.append(t)\n    ts >> x"],
    ["one of two tasks", "(t if u else a) >> b"],
    ["one of two tasks with a name", "one = t if u else a\n    one >> b"],
    ["some rounds of a loop", "for one in [t, u]:\n        if one is u:\n            one >> x"],
    [
      "an end that changes from round to round",
      "for one in [t, u]:\n        for end in [x, y]:\n            one >> end",
    ],
    ["an end that is bound anew", "for one in [t, u]:\n        x = y\n        one >> x"],
    ["an end of each round", 'for one in [t, u]:\n        e = BashOperator(task_id="e")\n        one >> e'],
    ["a name in parentheses", "a >> (t) >> b"],
    ["an unknown end", "t >> make()"],
    ["its task id is taken", 'x2 = BashOperator(task_id="wait_t", bash_command="true")'],
  ])("refuses %s", (_, code) => {
    expect(insert(`${dag}    ${code}\n`)).toBeUndefined();
  });

  it.each([
    ["a list", "ts = [t, u]\n    a >> ts >> x", "    a >> ts >> x\n    wait_t >> x\n"],
    ["a list to a list", "ts = [t, u]\n    ts << a\n    [x, y] << ts << b", "wait_t >> [x, y]\n"],
    ["a loop", "for one in (t, u):\n        one >> x  # each", "        one >> x  # each\n    wait_t >> x\n"],
    ["a loop over a list", "ts = (t, u)\n    for one in ts:\n        x.set_upstream(one)", "    wait_t >> x\n"],
    ["a list and its own name", "ts = [t, u]\n    ts >> x\n    t >> y", "    wait_t >> x\n    t >> wait_t >> y\n"],
  ])("stay where the task is one of several, and their ends follow the new one: %s", (_, code, part) => {
    const text = `${dag}    ${code}\n`;
    const result = insert(text) ?? "";
    expect(result).toContain(part);
    expect(edges(result)).toEqual(expect.arrayContaining(expected(text)));
  });

  it("makes the follower the next link of a chain", () => {
    const chain = "from airflow.models.baseoperator import chain\n";
    const inline = `${chain}${dag.replace(/ {4}t = .*\n/, "")}    chain(a, BashOperator(task_id="t", bash_command="true"), [x, y])\n`;
    const result = insert(inline) ?? "";
    expect(result).toContain('"true"), BashSensor(task_id="wait_t", timeout=60), [x, y])');
    expect(edges(result)).toEqual(expected(inline));
  });

  it("leaves edges of a decorated group, and puts the follower inside", () => {
    const text = `${head}from airflow.decorators import task_group
@task_group
def g():
    t = BashOperator(task_id="t", bash_command="true")
with DAG("d"):
    g() >> BashOperator(task_id="x", bash_command="true")
`;
    expect(insert(text)).toContain("    t >> wait_t\nwith DAG");
    expect(insert(text.replace('true")\nwith', 'true")\n    return t\nwith'))).toBeUndefined();
  });

  it("leaves edges of its group, and puts the follower inside", () => {
    const text = `${head}from airflow.utils.task_group import TaskGroup
with DAG("d"):
    with TaskGroup("g") as g:
        t = BashOperator(task_id="t", bash_command="true")
    x = BashOperator(task_id="x", bash_command="true")
    g >> x
`;
    const result = insert(text) ?? "";
    expect(result).toContain("        wait_t = BashSensor(\n            task_id=");
    expect(result).toContain("        t >> wait_t\n    x =");
    expect(result).toContain("    g >> x\n");
  });

  it("puts TaskFlow consumers behind the follower and leaves them their data", () => {
    const text = `${dag}    @task
    def f(v): ...
    c = f(t.output)
    f(t.output)
`.replace("from airflow import DAG\n", "from airflow.sdk import DAG, task\n");
    const result = insert(text) ?? "";
    expect(result).toContain("    c = f(t.output)\n    wait_t >> c\n    wait_t >> f(t.output)\n");
    expect(result).toContain("    t >> wait_t\n");
  });
});

describe("the definition", () => {
  it("follows the task's statement and its comment, with the arguments of its place", () => {
    const text = `${head}dag = DAG('d')\nt = BashOperator(\n    task_id='t',\n    bash_command='true',\n    dag=dag,\n)  # starts\n\nx = BashOperator(task_id='x', bash_command='true', dag=dag)\nt >> x\n`;
    expect(insert(text)).toBe(
      text
        .replace(
          "# starts\n",
          "# starts\n\nwait_t = BashSensor(\n    task_id='wait_t',\n    timeout=60,\n    dag=dag,\n)\n",
        )
        .replace("t >> x", "t >> wait_t >> x"),
    );
  });

  it("keeps CRLF and tabs", () => {
    const text = `${head}with DAG("d"):\n\tt = BashOperator(task_id="t", bash_command="true")\n`.replaceAll(
      "\n",
      "\r\n",
    );
    const result = insert(text) ?? "";
    expect(result).toContain(
      '\r\n\twait_t = BashSensor(\r\n\t\ttask_id="wait_t",\r\n\t\ttimeout=60,\r\n\t)\r\n\tt >> wait_t\r\n',
    );
    expect(result.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("names a task that has no name", () => {
    const text = `${head}with DAG("d"):\n    BashOperator(task_id="t", bash_command="true")\n`;
    expect(insert(text)).toContain(
      '    t = BashOperator(task_id="t", bash_command="true")\n    wait_t = BashSensor(\n        task_id="wait_t",\n        timeout=60,\n    )\n    t >> wait_t\n',
    );
  });

  it("joins a chain that makes the task", () => {
    const text = `${dag.replace(/ {4}t = .*\n/, "")}    a >> BashOperator(task_id="t", bash_command="true") >> x\n`;
    const result = insert(text) ?? "";
    expect(result).toContain('bash_command="true") >> BashSensor(task_id="wait_t", timeout=60) >> x\n');
    expect(edges(result)).toEqual(expected(text));
  });

  it("takes a line of its own in a chain inside brackets, behind the comment of the line before", () => {
    const made = 'BashOperator(task_id="t", bash_command="true")';
    const text = `${dag.replace(/ {4}t = .*\n/, "")}    (\n        a\n        >> ${made}  # load\n        >> x\n    )\n`;
    const result = insert(text) ?? "";
    expect(result).toContain(
      `        >> ${made}  # load\n        >> BashSensor(\n            task_id="wait_t",\n            timeout=60,\n        )\n        >> x\n`,
    );
    expect(edges(result)).toEqual(expected(text));
  });

  it("stays on its line in a chain that is continued by a backslash", () => {
    const made = 'BashOperator(task_id="t", bash_command="true")';
    const text = `${dag.replace(/ {4}t = .*\n/, "")}    a \\\n        >> ${made}\n`;
    const result = insert(text) ?? "";
    expect(result).toContain(`        >> ${made} >> BashSensor(task_id="wait_t", timeout=60)\n`);
    expect(read(result).errors).toEqual([]);
    expect(edges(result)).toEqual(expected(text));
  });

  it("gives the arguments the task's name, and refuses when they need one that is not there", () => {
    const named: Follower = {
      ...follower,
      arguments: (before) => (before ? [{ name: "x", text: `${before}.output` }] : undefined),
    };
    expect(insert(`${dag}    t >> x\n`, named)).toContain("x=t.output,");
    const inline = `${dag.replace(/ {4}t = .*\n/, "")}    a >> BashOperator(task_id="t", bash_command="true") >> x\n`;
    expect(insert(inline, named)).toBeUndefined();
  });

  it("takes a free name", () => {
    const text = `${dag}    wait_t = x\n    t >> y\n`;
    expect(insert(text)).toContain("t >> wait_t_2 >> y");
  });

  it("stays inside the loop that makes the task", () => {
    const text = `${dag.replace(/ {4}t = .*\n/, "")}    for i in range(3):\n        t = BashOperator(task_id="t", bash_command="true")\n        a >> t >> x\n`;
    const result = insert(text) ?? "";
    expect(result).toContain("        wait_t = BashSensor(\n            task_id");
    expect(result).toContain("        a >> t >> wait_t >> x\n");
  });

  it.each([
    [
      "a task that a function returns",
      `${head}def make():\n    t = BashOperator(task_id="t", bash_command="true")\n    return t\n`,
    ],
    [
      "two statements in one line",
      `${head}with DAG("d"):\n    t = BashOperator(task_id="t", bash_command="true"); y = 1\n`,
    ],
    ["a body behind the colon", `${head}with DAG("d"): t = BashOperator(task_id="t", bash_command="true")\n`],
  ])("refuses %s", (_, text) => {
    expect(insert(text)).toBeUndefined();
  });
});
