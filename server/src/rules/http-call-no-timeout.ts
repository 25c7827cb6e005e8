import { argument } from "../airflow/arguments.ts";
import { isUnbounded, type LateBound, lateBound, lateTaskBound } from "../airflow/bounds.ts";
import { mayBeBounded } from "../airflow/classLimits.ts";
import type { DagFile, RemoteCall, Task } from "../airflow/dagfile.ts";
import { requestLimit, taskRequestLimit } from "../airflow/httpCalls.ts";
import { isSensor, shownName } from "../airflow/kinds.ts";
import { inTriggerer } from "../airflow/triggerer.ts";
import { editArguments, setEntries } from "../edits/arguments.ts";
import { secondsText } from "../edits/durations.ts";
import { quoteString } from "../edits/layout.ts";
import { limitFix, shownBound, shownSeconds } from "../edits/limits.ts";
import { setTaskArguments } from "../edits/task.ts";
import { type Expr, keyword, unwrap } from "../syntax/python.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET209",
  name: "http-call-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A task makes an HTTP request that waits for the server without a limit",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`requests\` has no timeout of its own: a server that accepts the connection and never answers, or a peer that is gone, keeps the call waiting for ever. Airflow shows a running task, which holds its worker slot until somebody kills it. \`HttpOperator\`, \`HttpSensor\` and \`HttpHook\` use requests and hand it \`extra_options["timeout"]\`, which they have no default for; a sensor's own \`timeout\` is only looked at between two requests. \`urllib\` and \`http.client\` wait the same way. httpx gives up after 5 seconds unless it is told \`timeout=None\`.`,
    bad: `import requests

from airflow.decorators import dag, task


@dag(schedule="@daily")
def rates():
    @task
    def fetch():
        response = requests.get("https://rates.example.com/daily")
        response.raise_for_status()
        return response.json()

    fetch()


rates()
`,
    good: `import requests

from airflow.decorators import dag, task


@dag(schedule="@daily")
def rates():
    @task
    def fetch():
        response = requests.get("https://rates.example.com/daily", timeout=30)
        response.raise_for_status()
        return response.json()

    fetch()


rates()
`,
    limits:
      "A task that an execution_timeout or dagrun_timeout ends within an hour, or after a time that Tether cannot read, is left alone; a later end makes it an info. The code of an operator class that gives, or may inherit, an execution_timeout is left alone. A session that code out of sight gets, or that has an adapter of its own, is left alone, too. The timeout that an Airflow connection's extra may hold cannot be seen.",
    links: [
      "https://requests.readthedocs.io/en/latest/user/advanced/#timeouts",
      "https://airflow.apache.org/docs/apache-airflow-providers-http/stable/operators.html",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (call.kind !== "http" || !call.live) continue;
      const bounded = mayBeBounded(file, call);
      const late = bounded ? lateBound(file, call) : undefined;
      if ((bounded && !late) || requestLimit(file, call) !== "none") continue;
      const at = inTriggerer(file, call);
      // A thread that the triggerer waits for is no worker slot, and its end is not known.
      if (at === "thread") continue;
      const hook = call.callee.endsWith("HttpHook.run");
      report({
        span: call.span,
        ...(late && !at ? { severity: "info" as const } : {}),
        message: at
          ? `${shownCallee(call)} has no timeout: a server that never answers stops the triggerer's event loop, and every trigger in it, for ever.`
          : `${shownCallee(call)} has no timeout: ${unanswered(late)}.`,
        hint: at
          ? "Use an async client such as aiohttp, or await asyncio.to_thread(…), with a timeout."
          : hintFor(call, hook),
        fixes: () => [hook ? hookFix(file, call) : callFix(file, call)],
      });
    }
    for (const task of file.tasks) {
      if (taskRequestLimit(file, task) !== "none") continue;
      const late = isUnbounded(file, task) ? undefined : lateTaskBound(file, task);
      if (!late && !isUnbounded(file, task)) continue;
      report({
        span: task.span,
        ...(late ? { severity: "info" as const } : {}),
        message: late
          ? `${shownName(task)} has no request timeout: ${unanswered(late)}.`
          : isSensor(task)
            ? `${shownName(task)} has no request timeout: if the server never answers, its own timeout is never looked at, and the task runs for ever.`
            : `${shownName(task)} has no request timeout: ${unanswered(undefined)}.`,
        hint: 'Pass extra_options={"timeout": …}, in seconds, unless the connection\'s extra holds a timeout.',
        fixes: () => [operatorFix(file, task)],
      });
    }
  },
});

/** What happens when the server never answers. */
function unanswered(late: LateBound | undefined): string {
  return late
    ? `a server that never answers is only noticed when ${shownBound(late)}`
    : "if the server never answers, the task holds its worker slot for ever";
}

function hintFor({ callee }: RemoteCall, hook: boolean): string {
  if (hook) return 'Pass extra_options={"timeout": …}, in seconds.';
  if (callee.endsWith(".urlretrieve"))
    return "It takes no timeout: open the URL by urlopen(url, timeout=…) and write the file by shutil.copyfileobj.";
  return "Pass timeout=, in seconds: it limits the connection and every wait for data.";
}

/** `requests.get`, `Session.get`, `urlopen`: as its users call it. */
function shownCallee({ callee }: RemoteCall): string {
  const [last = callee, owner] = callee.split(".").toReversed();
  return owner !== undefined && /^(requests|httpx|[A-Z]\w*|session)$/.test(owner)
    ? `${owner === "session" ? "Session" : owner}.${last}`
    : last;
}

/** requests.get(url) → requests.get(url, timeout=60) */
function callFix(file: DagFile, call: RemoteCall): Fix | undefined {
  if (call.callee.endsWith(".urlretrieve")) return undefined;
  const edits = editArguments(file, call.call, { set: [{ name: "timeout", text: seconds(file) }] });
  return fix(file, "timeout=", edits);
}

function hookFix(file: DagFile, call: RemoteCall): Fix | undefined {
  const given = keyword(call.call, "extra_options") ?? call.call.args[3];
  const edits = given
    ? intoDict(file, given.value)
    : editArguments(file, call.call, { set: [{ name: "extra_options", text: literal(file) }] });
  return fix(file, "extra_options", edits);
}

function operatorFix(file: DagFile, task: Task): Fix | undefined {
  const given = argument(file, task, "extra_options");
  const absent = given === "absent" || (typeof given === "object" && given.resolved.kind === "none");
  const edits = absent
    ? setTaskArguments(file, task, [{ name: "extra_options", text: literal(file) }])
    : typeof given === "object"
      ? intoDict(file, given.value)
      : undefined;
  return fix(file, "extra_options", edits);
}

function intoDict(file: DagFile, value: Expr): readonly Edit[] | undefined {
  const dict = unwrap(value);
  return dict.kind === "dict" ? setEntries(file, dict, [{ name: "timeout", text: seconds(file) }]) : undefined;
}

function literal(file: DagFile): string {
  return `{${quoteString(file, "timeout")}: ${seconds(file)}}`;
}

function seconds(file: DagFile): string {
  return secondsText(file.project.limits.requestTimeout.seconds);
}

function fix(file: DagFile, where: string, edits: readonly Edit[] | undefined): Fix | undefined {
  const limit = file.project.limits.requestTimeout;
  const title =
    where === "timeout=" ? `Add timeout=${seconds(file)}` : `Add a timeout of ${seconds(file)} seconds to ${where}`;
  return limitFix(`${title} (${shownSeconds(limit.seconds)})`, limit, "request-timeout", edits);
}
