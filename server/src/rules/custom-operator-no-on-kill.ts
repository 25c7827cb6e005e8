import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { callsIn, methodOf, type OwnOperator, ownOperators } from "../airflow/operatorClasses.ts";
import { handleStarts, startedBy } from "../airflow/sdkStarts.ts";
import { answersSoon, awaitedBy } from "../airflow/sshCalls.ts";
import { insertAfter } from "../edits/statements.ts";
import { type Call, type Expr, lastName, unwrap } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Fix } from "../text/edit.ts";
import { type Span, slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET508",
  name: "custom-operator-no-on-kill",
  group: "orphan",
  severity: "warning",
  summary: "An operator of your own waits for work elsewhere and cannot stop it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `When a task is cleared, marked failed or runs into its execution_timeout, Airflow calls the operator's \`on_kill\` and ends the task's process. \`BaseOperator.on_kill\` does nothing: a remote command, a submitted job or a child process that \`execute\` waits for goes on running, and the retry starts a second one beside it.`,
    bad: `from airflow.models import BaseOperator
from airflow.providers.ssh.hooks.ssh import SSHHook


class LoadOperator(BaseOperator):
    def execute(self, context):
        hook = SSHHook("edge")
        with hook.get_conn() as client:
            code, out, err = hook.exec_ssh_client_command(client, "/opt/load.sh", get_pty=False, environment=None)
        if code != 0:
            raise RuntimeError(err)
`,
    good: `from airflow.models import BaseOperator
from airflow.providers.ssh.hooks.ssh import SSHHook


class LoadOperator(BaseOperator):
    def execute(self, context):
        hook = SSHHook("edge")
        with hook.get_conn() as self.client:
            code, out, err = hook.exec_ssh_client_command(self.client, "/opt/load.sh", get_pty=True, environment=None)
        if code != 0:
            raise RuntimeError(err)

    def on_kill(self):
        # Without its terminal the remote command is hung up.
        self.client.close()
`,
    limits:
      "Only classes whose bases, down to BaseOperator, stand in the same file. Operators that defer are left alone: Airflow does not call on_kill of a deferred task.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/howto/custom-operator.html"],
  },
  check(file, report) {
    if (!file.text.includes("BaseOperator")) return;
    for (const own of ownOperators(file)) {
      if (!methodOf(own, "execute") || methodOf(own, "on_kill")) continue;
      if (own.chain.some((one) => /\.defer\(|\bdef on_kill\b|\bon_kill\s*=/.test(slice(file.text, one.span)))) continue;
      const work = workOf(file, own);
      if (!work) continue;
      const { definition } = own;
      report({
        span: definition.nameSpan,
        message: `${definition.name} has no on_kill: when its task is cleared, marked failed or timed out, ${work.what} goes on running.`,
        hint: "Keep what was started on self, and stop it in on_kill(self).",
        related: [{ span: work.span, message: "starts it" }],
        fixes: () => [work.process ? terminate(file, own, work.process) : undefined],
      });
    }
  },
});

type Work = { readonly what: string; readonly span: Span; readonly process?: RemoteCall };

/** The first thing that the operator starts elsewhere and waits for. */
function workOf(file: DagFile, own: OwnOperator): Work | undefined {
  for (const call of callsIn(file, own)) {
    const what = outlives(file, own, call);
    if (what) return { what, span: call.span, ...(call.kind === "popen" ? { process: call } : {}) };
  }
  return hookWork(own);
}

function outlives(file: DagFile, own: OwnOperator, call: RemoteCall): string | undefined {
  const text = own.chain.map((one) => slice(file.text, one.span)).join("\n");
  switch (call.kind) {
    case "popen": {
      const ends = call.result.uses.map((use) => use.path.at(-1) ?? "");
      const waited = ends.some((one) => /^(wait|communicate|stdout|readline|poll)$/.test(one));
      // An exception in a `with` waits for the process.
      return waited && !call.result.entered && !ends.some((one) => /^(kill|terminate|send_signal)$/.test(one))
        ? "the process"
        : undefined;
    }
    case "paramiko-exec":
      return awaitedBy(call) === "nothing" || answersSoon(call) ? undefined : "the remote command";
    case "hook-exec":
    case "fabric-run":
      return answersSoon(call) ? undefined : "the remote command";
    case "sdk-request": {
      const start = startedBy(call.callee.slice(call.callee.lastIndexOf(".") + 1), undefined);
      return start?.asks.test(text) ? `the ${start.what}` : undefined;
    }
    case "sdk-handle":
      // A query ends by itself.
      return !call.callee.endsWith(".query") &&
        call.result.uses.some((use) => /^(result|wait|done)$/.test(use.path[0] ?? ""))
        ? `the ${handleStarts(call.callee)}`
        : undefined;
    default:
      return undefined;
  }
}

const submits =
  /^(submit|start|launch|trigger)_(\w*_)?(job|run|task|execution|pipeline|build|workflow|step|application|batch|flow|sync|crawler)s?$/;

/** self.job = hook.submit_job(…), and a sleep in a loop that waits for it. */
function hookWork(own: OwnOperator): Work | undefined {
  let submission: Call | undefined;
  let sleeps = false;
  everyExpression(
    own.chain.flatMap((one) => one.body),
    (expr) => {
      if (expr.kind !== "call") return;
      const name = lastName(expr.func) ?? "";
      if (name === "sleep") sleeps = true;
      if (expr.func.kind === "attribute" && submits.test(name) && !isSelf(expr.func.value)) submission ??= expr;
    },
  );
  return submission && sleeps ? { what: "the submitted work", span: submission.func.span } : undefined;
}

function isSelf(expr: Expr): boolean {
  const owner = unwrap(expr);
  return owner.kind === "name" && owner.id === "self";
}

/** def on_kill(self): self.process.terminate() */
function terminate(file: DagFile, own: OwnOperator, call: RemoteCall): Fix | undefined {
  const { statement } = file.results.resultOf(call.call);
  const [target] = statement?.kind === "assign" ? statement.targets : [];
  const execute = own.definition.body.find((one) => one.kind === "function" && one.name === "execute");
  if (!execute || target?.kind !== "attribute" || !isSelf(target.value)) return undefined;
  const edits = insertAfter(file, execute, [
    "",
    "def on_kill(self):",
    `\tif getattr(self, ${JSON.stringify(target.name)}, None) is not None:`,
    `\t\tself.${target.name}.terminate()`,
  ]);
  return (
    edits && {
      title: "Add an on_kill that ends the process",
      edits,
      safety: "unsafe",
      why: "a task that is stopped now takes its process with it; what that one started may still live",
    }
  );
}
