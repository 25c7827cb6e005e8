import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { answers, catches, type Handler, isToldBehind, onlyReports, triesAround } from "../airflow/handlers.ts";
import { onlyAsks, onlyTidies, waitsOf } from "../airflow/processes.ts";
import { startedBy } from "../airflow/sdkStarts.ts";
import { insertAfter } from "../edits/statements.ts";
import { type FunctionDef, keyword, type Stmt } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET412",
  name: "remote-error-swallowed",
  group: "lost-failure",
  severity: "warning",
  summary: "A failed remote call is caught and only logged, and the task succeeds",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `A task fails when its code raises. \`except Exception: log.error(…)\` around a remote command, a request or a submitted job takes that away: the work was not done, the log holds a line that nobody reads, Airflow marks the task success and starts what comes after it. Retries never happen either, since nothing failed.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        try:
            subprocess.run(["/opt/dump.sh"], check=True, timeout=3600)
        except Exception as error:
            print(f"dump failed: {error}")

    dump()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        try:
            subprocess.run(["/opt/dump.sh"], check=True, timeout=3600)
        except Exception as error:
            print(f"dump failed: {error}")
            raise

    dump()


export()
`,
    limits:
      "Only handlers that do nothing but print, log, sleep or pass. One that returns a value, sets a name or calls anything else may tell of the failure in another way; so may a raise behind it, or code that reads what the body would have bound. Functions that notify, log or clean up are left alone.",
    links: ["https://docs.python.org/3/tutorial/errors.html#handling-exceptions"],
  },
  check(file, report) {
    const seen = new Set<Handler>();
    for (const call of file.calls) {
      if (!call.live || !call.function || !mayRaise(call) || onlyTidies(call) || onlyAsks(call)) continue;
      const { body, name } = call.function;
      if (besideTheWork.test(name)) continue;
      // A helper's caller may see that nothing came back.
      if (answers(call.function) && !isCallable(call, call.function)) continue;
      for (const one of triesAround(body, call.span)) {
        const handler = one.handlers.find((each) => catches(each, types(call)));
        if (!handler) continue;
        // What the else does, or what is behind, hangs on it.
        if (seen.has(handler) || !onlyReports(handler) || isToldBehind(body, one)) break;
        seen.add(handler);
        report({
          span: { start: handler.span.start, end: handler.type?.span.end ?? handler.span.start + "except".length },
          cause: handler.span,
          message: `When ${shown(call)} fails, this handler only says so: the function goes on, and Airflow marks the task success.`,
          hint: "Raise in the handler, after logging.",
          related: [{ span: call.span, message: "may fail here" }],
          fixes: () => [reraise(file, handler)],
        });
        break;
      }
    }
  },
});

/** Clean-up, notifications and logs: that they fail is no reason to fail the task. */
const besideTheWork =
  /^(on_kill|__del__|__exit__|close)$|callback|notif|alert|slack|teams|telegram|mail|webhook|log|status|progress|metric|clean|delete|remove|kill|stop|cancel/i;

/** The function is what Airflow itself calls. */
function isCallable({ tasks }: RemoteCall, definition: FunctionDef): boolean {
  return definition.name === "execute" || (tasks.length > 0 && tasks.every((task) => task.callable === definition));
}

/** Whether a failure of the call raises at all; that of others is lost elsewhere. */
function mayRaise(call: RemoteCall): boolean {
  switch (call.kind) {
    case "subprocess":
      return call.callee.endsWith(".check_call") || call.callee.endsWith(".check_output") || isTrue(call, "check");
    case "popen":
      return waitsOf(call).length > 0;
    case "os-system":
      return false;
    case "sdk-request":
      return startedBy(call.callee.slice(call.callee.lastIndexOf(".") + 1), undefined) !== undefined;
    default:
      return true;
  }
}

function isTrue({ call }: RemoteCall, name: string): boolean {
  const value = keyword(call, name)?.value;
  return value?.kind === "constant" && value.value === true;
}

/** The exceptions of the call's own library. */
function types({ kind }: RemoteCall): RegExp {
  switch (kind) {
    case "subprocess":
    case "popen":
      return /^(CalledProcessError|SubprocessError|OSError)$/;
    case "http":
      return /^(RequestException|HTTPError|URLError|ConnectionError|AirflowException)$/;
    case "sdk-request":
    case "sdk-handle":
      return /^(ClientError|BotoCoreError|GoogleAPIError|HttpResponseError|AzureError)$/;
    default:
      return /^(SSHException|AirflowException|UnexpectedExit)$/;
  }
}

function shown(call: RemoteCall): string {
  return call.callee.split(".").at(-1) ?? call.callee;
}

/** A `raise` behind the handler's last statement. */
function reraise(file: DagFile, handler: Handler): Fix | undefined {
  const last: Stmt | undefined = handler.body.at(-1);
  if (!last) return undefined;
  const replaced = last.kind === "pass" || last.kind === "return";
  const edits = replaced ? [{ span: last.span, text: "raise" }] : insertAfter(file, last, ["raise"]);
  return (
    edits && {
      title: "Raise again",
      edits,
      safety: "unsafe",
      why: "the task now fails, or is retried, when the call fails, and what follows the handler no longer runs then",
    }
  );
}
