/** What a program wrote is taken apart in a way that fails on the nothing that a failed program leaves. */
import { type Call, type FunctionDef, lastName, unwrap } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Use } from "../syntax/uses.ts";
import type { DagFile } from "./dagfile.ts";
import { mayRaise } from "./processes.ts";

const parsing = /^(loads|fromstring|literal_eval|safe_load|parse)$/;
const matching = /^(search|match|fullmatch)$/;

/**
 * Whether the value goes where an empty text raises: `json.loads(out)`, `int(out)`, `out.split()[-1]`,
 * `re.search(…, out).group()`, or a function of this file that does so with it.
 */
export function isParsed(file: DagFile, use: Use, depth = 0): boolean {
  if (depth > 8) return false;
  if (use.kind === "tested") {
    const above = file.results.parentOf(use.expr);
    return above !== undefined && "expr" in above && above.expr.kind === "call" && isNumber(above.expr);
  }
  const { call } = use;
  if (!call) return false;
  if (use.kind === "method") {
    return isPartTaken(file, call) || file.results.resultOf(call).uses.some((one) => isParsed(file, one, depth + 1));
  }
  const name = lastName(call.func) ?? "";
  if (parsing.test(name)) return true;
  if (matching.test(name)) return isMatchNeeded(file, call);
  return isParsedIn(file, call, use, depth);
}

function isNumber({ func }: Call): boolean {
  return func.kind === "name" && (func.id === "int" || func.id === "float");
}

/** `out.split()[-1]`, `out.splitlines()[0]`, `out.split(":")[1]`: a part that an empty text lacks. */
function isPartTaken(file: DagFile, call: Call): boolean {
  const above = file.results.parentOf(call);
  if (!above || !("expr" in above) || above.expr.kind !== "subscript" || call.func.kind !== "attribute") return false;
  const [part] = above.expr.indices;
  // A slice of nothing is nothing.
  if (unwrap(above.expr.value) !== call || (part?.kind !== "number" && part?.kind !== "unary")) return false;
  const { name } = call.func;
  if (name === "splitlines") return true;
  if (name !== "split" && name !== "rsplit") return false;
  // "".split(":") has one part, "".split() none.
  return call.args.length === 0 || (part.kind === "number" && part.value > 0);
}

/** `re.search(…, out).group()`, and no test for None that does not raise. */
function isMatchNeeded(file: DagFile, call: Call): boolean {
  const { uses } = file.results.resultOf(call);
  if (uses.some((one) => mayRaise(file, one))) return true;
  if (uses.some((one) => one.kind === "tested" || one.kind === "compared")) return false;
  return uses.some((one) => /^(groups?|groupdict|start|end|span|\[.*)$/.test(one.path[0] ?? ""));
}

/** def job_id(out): return out.split()[-1] */
function isParsedIn(file: DagFile, call: Call, use: Use, depth: number): boolean {
  const definition = definitionOf(file, call);
  const given = call.args.findIndex((one) => unwrap(one.value) === use.expr);
  const bound = definition?.parameters[0]?.name === "self" ? 1 : 0;
  const parameter = call.args[given]?.name ?? definition?.parameters[given + bound]?.name;
  if (!definition || given < 0 || parameter === undefined) return false;
  let parsed = false;
  everyExpression(definition.body, (one) => {
    if (one.kind !== "name" || one.id !== parameter || parsed) return;
    parsed = file.results.usesOf(one).some((its) => isParsed(file, its, depth + 1) || mayRaise(file, its));
  });
  return parsed;
}

/** `job_id(…)`, `self.job_id(…)` */
function definitionOf(file: DagFile, call: Call): FunctionDef | undefined {
  const { func } = call;
  const method = func.kind === "attribute" && func.value.kind === "name" && func.value.id === "self";
  if (func.kind !== "name" && !method) return undefined;
  const body = method ? file.results.classOf(call)?.body : file.module.body;
  const name = func.kind === "name" ? func.id : func.name;
  return body?.find((one): one is FunctionDef => one.kind === "function" && one.name === name);
}
