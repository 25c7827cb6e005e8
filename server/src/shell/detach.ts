/** What a script starts and does not wait for. */
import type { Span } from "../text/span.ts";
import { blank } from "./blank.ts";
import { detacher, mentionsDetacher } from "./detachers.ts";
import type { Place, Redirect, Script, ShellCommand, Statement } from "./script.ts";
import { type Waiting, waiting } from "./waits.ts";
import { statements, touchesError, type Visit } from "./walk.ts";

/** A process, or several, that outlive the statement that starts them. */
export type Detached = {
  /** The statement followed by `&`, or the command that detaches by itself. */
  readonly statement: Statement;
  /** `&`, `nohup &`, `setsid`, `& disown`, or the detaching command: `screen -dm`, `ssh -f` … */
  readonly how: string;
  /** The base name of what is started; undefined when it is not known. */
  readonly program: string | undefined;
  /** The script whose text `span` and `ampersand` are offsets into. */
  readonly script: Script;
  /** From the program, or its wrapper, to the `&`. */
  readonly span: Span;
  readonly ampersand: Span | undefined;
  /** The commands that hand the script on, outermost first. */
  readonly nestedIn: readonly ShellCommand[];
  readonly place: Place;
  /** A long-running service is started, not a job whose end matters. */
  readonly service: boolean;
  /** `status-lost`: a bare `wait` and its like await the end but not the exit status. */
  readonly waited: "no" | "status-lost";
  /** It still has the script's standard output or error, so that a reader of both waits for its end. */
  readonly keepsStdout: boolean;
  /** It writes its own exit status to a file. */
  readonly recordsStatus: boolean;
  /** The `&` stands in the middle of an unquoted URL: `curl http://x/?a=1&b=2`. */
  readonly inUrl: boolean;
};

/** An `&` that is not part of `&&`, `2>&1`, `&>` or `|&`. */
const lone = /(?:^|[^&>|<])&(?![&>])/;

/** The detached processes of a script and of the texts it hands on, in order; those that are waited for with their status, or killed later, are left out. */
export function detached(script: Script): Detached[] {
  if (!lone.test(script.folded.text) && !mentionsDetacher(script.folded.text)) return [];
  const all = statements(script);
  const found: Detached[] = [];
  for (const visit of all) {
    if (touchesError(visit)) continue;
    const one = visit.statement.background ? fromAmpersand(visit, all) : fromCommand(visit, all);
    if (one) found.push(one);
  }
  return found;
}

function fromAmpersand(visit: Visit, all: readonly Visit[]): Detached | undefined {
  const { statement, script } = visit;
  // Inside `( a & b ) &` the whole is reported; a part only when it would outlive even the whole.
  if (visit.parents.some((one) => one.background)) return undefined;
  const waited = waiting(visit, [...all, ...evaluated(visit, all)]);
  if (waited === "yes" || waited === "killed") return undefined;
  const command = mainCommand(statement);
  const ampersand = ampersandAfter(script, statement.span.end);
  const own = command && detacher(command);
  const end = ampersand?.end ?? statement.span.end;
  return {
    ...common(visit, waited),
    how: howOf(visit, command, own?.how, all),
    program: command?.program,
    span: { start: statement.span.start, end },
    ampersand,
    service: own?.service ?? false,
    keepsStdout: !own?.service && keepsOutput(visit),
    inUrl: isInUrl(statement, ampersand, script),
  };
}

/** `eval "job &"; wait $!`: the text of `eval` runs in the shell around it. */
function evaluated(visit: Visit, all: readonly Visit[]): Visit[] {
  if (visit.nesting.at(-1)?.program !== "eval") return [];
  return all
    .filter((one) => one.nesting.length === visit.nesting.length - 1)
    .map((one) => ({ ...one, script: visit.script, scope: visit.scope }))
    .filter((one) => one.statement.kind === "command" && one.statement.program === "wait");
}

function fromCommand(visit: Visit, all: readonly Visit[]): Detached | undefined {
  const { statement } = visit;
  if (statement.kind !== "command" || visit.background) return undefined;
  const own = detacher(statement);
  if (!own || (own.how === "setsid" && !isExeced(visit))) return undefined;
  const waited = waitedElsewhere(own.how, visit, all);
  if (waited === "yes" || waited === "killed") return undefined;
  return {
    ...common(visit, waited),
    how: own.how,
    program: startedProgram(own.started) ?? (own.started.length > 0 ? undefined : statement.program),
    span: statement.span,
    ampersand: undefined,
    service: own.service,
    keepsStdout: /^(?:setsid|sudo|ssh)/.test(own.how) && keepsOutput(visit),
    inUrl: false,
  };
}

/**
 * `setsid job` forks only when it leads its process group: when the shell, itself a leader, execs it as its last command.
 * Measured with bash 5.2: not with a redirection, not inside `( … )` or `if`; dash execs with redirections too.
 */
function isExeced({ statement, script, substituted }: Visit): boolean {
  let last = script.body.at(-1);
  while (last?.kind === "and-or") last = last.right;
  if (last !== statement || statement.kind !== "command" || substituted) return false;
  return script.dialect !== "bash" || statement.redirects.length === 0;
}

function startedProgram(words: readonly string[]): string | undefined {
  const name = words[0]?.split(/\s/)[0]?.split("/").at(-1);
  return name === undefined || /[$`\uFFFC]|\{\{/.test(name) ? undefined : name;
}

/** `docker wait`, `tmux wait-for`, `ssh -O exit`, `tail --pid` after a command that detached by itself. */
function waitedElsewhere(how: string, visit: Visit, all: readonly Visit[]): Waiting {
  const later = all.filter(
    (one) =>
      one.statement.kind === "command" &&
      one.script === visit.script &&
      one.statement.span.start > visit.statement.span.end,
  );
  const find = (program: RegExp, word: RegExp): Visit | undefined =>
    later.find(
      ({ statement }) =>
        statement.kind === "command" &&
        program.test(statement.program ?? "") &&
        statement.words.some((one) => word.test(one.text)),
    );
  if (/^(?:docker|podman|nerdctl)/.test(how)) {
    const wait = find(/^(?:docker|podman|nerdctl)$/, /^wait$/);
    if (wait) return wait.substituted || wait.conditional ? "yes" : "status-lost";
    if (find(/^(?:docker|podman|nerdctl)$/, /^(?:stop|kill|rm|down)$/)) return "killed";
    if (/run|up/.test(how) && find(/^(?:docker|podman)/, /^logs$/) && find(/^(?:docker|podman)/, /^-\w*f|--follow/))
      return "status-lost";
    if (find(/^docker-compose$|^podman-compose$/, /^(?:stop|kill|down)$/)) return "killed";
  }
  if (how.startsWith("tmux") && find(/^tmux$/, /^(?:wait-for|wait)$/)) return "status-lost";
  if (how === "ssh -f" && (find(/^ssh$/, /^-O$/) || find(/^p?kill(?:all)?$/, /./))) return "killed";
  if (how === "coproc" && (find(/^wait$/, /COPROC|_PID/) || find(/^kill$/, /COPROC|_PID/))) return "yes";
  return "no";
}

function common(
  visit: Visit,
  waited: "no" | "status-lost",
): Pick<Detached, "statement" | "script" | "nestedIn" | "place" | "waited" | "recordsStatus"> {
  const { statement, script } = visit;
  const text = script.folded.text.slice(statement.span.start, statement.span.end);
  const recordsStatus = /\$\{?(?:\?|rc\b|ret\b|status\b|exit_?code\b)\}?["']?\s*(?:1?>{1,2}|\|\s*tee)/i.test(text);
  return { statement, script, nestedIn: visit.nesting, place: script.place, waited, recordsStatus };
}

function howOf(
  visit: Visit,
  command: ShellCommand | undefined,
  own: string | undefined,
  all: readonly Visit[],
): string {
  if (own) return own;
  if (command?.wrappers.some((one) => one.name === "nohup")) return "nohup &";
  const disowned = all.some(
    (one) => one.script === visit.script && one.statement.kind === "command" && one.statement.program === "disown",
  );
  return disowned ? "& disown" : "&";
}

const preparing = new Set([
  "cd",
  "sleep",
  "echo",
  "export",
  "source",
  ".",
  "mkdir",
  "set",
  "umask",
  "printf",
  "true",
  ":",
]);

/** The command that does the work of a statement: the last of `cd x && job`, the first that is none of preparation. */
function mainCommand(statement: Statement): ShellCommand | undefined {
  switch (statement.kind) {
    case "command":
      return statement;
    case "and-or":
      return mainCommand(statement.right) ?? mainCommand(statement.left);
    case "pipeline":
      return firstWorking(statement.stages);
    case "negation":
      return mainCommand(statement.operand);
    case "subshell":
    case "group":
    case "loop":
      return firstWorking(statement.body);
    case "if":
      return firstWorking(statement.branches.flatMap((one) => one.body));
    default:
      return undefined;
  }
}

function firstWorking(body: readonly Statement[]): ShellCommand | undefined {
  const all = body.flatMap((one) => mainCommand(one) ?? []);
  return all.find((one) => one.program === undefined || !preparing.has(one.program)) ?? all[0];
}

/** Where the `&` stands that ends a statement. */
function ampersandAfter(script: Script, from: number): Span | undefined {
  const { text, holes } = script.folded;
  for (let at = from; at < text.length; at++) {
    const hole = holes.find((one) => one.start <= at && at < one.end);
    if (hole) at = hole.end - 1;
    else if (text[at] === "&") return { start: at, end: at + 1 };
    else if (!/[\s\\)};]/.test(text.charAt(at))) return undefined;
  }
  return undefined;
}

function isInUrl(statement: Statement, ampersand: Span | undefined, script: Script): boolean {
  if (!ampersand || ampersand.start !== statement.span.end) return false;
  const text = blank(script.folded);
  const before = text.slice(0, ampersand.start).split(/\s/).at(-1) ?? "";
  return /:\/\/\S*\?/.test(before) && !/["']/.test(before) && /^[\w.%[\]-]+=/.test(text.slice(ampersand.end));
}

/** Whether any part of it still has the script's standard output or error. */
function keepsOutput(visit: Visit): boolean {
  const around = [...visit.parents, visit.statement].flatMap((one) => ("redirects" in one ? one.redirects : []));
  const earlier = visit.script.body.flatMap((one) =>
    one.kind === "command" && one.program === "exec" && one.span.start < visit.statement.span.start
      ? one.redirects
      : [],
  );
  return leavesOpen(visit.statement, [...earlier, ...around]);
}

function leavesOpen(statement: Statement, redirects: readonly Redirect[]): boolean {
  switch (statement.kind) {
    case "command":
      return !redirected([...redirects, ...statement.redirects]);
    case "pipeline":
      return statement.stages.some((stage, index) =>
        index === statement.stages.length - 1 ? leavesOpen(stage, redirects) : !standardErrorTaken(stage, redirects),
      );
    case "negation":
      return leavesOpen(statement.operand, redirects);
    case "subshell": {
      const [only, ...more] = statement.body;
      const all = [...redirects, ...statement.redirects];
      return only && more.length === 0 ? leavesOpen(only, all) : !redirected(all);
    }
    // `cd x && job >log 2>&1 &`: the shell that waits for the job keeps the script's output open.
    default:
      return !redirected([...redirects, ...("redirects" in statement ? statement.redirects : [])]);
  }
}

function standardErrorTaken(stage: Statement, around: readonly Redirect[]): boolean {
  return takes([...around, ...("redirects" in stage ? stage.redirects : [])], 2);
}

function redirected(redirects: readonly Redirect[]): boolean {
  return takes(redirects, 1) && takes(redirects, 2);
}

/** Whether this descriptor goes to a file, after `>f 2>&1` and its like. */
function takes(redirects: readonly Redirect[], descriptor: 1 | 2): boolean {
  return redirects.some(({ operator, descriptor: from, target }) => {
    // `exec > >(tee log)`: what reads it has the script's output itself.
    if (target && target.substitutions.length > 0) return false;
    if (/^&>>?$/.test(operator) || (operator === ">&" && from === undefined && !/^\d|^-$/.test(target?.text ?? "1")))
      return true;
    if (!/^(?:>|>>|>\||>&|>&-)$/.test(operator) || (from ?? 1) !== descriptor) return false;
    if (operator !== ">&") return true;
    return target?.text === "1" && descriptor === 2
      ? takes(redirects, 1)
      : target?.text === "2" &&
          descriptor === 1 &&
          takes(
            redirects.filter((one) => one.operator !== ">&"),
            2,
          );
  });
}
