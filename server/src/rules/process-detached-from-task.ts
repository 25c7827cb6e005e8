import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { programOf } from "../airflow/processes.ts";
import { editArguments } from "../edits/arguments.ts";
import type { CallArgument } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET109",
  name: "process-detached-from-task",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A process is put out of reach of the signals that end its task",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  mergesInto: ["popen-not-waited"],
  docs: {
    why: `When a task is cleared, marked failed or times out, Airflow signals the task's process group. A child with \`start_new_session=True\`, \`preexec_fn=os.setsid\` or \`process_group=0\` is in another group: it gets no signal, runs on without its task, and a retry starts a second one beside it. A fork that nobody waits for, and an asyncio subprocess without \`wait()\`, are left behind the same way.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(["/opt/dump.sh"], check=True, timeout=3600, start_new_session=True)

    dump()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(["/opt/dump.sh"], check=True, timeout=3600)

    dump()


export()
`,
    limits: "A file that ends process groups itself (`os.killpg`) is left alone.",
    links: ["https://docs.python.org/3/library/subprocess.html#subprocess.Popen"],
  },
  check(file, report) {
    if (/\bkillpg\b/.test(file.text)) return;
    for (const call of file.calls) {
      if (!call.live) continue;
      if (call.kind === "popen" || call.kind === "subprocess") {
        const detaching = call.call.args.find((one) => detaches(file, call, one));
        if (!detaching) continue;
        report({
          span: detaching.span,
          cause: call.call.span,
          message: `${slice(file.text, detaching.span)} takes ${programOf(call) ?? "the process"} out of the task's group: when Airflow stops the task, it runs on.`,
          hint: "Leave it out, or end the process's group in on_kill or finally.",
          fixes: () => [remove(file, call, detaching)],
        });
      } else if (call.kind === "fork" && !/\bos\.(wait\w*|_exit|exec\w+)\b/.test(file.text)) {
        report({
          span: call.span,
          message:
            "Nobody waits for this fork: the task may succeed while the child runs on, and its exit status is lost.",
          hint: "Use subprocess.run, or os.waitpid and raise when the status is not 0.",
        });
      } else if (call.kind === "async-process" && isLeft(call)) {
        report({
          span: call.span,
          message: "Nobody waits for this process: the task succeeds while it runs on, and its exit status is lost.",
          hint: "Await its wait() or communicate(), and raise when its returncode is not 0.",
        });
      }
    }
  },
});

/** `start_new_session=True`, `preexec_fn=os.setsid`, `process_group=0`, `creationflags=subprocess.DETACHED_PROCESS`. */
function detaches(file: DagFile, call: RemoteCall, { name, value }: CallArgument): boolean {
  const known = file.values.evaluate(value, call.scope);
  switch (name) {
    case "start_new_session":
      return known.kind === "boolean" && known.value;
    case "process_group":
      return known.kind === "number" && known.value === 0;
    case "preexec_fn":
      return known.kind === "reference"
        ? /^os\.(setsid|setpgrp)$/.test(known.qualified)
        : /^lambda\s*:\s*os\.(setsid\(\)|setpgrp\(\)|setpgid\(0, ?0\))$/.test(slice(file.text, value.span));
    case "creationflags":
      return /\b(DETACHED_PROCESS|CREATE_NEW_PROCESS_GROUP)\b/.test(slice(file.text, value.span));
    default:
      return false;
  }
}

/** Only started: no `wait()`, no `communicate()`, not handed on. */
function isLeft({ result }: RemoteCall): boolean {
  if (result.discarded) return true;
  if (result.escapes || result.entered) return false;
  return result.uses.every((use) => use.kind === "shown" || use.path[0] === "pid");
}

function remove(file: DagFile, call: RemoteCall, detaching: CallArgument): Fix | undefined {
  const edits = editArguments(file, call.call, { remove: [detaching] });
  return (
    edits && {
      title: `Remove ${detaching.name ?? "it"}`,
      edits,
      safety: "unsafe",
      why: "the process then gets the signals that end the task",
    }
  );
}
