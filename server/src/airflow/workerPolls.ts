/** Loops of task code that ask another system for a state and sleep in between. */
import type { Expr, For, Stmt, While } from "../syntax/python.ts";
import { lastName } from "../syntax/python.ts";
import { everyExpression, walkStatements } from "../syntax/traverse.ts";
import { contains, slice } from "../text/span.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { asksThrough } from "./remote.ts";

/** A loop that polls, with its sleep. */
export type WorkerPoll = {
  readonly loop: While | For;
  readonly pause: RemoteCall;
  /** How long it may take, in seconds; undefined when that cannot be told. */
  readonly seconds: number | undefined;
};

/** Seconds of sleep below which a loop is more likely to go easy on a service than to wait for work. */
const shortest = 5;

/** The polling loops in code that tasks run; a sensor's own loop is not among them, nor is a loop that tries again. */
export function workerPolls(file: DagFile): readonly WorkerPoll[] {
  const found: WorkerPoll[] = [];
  for (const pause of file.pauses) {
    const body = pause.live ? pause.function?.body : undefined;
    const loop = body && loopAround(body, pause);
    if (!body || !loop || found.some((one) => one.loop === loop)) continue;
    const [given] = pause.call.args;
    const slept = given && file.values.evaluate(given.value, pause.scope);
    const each = slept?.kind === "number" ? slept.value : undefined;
    if (each !== undefined && each < shortest) continue;
    if (sleepsAfterFailure(loop, pause) || !asksState(file, loop)) continue;
    const rounds = roundsOf(file, loop, pause);
    found.push({ loop, pause, seconds: each === undefined || rounds === undefined ? undefined : each * rounds });
  }
  return found;
}

/** The innermost loop around the sleep; a `for` over anything but a range goes through work, and is none. */
function loopAround(body: readonly Stmt[], pause: RemoteCall): While | For | undefined {
  let loop: While | For | undefined;
  walkStatements(body, (one) => {
    if (!contains(one.span, pause.span)) return false;
    if (one.kind === "while") loop = one;
    if (one.kind === "for") loop = isRange(one.source) ? one : undefined;
    return one.kind !== "function" && one.kind !== "class";
  });
  return loop;
}

function isRange(source: Expr): boolean {
  return source.kind === "call" && lastName(source.func) === "range";
}

function roundsOf(file: DagFile, loop: While | For, { scope }: RemoteCall): number | undefined {
  if (loop.kind !== "for" || loop.source.kind !== "call") return undefined;
  const last = loop.source.args.length === 1 ? loop.source.args[0] : loop.source.args[1];
  const value = last && file.values.evaluate(last.value, scope);
  return value?.kind === "number" ? value.value : undefined;
}

/** try: … break / except: sleep: it tries again, what it does is no question. */
function sleepsAfterFailure(loop: While | For, pause: RemoteCall): boolean {
  let inHandler = false;
  walkStatements(loop.body, (one) => {
    if (one.kind === "try") inHandler ||= one.handlers.some((handler) => contains(handler.span, pause.span));
    return true;
  });
  return inHandler;
}

const states = /status|state|finish|done|complete|running|pending|progress|ready|succe|fail|exists/i;
const questions =
  /^(get|describe|list|check|poll|fetch|query|is|has)_?\w*(job|run|task|state|status|step|execution|query|build|cluster|crawler|ready|done|complete|command)/i;

/** Some call of the loop asks elsewhere, and the loop goes on or ends by a state. */
function asksState(file: DagFile, loop: While | For): boolean {
  const asks = file.calls.some(
    (call) =>
      contains(loop.span, call.span) &&
      (call.kind === "http" ||
        call.kind === "paramiko-exec" ||
        call.kind === "hook-exec" ||
        call.kind === "fabric-run" ||
        ((call.kind === "subprocess" || call.kind === "popen") && asksThrough(call))),
  );
  let named = false;
  everyExpression([loop], (one) => {
    if (one.kind === "call" && one.func.kind === "attribute") named ||= questions.test(one.func.name);
  });
  if (!asks && !named) return false;
  const tests = [loop.kind === "while" ? slice(file.text, loop.test.span) : ""];
  walkStatements(loop.body, (one) => {
    if (one.kind === "if") for (const { test } of one.branches) if (test) tests.push(slice(file.text, test.span));
    return true;
  });
  // An HTTP status tells how the question went.
  return tests.some((one) => states.test(one.replace(/\bstatus_code\b/g, "")));
}
