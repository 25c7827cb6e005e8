import { airflowAtLeast } from "../airflow/availability.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { type EncodedRead, encodedReads } from "../airflow/encodedOutput.ts";
import { wrapExpression } from "../edits/calls.ts";
import { localName, withImports } from "../edits/imports.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET418",
  name: "ssh-output-is-base64",
  group: "lost-failure",
  severity: "warning",
  summary: "The base64 output of SSHOperator or WinRMOperator is taken for text",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `SSHOperator and WinRMOperator return what the command wrote as base64 (\`b64encode\` in the ssh provider's \`operators/ssh.py\` and the winrm provider's \`operators/winrm.py\`). What reaches the next task by XCom is \`NDIK\`, not \`42\`: a comparison is never true, a split yields one piece, \`int()\` raises, and a command gets an argument that nobody wrote. Only Airflow 2 with \`[core] enable_xcom_pickling\` hands the bytes on as they are.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("count") as dag:
    count = SSHOperator(task_id="count", ssh_conn_id="edge", command="wc -l < /data/in.csv")
    load = BashOperator(task_id="load", bash_command="/opt/load --rows {{ ti.xcom_pull(task_ids='count') }}")
    count >> load
`,
    good: `from base64 import b64decode

from airflow import DAG
from airflow.decorators import task
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("count") as dag:
    count = SSHOperator(task_id="count", ssh_conn_id="edge", command="cat /data/rows", cmd_timeout=60)

    @task
    def check(output):
        if int(b64decode(output)) == 0:
            raise ValueError("no rows")

    check(count.output)
`,
    limits:
      "It looks at shell texts and at callables of the file. Where anything near decodes, a filter or another key is used, or the value goes on to other code, it is silent; so it is for Airflow 1.10, which pickles by default. With `enable_xcom_pickling`, ignore it.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
    ],
  },
  check(file, report) {
    if (!airflowAtLeast(file.project, "2.0.0")) return;
    for (const one of encodedReads(file)) {
      const { from, form } = one;
      const what = `${from.operator.name} returns the output of ${from.id ?? "its command"} in base64`;
      report({
        span: one.span,
        message:
          form === "command"
            ? `${what}: this template puts the encoded form into the command, and nothing decodes it.`
            : `${what}: this code compares or takes apart the encoded form, not what was printed.`,
        hint:
          form === "command"
            ? "Pipe it through base64 -d, or decode it in a Python task in between."
            : "Decode it first: base64.b64decode(value).decode().",
        related: [{ span: from.span, message: "pushes its output in base64" }],
        fixes: () => [decoded(file, one)],
      });
    }
  },
});

/** ti.xcom_pull(…) → base64.b64decode(ti.xcom_pull(…)).decode() */
function decoded(file: DagFile, { pull }: EncodedRead): Fix | undefined {
  const needed = { module: "base64", name: "b64decode" };
  const name = pull && localName(file, needed);
  if (!pull || name === undefined) return undefined;
  const edits = withImports(file, wrapExpression(file, pull, `${name}(`, ").decode()"), [needed]);
  return (
    edits && {
      title: "Decode it",
      edits,
      safety: "unsafe",
      why: "a value that is not there (None) now raises, and so does output that is not UTF-8",
    }
  );
}
