import { describe, expect, it } from "vitest";
import { setTaskArguments } from "../../server/src/edits/task.ts";
import { grammarsLoaded } from "../grammars.ts";
import { read, taskOf } from "./airflow-source.ts";
import { applied } from "./edits-source.ts";

await grammarsLoaded();

const imports = `from airflow import DAG
from airflow.decorators import dag, task
from airflow.providers.ssh.operators.ssh import SSHOperator
`;

/** The text after `retries=0` is set on the task "t"; undefined when that is refused. */
function withRetries(text: string): string | undefined {
  const file = read(imports + text);
  const edits = setTaskArguments(file, taskOf(file, "t"), [{ name: "retries", text: "0" }]);
  return edits && applied({ module: file.module, names: file.names }, edits).slice(imports.length);
}

const flow = (lines: string): string => `@dag\ndef d():\n${lines.replaceAll(/^/gm, "    ")}\nd()\n`;

describe("setting a task's argument", () => {
  it.each([
    ["a call", 'SSHOperator(task_id="t")', 'SSHOperator(task_id="t", retries=0)'],
    ["a value that is there", 'SSHOperator(task_id="t", retries=3)', 'SSHOperator(task_id="t", retries=0)'],
    [
      "a mapped task",
      'SSHOperator.partial(task_id="t").expand(command=["a"])',
      'SSHOperator.partial(task_id="t", retries=0).expand(command=["a"])',
    ],
    ["a value that varies", 'SSHOperator.partial(task_id="t").expand(retries=[1])', undefined],
    [
      "a known mapping without it",
      'C = {"pool": "x"}\nSSHOperator(task_id="t", **C)',
      'C = {"pool": "x"}\nSSHOperator(task_id="t", retries=0, **C)',
    ],
    ["a known mapping with it", 'C = {"retries": 1}\nSSHOperator(task_id="t", **C)', undefined],
    ["an unknown mapping", 'from x import C\nSSHOperator(task_id="t", **C)', undefined],
    [
      "a class that lets it through",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(**kw)\nS(task_id="t")',
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(**kw)\nS(task_id="t", retries=0)',
    ],
    [
      "a class that does not",
      'class S(SSHOperator):\n    def __init__(self, task_id):\n        super().__init__(task_id=task_id)\nS(task_id="t")',
      undefined,
    ],
    [
      "a class that gives it itself",
      'class S(SSHOperator):\n    def __init__(self, **kw):\n        super().__init__(retries=1, **kw)\nS(task_id="t")',
      undefined,
    ],
    ["a bare decorator", flow("@task\ndef t(): ...\nt()"), flow("@task(retries=0)\ndef t(): ...\nt()")],
    ["a bare flavour", flow("@task.bash\ndef t(): ...\nt()"), flow("@task.bash(retries=0)\ndef t(): ...\nt()")],
    [
      "a decorator with arguments",
      flow("@task(pool='x')\ndef t(): ...\nt()"),
      flow("@task(pool='x', retries=0)\ndef t(): ...\nt()"),
    ],
    [
      "an override of something else",
      flow("@task\ndef t(): ...\nt.override(pool='x')()"),
      flow("@task(retries=0)\ndef t(): ...\nt.override(pool='x')()"),
    ],
    [
      "an override of it",
      flow("@task\ndef t(): ...\nt.override(retries=3)()"),
      flow("@task\ndef t(): ...\nt.override(retries=0)()"),
    ],
  ])("%s", (_name, text, expected) => {
    expect(withRetries(text)).toBe(expected);
  });
});
