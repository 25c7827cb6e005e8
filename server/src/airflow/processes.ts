/** What task code does with the processes it starts. */

import type { Script, Statement } from "../shell/script.ts";
import { type Call, unwrap } from "../syntax/python.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { prints, type Result, type Use } from "../syntax/uses.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { isReturnedToAirflow } from "./returned.ts";

/** Programs that tidy up: their failure is often meant not to matter. */
const tidying = new Set([
  "rm",
  "rmdir",
  "mkdir",
  "kill",
  "killall",
  "pkill",
  "chmod",
  "touch",
  "umount",
  "sleep",
  "echo",
  "true",
  "clear",
  "date",
]);

/** The first program that a process call runs; undefined when its command is not known. */
export function programOf(call: RemoteCall): string | undefined {
  const script = scriptOf(call);
  const first = script?.body[0];
  return first?.kind === "command" ? first.program : undefined;
}

/** The command of a process call, however it is given. */
export function scriptOf(call: RemoteCall): Script | undefined {
  if (!call.command) return undefined;
  return "shell" in call.command ? call.command.shell : call.command.argv;
}

/** Whether the command only tidies up. */
export function onlyTidies(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return script !== undefined && script.body.length > 0 && script.body.every((one) => tidies(one));
}

function tidies(statement: Statement): boolean {
  if (statement.kind === "and-or") return tidies(statement.left) && tidies(statement.right);
  return statement.kind === "command" && tidying.has(statement.program ?? "");
}

/** Programs that answer a question and change nothing. */
const asking = new Set(
  "[ cat cut date df dig du env file find free getent grep egrep head hostname id ip jq ls lsof lscpu md5sum nproc nslookup nvidia-smi pgrep ping ps pwd realpath sort stat tail test tr uname uniq uptime wc whereis which who whoami xargs".split(
    " ",
  ),
);

/** Whether the command only asks this machine something: `ps aux | grep x`, `ls`, `java --version`. */
export function onlyAsks(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return script !== undefined && script.body.length > 0 && script.body.every(asks);
}

function asks(statement: Statement): boolean {
  if (statement.kind === "pipeline") return statement.stages.every(asks);
  if (statement.kind !== "command" || statement.nested) return false;
  const words = statement.words.slice(1).map((one) => one.text);
  if (
    statement.redirects.some((one) => /^&?>/.test(one.operator) && !/^(\/dev\/null|&?\d)$/.test(one.target?.text ?? ""))
  )
    return false;
  if (words.length === 1 && /^(--version|-V|-version|--help)$/.test(words[0] ?? "")) return true;
  if (words.some((one) => /^(-delete|-exec|-execdir|-ok|-fprint|rm|kill)$/.test(one))) return false;
  return asking.has(statement.program ?? "");
}

/** Calls that wait for a `Popen`'s end, with the call itself: `p.communicate()`, `p.wait()`. */
export function waitsOf(call: RemoteCall): { readonly use: Use; readonly wait: Call }[] {
  return call.result.uses.flatMap((use) => {
    const last = use.path.at(-1);
    return use.call && use.path.length === 1 && (last === "wait" || last === "communicate")
      ? [{ use, wait: use.call }]
      : [];
  });
}

/** Whether somebody acts on the exit status of a process object: `returncode`, `poll()`, `check_returncode()`, the value of `wait()`. */
export function statusIsRead(file: DagFile, call: RemoteCall): boolean {
  return call.result.uses.some((use) => {
    const last = use.path.at(-1);
    if (last === "check_returncode") return true;
    if (last === "returncode") return decides(file, use) && !isReturnedToAirflow(file, call, use);
    if ((last !== "wait" && last !== "poll") || use.path.length > 1) return false;
    // Handed on as a function: somebody else may call it.
    return use.call && use.kind === "method" ? isActedOn(file, call, file.results.resultOf(use.call)) : true;
  });
}

/** Whether the value of a call is more than printed: tested, kept for a test, handed on. */
export function isRead(file: DagFile, call: Call): boolean {
  const { discarded, uses, escapes } = file.results.resultOf(call);
  return !discarded && (escapes || uses.some((use) => decides(file, use)));
}

/** As {@link isRead}, of a call's status, or of another value (`result`) that holds it; what a callable only returns makes no task fail. */
export function isActedOn(file: DagFile, call: RemoteCall, result: Result = call.result): boolean {
  return !result.discarded && result.uses.some((use) => decides(file, use) && !isReturnedToAirflow(file, call, use));
}

/** The value decides in an `if` or `assert` whether the function raises; with `leaves`, whether it raises or returns. */
export function mayRaise(file: DagFile, use: Use, leaves = false): boolean {
  if (use.kind !== "tested" && use.kind !== "compared") return false;
  const statement = file.results.statementOf(use.expr);
  if (statement?.kind === "assert") return true;
  if (statement?.kind !== "if") return false;
  let raises = false;
  for (const { body } of statement.branches) {
    walkStatements(body, (one) => {
      if (one.kind === "raise" || (leaves && one.kind === "return")) raises = true;
      return true;
    });
  }
  return raises;
}

/** Something depends on the value beyond what is printed. */
export function decides(file: DagFile, use: Use): boolean {
  return use.kind !== "shown" && !comparedWithNone(file, use) && !onlySaid(file, use);
}

/** The value is compared, or decides in a test, by itself or by a method of it: `if out.strip() != "found"`. */
export function isAsked(file: DagFile, use: Use, depth = 0): boolean {
  if (use.kind === "compared") return true;
  if (use.kind === "method" && use.call && depth < 8)
    return file.results.resultOf(use.call).uses.some((one) => isAsked(file, one, depth + 1));
  if (use.kind !== "tested") return false;
  const above = file.results.parentOf(use.expr);
  return above !== undefined && ("stmt" in above || above.expr.kind === "unary" || above.expr.kind === "conditional");
}

/** if code != 0: print("it failed") else: print("it went well") */
export function isWeighedInWords(file: DagFile, use: Use): boolean {
  const statement = file.results.statementOf(use.expr);
  return statement?.kind === "if" && statement.branches.length > 1 && onlySaid(file, use);
}

/** if code != 0: print("it failed") */
function onlySaid(file: DagFile, use: Use): boolean {
  const statement = use.kind === "tested" || use.kind === "compared" ? file.results.statementOf(use.expr) : undefined;
  return (
    statement?.kind === "if" &&
    statement.branches.every(({ body }) =>
      body.every((one) => one.kind === "pass" || (one.kind === "expression" && prints(one.expr))),
    )
  );
}

/** `while p.poll() is None` asks whether it is over, not how. */
function comparedWithNone(file: DagFile, use: Use): boolean {
  const statement = use.kind === "compared" ? file.results.statementOf(use.expr) : undefined;
  let none = false;
  for (const expr of statement ? expressionsOf(statement) : []) {
    walkExpr(expr, (one) => {
      if (one.kind === "compare" && one.operands.some((operand) => unwrap(operand) === use.expr))
        none = one.operands.some((operand) => operand.kind === "constant" && operand.value === null);
      return true;
    });
  }
  return none;
}
