import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { isParsed } from "../airflow/parsedOutput.ts";
import { isActedOn, isAsked, isRead, mayRaise, onlyAsks, onlyTidies } from "../airflow/processes.ts";
import { isReturnedToAirflow } from "../airflow/returned.ts";
import { editArguments } from "../edits/arguments.ts";
import { localOf } from "../edits/bindings.ts";
import { type Rewrite, replaceCallee } from "../edits/calls.ts";
import { localName, withImports } from "../edits/imports.ts";
import { type Call, dottedName } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET404",
  name: "os-system-used",
  group: "lost-failure",
  severity: "warning",
  summary: "A task runs a command by os.system or os.popen and loses its exit status",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`os.system\` never raises: it returns a wait status that somebody must look at. \`os.popen\` and \`subprocess.getoutput\` return the output and no status at all. The command may fail in any way, and Airflow marks the task success.`,
    bad: `import os

from airflow import DAG
from airflow.operators.python import PythonOperator


def push():
    os.system("scp /data/day.csv partner:/in/")


with DAG("push") as dag:
    PythonOperator(task_id="push", python_callable=push)
`,
    good: `import subprocess

from airflow import DAG
from airflow.operators.python import PythonOperator


def push():
    subprocess.run(["/opt/push.sh", "/data/day.csv"], check=True, timeout=600)


with DAG("push") as dag:
    PythonOperator(task_id="push", python_callable=push)
`,
    limits:
      "A status that is compared, tested or handed on is left alone, and so are commands that only tidy up or look around. One that the task's callable returns is not handed on: it becomes an XCom, unless a task of the file reads it.",
    links: ["https://docs.python.org/3/library/os.html#os.system"],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (call.kind !== "os-system" || !call.live || onlyTidies(call) || onlyAsks(call)) continue;
      if (call.callee.endsWith("getstatusoutput")) continue;
      const status = call.callee === "os.system";
      if (status ? isActedOn(file, call) : outputJudged(file, call)) continue;
      const returned = call.result.uses.some((use) => isReturnedToAirflow(file, call, use));
      // out = getoutput(…); if out != "found": a failure may be one of the answers.
      if (!status && call.result.uses.some((use) => isAsked(file, use))) {
        report({
          span: call.span,
          severity: "info",
          message: `${call.callee} gives the output but not the exit status: to the test of this output, a command that fails is one more answer.`,
          hint: "Use subprocess.run(…, capture_output=True, timeout=…), and look at its returncode, too.",
        });
        continue;
      }
      report({
        span: call.span,
        message: status
          ? returned
            ? "os.system never raises, and its status only becomes an XCom: when the command fails, Airflow still marks the task success."
            : "os.system never raises, and nothing depends on its status: when the command fails, Airflow still marks the task success."
          : `${call.callee} gives the output but not the exit status: when the command fails, Airflow still marks the task success.`,
        hint: "Use subprocess.run(…, check=True, timeout=…).",
        fixes: () => [run(file, call)],
      });
    }
  },
});

/** The output is a text that a parser refuses when it is empty, or a pipe whose `close()` tells the status. */
function outputJudged(file: DagFile, { callee, result }: RemoteCall): boolean {
  if (result.uses.some((use) => isParsed(file, use) || mayRaise(file, use))) return true;
  if (callee !== "os.popen") return false;
  // p = os.popen(…); if p.close(): raise
  return result.escapes || result.uses.some((use) => use.path[0] === "close" && use.call && isRead(file, use.call));
}

/** os.system(x) → subprocess.run(x, shell=True, check=True): the same /bin/sh. A value that is returned stays a number: check_call's. */
function run(file: DagFile, call: RemoteCall): Fix | undefined {
  if (call.callee !== "os.system") return undefined;
  const { result } = call;
  const returned = !result.discarded && result.uses.every((use) => isReturnedToAirflow(file, call, use));
  if (!result.discarded && !returned) return undefined;
  const callee = calleeOf(file, call.call, returned ? "check_call" : "run");
  const args = editArguments(file, call.call, {
    add: [{ name: "shell", text: "True" }, ...(returned ? [] : [{ name: "check", text: "True" }])],
  });
  const edits = callee && args && withImports(file, [...callee.edits, ...args], callee.needs);
  return (
    edits && {
      title: returned ? "Use subprocess.check_call(…, shell=True)" : "Use subprocess.run(…, shell=True, check=True)",
      edits,
      safety: "unsafe",
      why: "the task now fails when the command does",
    }
  );
}

/** `subprocess.run`, unless the file has imported the function itself: a bare `run` says little. */
function calleeOf(file: DagFile, call: Call, name: "run" | "check_call"): Rewrite | undefined {
  const named = { module: "subprocess", name };
  if (localOf(file, named)?.by) return replaceCallee(file, call, named);
  const module = localName(file, { module: "subprocess" });
  if (module === undefined || dottedName(call.func) === undefined) return undefined;
  return { edits: [{ span: call.func.span, text: `${module}.${name}` }], needs: [{ module: "subprocess" }] };
}
