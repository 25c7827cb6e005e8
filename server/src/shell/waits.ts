/** What a script later does about a process it left in the background. */
import type { ShellCommand, Statement } from "./script.ts";
import type { Visit } from "./walk.ts";

/**
 * `yes`: its exit status is asked for (`wait "$pid"`). `status-lost`: its end is awaited, its status is not seen (a bare
 * `wait`). `killed`: it only helps the script, which ends it. `no`: nothing is done about it.
 */
export type Waiting = "yes" | "status-lost" | "killed" | "no";

/** What becomes of `background`, a statement followed by `&`; `all` are the visits of its whole script, in order. */
export function waiting(background: Visit, all: readonly Visit[]): Waiting {
  const own = textOf(background);
  // `( sleep 60; kill $$ ) &`: a watchdog ends itself or the script.
  if (/\bkill\b/.test(own) && /\$\$|\$!|\bsleep\b/.test(own)) return "killed";
  const handles = processHandles(background, all);
  if (all.some((one) => kills(one, background, handles))) return "killed";
  const loopMates = background.parents.filter((one) => one.kind === "loop");
  let found: Waiting = "no";
  for (const one of all) {
    const { statement } = one;
    if (one.scope !== background.scope || one.script !== background.script) continue;
    const inFunction = one.parents.some((parent) => parent.kind === "function");
    const sameLoop = one.parents.some((parent) => loopMates.some((loop) => loop === parent));
    const later = statement.span.start >= background.statement.span.end;
    if (!later && !inFunction && !sameLoop) continue;
    const result = statement.kind === "command" ? awaits(statement, one, handles) : awaitsInLoop(one, handles);
    if (result === "yes") return "yes";
    if (result === "status-lost") found = result;
  }
  return found;
}

/** How later commands can name the process. */
type Handles = {
  /** Variables that were given `$!`. */
  readonly variables: readonly string[];
  /** Files that were given it: `echo $! > run.pid`. */
  readonly files: readonly string[];
  /** The last background process before the script's next one: `$!` right after it. */
  readonly until: number;
  readonly from: number;
};

function processHandles(background: Visit, all: readonly Visit[]): Handles {
  const from = background.statement.span.end;
  const next = all.find(
    (one) => one.script === background.script && one.statement.background && one.statement.span.start >= from,
  );
  const until = next?.statement.span.start ?? Number.POSITIVE_INFINITY;
  const text = background.script.folded.text.slice(from, until);
  // `pid=$!`, `PIDS+=($!)`, `pids="$pids $!"`, `pids[$i]=$!`
  const given = text.matchAll(/\b([A-Za-z_]\w*)(?:\[[^\]\n]*\])?\+?=[^\n;&|]*?\$(?:!|\{!\})/g);
  const written = text.matchAll(/\$(?:!|\{!\})["']?\s*>{1,2}\s*["']?([^\s"';&|]+)/g);
  return {
    variables: [...given].map((one) => one[1] ?? ""),
    files: [...written].map((one) => one[1] ?? ""),
    from,
    until,
  };
}

function textOf(visit: Visit): string {
  const { start, end } = visit.statement.span;
  return visit.script.folded.text.slice(start, end);
}

function mentions(text: string, handles: Handles): boolean {
  return (
    handles.variables.some((name) => new RegExp(`\\$\\{?${name}\\b`).test(text)) ||
    handles.files.some((file) => text.includes(file))
  );
}

const anyVariable = /^\$\{?(\w+)\}?$/;

function awaits(command: ShellCommand, visit: Visit, handles: Handles): Waiting {
  const [program, ...operands] = command.words.map((word) => word.text);
  if (program === "fg") return "yes";
  if (program === "tail" && operands.some((one) => one.startsWith("--pid"))) return "status-lost";
  if (program === "kill") {
    const polls = operands.includes("-0") && visit.parents.some((one) => one.kind === "loop");
    return polls && mentions(operands.join(" "), handles) ? "status-lost" : "no";
  }
  if (program !== "wait") return "no";
  const named = operands.filter((one) => one !== "-f" && one !== "-p");
  if (named.length === 0) return "status-lost";
  if (named.includes("-n")) return "yes";
  const last = named.at(-1) ?? "";
  // `wait a b` has the status of b; so has an array or a list of all jobs.
  if (/\[[@*]\]|\bjobs\b/.test(last)) return "status-lost";
  if (named.some((one) => one.startsWith("%"))) return "yes";
  if (/\$(?:!|\{!\})/.test(last)) {
    const at = command.span.start;
    return at >= handles.from && at < handles.until ? "yes" : "no";
  }
  if (mentions(last, handles)) return isList(last, handles, visit) ? "status-lost" : "yes";
  if (named.slice(0, -1).some((one) => mentions(one, handles))) return "status-lost";
  const variable = anyVariable.exec(last)?.[1];
  const loop = visit.parents.findLast((one) => one.kind === "loop" && loopVariable(one, visit) === variable);
  if (variable !== undefined && loop) return loopCovers(loop, visit, handles) ? "yes" : "no";
  // A value that is not followed (`wait $(cat f)`, `wait "$1"`) may well be this process.
  return /[$`\uFFFC]|\{\{/.test(last) ? "yes" : "no";
}

/** `pids="$pids $!" … wait $pids`: several processes in one variable. */
function isList(operand: string, handles: Handles, visit: Visit): boolean {
  const name = handles.variables.find((one) => new RegExp(`\\$\\{?${one}\\b`).test(operand));
  if (name === undefined) return false;
  const text = visit.script.folded.text;
  return new RegExp(`\\b${name}\\+?=["']?[^\\n;]*\\$\\{?${name}\\b[^\\n;]*\\$!`).test(text);
}

function loopVariable(loop: Statement, visit: Visit): string | undefined {
  const text = visit.script.folded.text.slice(loop.span.start, loop.span.end);
  return /^(?:for|select)\s+(\w+)/.exec(text)?.[1] ?? /\bread\s+(?:-\w+\s+)*(\w+)/.exec(text)?.[1];
}

function loopCovers(loop: Statement, visit: Visit, handles: Handles): boolean {
  const header = visit.script.folded.text.slice(loop.span.start, loop.span.end);
  return /\bjobs\b/.test(header) || mentions(header, handles) || handles.variables.length === 0;
}

/** `while kill -0 $pid; do sleep 1; done` and `while ps -p $pid …` */
function awaitsInLoop(visit: Visit, handles: Handles): Waiting {
  const { statement } = visit;
  if (statement.kind !== "loop" || (statement.keyword !== "while" && statement.keyword !== "until")) return "no";
  const tests = statement.test.map((one) => visit.script.folded.text.slice(one.span.start, one.span.end)).join("\n");
  if (/\bjobs\b/.test(tests)) return "status-lost";
  return mentions(tests, handles) && /\bps\b|\/proc\/|\bpgrep\b|-d\b|-e\b/.test(tests) ? "status-lost" : "no";
}

/** `kill $pid`, `kill %1`, `trap 'kill $pid' EXIT`, `pkill -f name`, wherever the script's own flow may reach it. */
function kills(visit: Visit, background: Visit, handles: Handles): boolean {
  const { statement } = visit;
  if (statement.kind !== "command" || visit.script !== background.script) return false;
  const [program, ...operands] = statement.words.map((word) => word.text);
  const text = operands.join(" ");
  if (program === "trap") return /\bkill\b(?!\s+-0)/.test(text) && namesProcess(text, statement.span.start, handles);
  const inFunction = visit.parents.some((one) => one.kind === "function");
  if (statement.span.start < background.statement.span.end && !inFunction) return false;
  if (program === "kill" && !operands.includes("-0")) {
    return namesProcess(text, statement.span.start, handles) || !isOtherProcess(text, visit.script.folded.text);
  }
  if (program !== "pkill" && program !== "killall") return false;
  const pattern = operands.filter((one) => !one.startsWith("-")).at(-1);
  return pattern !== undefined && textOf(background).includes(pattern);
}

/** All variables in it were given the `$!` of some process; a value from elsewhere may well be ours. */
function isOtherProcess(operands: string, script: string): boolean {
  const names = [...operands.matchAll(/\$\{?(\w+)/g)].map((one) => one[1] ?? "");
  return !/[`(\uFFFC]/.test(operands) && names.every((name) => new RegExp(`\\b${name}\\+?=[^\\n;]*\\$!`).test(script));
}

function namesProcess(text: string, at: number, handles: Handles): boolean {
  if (mentions(text, handles) || /%|\bjobs\b|\$\$|\bkill(?:\s+-\w+)*\s+(?:0|--\s+-)/.test(text)) return true;
  return /\$(?:!|\{!\})/.test(text) && at >= handles.from && at < handles.until;
}
