/** Loops of task code that sleep and look again, with nothing to end them but what they wait for. */
import { dottedName, type Expr, type Stmt, type While } from "../syntax/python.ts";
import { bodiesOf, expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { contains, type Span, slice } from "../text/span.ts";
import { hasUnboundedRunner } from "./bounds.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";

/** A `while` of the file that sleeps. */
export type PollLoop = {
  readonly loop: While;
  readonly pause: RemoteCall;
  /** The loop is left when the other side says that its own time was up: `"TIMED_OUT"`. */
  readonly endsElsewhere: boolean;
};

/** The loops in code that some task runs which has no end of its own. */
export function endlessPolls(file: DagFile): PollLoop[] {
  const found: PollLoop[] = [];
  for (const pause of file.pauses) {
    const body = pause.live && hasUnboundedRunner(file, pause) ? pause.function?.body : undefined;
    const loop = body && loopAround(body, pause.span);
    if (!loop || found.some((one) => one.loop === loop)) continue;
    if (isEnded(file, loop) || makesProgress(file, loop) || hasAlarm(file, pause)) continue;
    found.push({ loop, pause, endsElsewhere: waysOut(loop).some((one) => timedOut.test(slice(file.text, one.span))) });
  }
  return found;
}

/** The innermost `while` around a place; a `for` further in ends by itself. */
function loopAround(body: readonly Stmt[], place: Span): While | undefined {
  let loop: While | undefined;
  walkStatements(body, (one) => {
    if (!contains(one.span, place)) return false;
    if (one.kind === "while") loop = one;
    return one.kind !== "function" && one.kind !== "class";
  });
  return loop;
}

const limits =
  /\b(?:time\.time|monotonic|perf_counter|datetime|utcnow|now|today|pendulum|timeout\w*|\w*_timeout|deadline|elapsed|expir\w*|\w*attempts?|\w*retr(?:y|ies)\w*|tries|\w*max\w*|limit|remaining|\w*count(?:er)?|waited|total_\w+|start\w*|end_?time|duration)\b/i;

/** if state in ("SUCCEEDED", "FAILED", "TIMED_OUT"): break */
const timedOut = /["'](?:\w+_)?(?:TIMED?_?OUT|EXPIRED)["']/i;

/** requests.get(url, timeout=30): a keyword of a call bounds that call. "TIMEOUT" is a state, and no clock. */
const keywords = /\b\w+\s*=(?!=)\s*[^,()]*|"[^"\n]*"|'[^'\n]*'/g;

/** The conditions on which the loop ends or is left. */
function waysOut(loop: While): Expr[] {
  const found = [loop.test];
  walkStatements(loop.body, (one) => {
    if (one.kind === "if") for (const { test, body } of one.branches) if (test && body.some(leaves)) found.push(test);
    return true;
  });
  return found;
}

/** What the loop, or a way out of it, depends on is a clock or a count. */
function isEnded(file: DagFile, loop: While): boolean {
  const text = (span: Span): string => slice(file.text, span);
  if (waysOut(loop).some((one) => limits.test(text(one.span).replaceAll(keywords, "")))) return true;
  const counted: string[] = [];
  let ended = false;
  walkStatements(loop.body, (one) => {
    if (one.kind === "augmented-assign" && one.target.kind === "name") counted.push(one.target.id);
    // check_deadline(start)
    if (one.kind === "expression" && /\b\w*(?:timeout|deadline|expire)\w*\(/i.test(text(one.span))) ended = true;
    return true;
  });
  // i += 1 … while i < n, if i > n: break
  return ended || counted.length > 0;
}

function leaves(statement: Stmt): boolean {
  let found = false;
  walkStatements([statement], (one) => {
    if (one.kind === "break" || one.kind === "return" || one.kind === "raise") found = true;
    return true;
  });
  return found;
}

/** Work is done a turn at a time: pages are fetched, rows collected, a list used up. */
function makesProgress(file: DagFile, loop: While): boolean {
  let collects = false;
  const fresh = startedAnew(loop);
  const assigned = new Map<string, number>();
  const used = new Map<string, number>();
  walkStatements(loop.body, (statement) => {
    for (const expr of expressionsOf(statement)) {
      walkExpr(expr, (one) => {
        if (one.kind === "call" && one.func.kind === "attribute" && !fresh.has(dottedName(one.func.value) ?? ""))
          collects ||=
            /^(?:append|extend|write|writerow|writerows|insert|add|update|popleft|pop|put|get_nowait|send|publish|yield)$/.test(
              one.func.name,
            );
        if (one.kind === "yield") collects = true;
        if (one.kind === "name" && !isTarget(statement, one)) note(used, one.id, one.span.start);
        return true;
      });
    }
    if (statement.kind === "assign")
      for (const target of statement.targets) if (target.kind === "name") note(assigned, target.id, statement.span.end);
    return true;
  });
  // url = …?page=1; while True: page = get(url); url = page["next"]; sleep
  const carried = [...assigned].some(([name, at]) => (used.get(name) ?? Number.POSITIVE_INFINITY) < at);
  return (
    collects ||
    carried ||
    /\bnext\w*(?:token|page|marker|cursor)|\bcursor\b|\boffset\b/i.test(slice(file.text, loop.span))
  );
}

/** states = []: what is collected for one turn alone. */
function startedAnew(loop: While): ReadonlySet<string> {
  const found = new Set<string>();
  walkStatements(loop.body, (one) => {
    const value = one.kind === "assign" ? one.value : undefined;
    const empty =
      (value?.kind === "list" && value.items.length === 0) ||
      (value?.kind === "dict" && value.entries.length === 0) ||
      (value?.kind === "call" && value.args.length === 0 && /^(?:list|dict|set)$/.test(dottedName(value.func) ?? ""));
    if (one.kind === "assign" && empty)
      for (const target of one.targets) if (target.kind === "name") found.add(target.id);
    return true;
  });
  return found;
}

function note(places: Map<string, number>, name: string, at: number): void {
  places.set(name, Math.min(places.get(name) ?? at, at));
}

function isTarget(statement: Stmt, expr: object): boolean {
  return statement.kind === "assign" && statement.targets.some((one) => one === expr);
}

/** `signal.alarm(60)`, `@timeout(60)`: something else ends the function. */
function hasAlarm(file: DagFile, { function: definition }: RemoteCall): boolean {
  if (!definition) return false;
  const decorators = definition.decorators.map((one) => slice(file.text, one.span)).join(" ");
  return (
    /timeout|stopit/i.test(decorators) ||
    /\bsignal\.(?:alarm|setitimer)\b|\bTimer\(/.test(slice(file.text, definition.span)) ||
    bodiesOf(definition).length === 0
  );
}
