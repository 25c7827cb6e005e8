/** Loops of shell texts that sleep and look again, with nothing to end them but what they wait for. */
import type { Span } from "../text/span.ts";
import type { Loop, Script, Statement } from "./script.ts";
import { statements } from "./walk.ts";

/** A `while` or `until` of a text that sleeps. */
export type EndlessLoop = {
  readonly loop: Loop;
  /** The script whose text the loop's span is an offset range of. */
  readonly script: Script;
  /** From the keyword to the end of its test. */
  readonly head: Span;
  /** It writes something each turn, so that whoever waits for output goes on waiting. */
  readonly prints: boolean;
};

/** What counts turns, looks at a clock or sets an alarm. */
const limits =
  /-(?:lt|le|gt|ge)\b|\(\(|\blet\b|\bexpr\b|\bSECONDS\b|\bEPOCHSECONDS\b|%s|\btimeout\b|\bseq\b|\b(?:retr(?:y|ies)|attempts?|tries|counter)\b/i;

/** The loops of a script and of the texts that it hands on. */
export function endlessLoops(script: Script): EndlessLoop[] {
  const text = script.folded.text;
  if (!/\bsleep\b/.test(text) || !/\b(?:while|until)\b/.test(text)) return [];
  return statements(script).flatMap((visit) => {
    const { statement: loop, script: own, background, nesting } = visit;
    if (loop.kind !== "loop" || background || (loop.keyword !== "while" && loop.keyword !== "until")) return [];
    if (nesting.some((one) => one.wrappers.some((each) => each.name === "timeout"))) return [];
    if (own.errors.length > 0 || !sleeps(loop) || isInput(loop, own)) return [];
    if (limits.test(own.folded.text.slice(loop.span.start, loop.span.end))) return [];
    const head = { start: loop.span.start, end: loop.test.at(-1)?.span.end ?? loop.span.start + loop.keyword.length };
    return [{ loop, script: own, head, prints: loop.body.some(says) }];
  });
}

function sleeps({ test, body }: Loop): boolean {
  return [...test, ...body].some((one) => some(one, (each) => each.kind === "command" && each.program === "sleep"));
}

/** `while read line`, `while kill -0 $pid`: it ends with its input, or with a process of its own. */
function isInput({ test }: Loop, script: Script): boolean {
  const text = test.map(({ span }) => script.folded.text.slice(span.start, span.end)).join("\n");
  return /\bread\b|\bkill\s+-0\b|\bjobs\b|\/proc\/|\bps\s+-p\b|\bgetopts\b|\bshift\b/.test(text);
}

function says(statement: Statement): boolean {
  return some(
    statement,
    (one) =>
      one.kind === "command" && (one.program === "echo" || one.program === "printf") && one.redirects.length === 0,
  );
}

/** Whether it holds for the statement or one inside it. */
function some(statement: Statement, holds: (one: Statement) => boolean): boolean {
  if (holds(statement)) return true;
  switch (statement.kind) {
    case "pipeline":
      return statement.stages.some((one) => some(one, holds));
    case "negation":
      return some(statement.operand, holds);
    case "and-or":
      return some(statement.left, holds) || some(statement.right, holds);
    case "subshell":
    case "group":
      return statement.body.some((one) => some(one, holds));
    case "loop":
      return [...statement.test, ...statement.body].some((one) => some(one, holds));
    case "if":
      return statement.branches.some((branch) =>
        [...(branch.test ?? []), ...branch.body].some((one) => some(one, holds)),
      );
    case "case":
      return statement.branches.flat().some((one) => some(one, holds));
    default:
      return false;
  }
}
