/** Requests over HTTP that start work on another machine: `POST /jobs/42/run`. */
import { knownText, type Value } from "../syntax/value.ts";
import { type Span, slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { isUnset } from "./bounds.ts";
import { isCleanUp } from "./cleanUp.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { operators, redefines, runsAs } from "./kinds.ts";
import { watched } from "./monitor.ts";
import { codeFollows, unwatchedSubmissions } from "./submissions.ts";

/** A request whose answer says that work was accepted, and whose work nobody watches. */
export type HttpStart = {
  /** What is said about it: `HttpOperator`, `curl`, `requests.post`. */
  readonly name: string;
  /** `/api/jobs/42/run` */
  readonly path: string;
  readonly span: Span;
  readonly cause: Span;
};

/** All of them, of operators, shell texts and code. */
export function httpStarts(file: DagFile): readonly HttpStart[] {
  return [...ofOperators(file), ...ofTexts(file), ...ofCode(file)];
}

function* ofOperators(file: DagFile): Generator<HttpStart> {
  for (const task of file.tasks) {
    if (!runsAs(task, operators.http) || redefines(task, "process_response")) continue;
    const endpoint = argument(file, task, "endpoint");
    const path = typeof endpoint === "object" ? startPath(endpoint.resolved) : undefined;
    if (path === undefined || !posts(file, task) || isCleanUp(file, task)) continue;
    if (judgesAnswer(file, task)) continue;
    const { known } = task.operator;
    if (watched(file, task, { command: path, provider: known?.provider }) !== "no") continue;
    yield { name: task.operator.name, path, span: task.span, cause: task.span };
  }
}

/** Whether a response_check looks into the answer; one that compares its status code only says what Airflow knows anyway. */
function judgesAnswer(file: DagFile, task: Task): boolean {
  const check = argument(file, task, "response_check");
  if (isUnset(check)) return false;
  const written = typeof check === "object" && check.value.kind === "lambda" ? slice(file.text, check.value.span) : "";
  return !/\.(?:status_code|ok)\b/.test(written) || /json|text|content|state|\w\(/.test(written);
}

function posts(file: DagFile, task: Task): boolean {
  const method = argument(file, task, "method");
  if (method === "absent") return true;
  return typeof method === "object" && /^(?:POST|PUT)$/i.test(knownText(method.resolved) ?? "");
}

function* ofTexts(file: DagFile): Generator<HttpStart> {
  for (const { submission, span, cause } of unwatchedSubmissions(file, "http")) {
    const { statement } = submission.visit;
    const path = statement.words.map((one) => pathOf(one.text)).find((one) => one !== undefined);
    if (path !== undefined) yield { name: statement.program ?? "curl", path, span, cause };
  }
}

function* ofCode(file: DagFile): Generator<HttpStart> {
  for (const call of file.calls) {
    if (call.kind !== "http" || !call.live || !/\.(?:post|put)$/.test(call.callee)) continue;
    const url = call.call.args.find((one) => one.name === "url" || one.form === "positional");
    const path = url && startPath(file.values.evaluate(url.value, call.scope));
    if (path === undefined || call.tasks.length === 0 || codeFollows(file, call)) continue;
    if (call.tasks.some((task) => watched(file, task, { command: path }) !== "no")) continue;
    yield { name: call.callee, path, span: call.span, cause: call.call.span };
  }
}

function startPath(value: Value): string | undefined {
  return value.kind === "string" ? pathOf(value.folded.text) : undefined;
}

const starts = /\/(?:runs?|run-now|jobs?|batches|executions?|dagRuns|trigger|submit|start|build|sync)(?:\/|$|\?)/i;
/** People and meters are told something; nothing is begun. */
const tells =
  /hook|slack|teams|pagerduty|opsgenie|telegram|discord|pushgateway|metrics|graphql|oauth|token|login|search|query|status|cancel|stop/i;

/** The path of an address that starts something by its last words. */
function pathOf(address: string): string | undefined {
  const path = address.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/^(?!\/)/, "/");
  // A body in JSON is no address.
  return /^(?:[\w./$\uFFFC-]|\{\{)/.test(address) &&
    !/[\s"]/.test(address.replaceAll(/\{\{.*?\}\}/g, "")) &&
    starts.test(path) &&
    !tells.test(address)
    ? path
    : undefined;
}
