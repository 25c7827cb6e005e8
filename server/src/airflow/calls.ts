/** Calls in the code that tasks run which start or talk to other programs and machines. */

import { argvScript } from "../shell/argv.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import type { Folded } from "../syntax/folded.ts";
import { journeyOf } from "../syntax/journey.ts";
import { Kept } from "../syntax/kept.ts";
import { qualifiedName } from "../syntax/names.ts";
import { unknownPiece } from "../syntax/pieces.ts";
import {
  type Call,
  type ClassDef,
  type Expr,
  type FunctionDef,
  keyword,
  type Lambda,
  type Module,
  type Stmt,
  unwrap,
} from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { Result, Results } from "../syntax/uses.ts";
import { canonical, kindOf, kindOfMethod, mayCall } from "./callKinds.ts";
import type { RemoteCall, RemoteCallKind } from "./dagfile.ts";
import type { Reached } from "./reach.ts";

/** The values of one file. */
type Values = Pick<Evaluator, "evaluate" | "names">;

/**
 * All such calls inside functions, methods and lambdas of a file; module level runs when Airflow parses, not when a task
 * runs. `closed`: the file's functions are called from nowhere else.
 */
export function collectCalls(
  module: Module,
  values: Values,
  results: Results,
  reached: Reached,
  closed = false,
): RemoteCall[] {
  const calls: RemoteCall[] = [];
  const { names } = values;
  const isOwn = (one: FunctionDef | ClassDef): boolean =>
    one.kind === "function" ? closed : isOwnClass(one, names.module);
  const imported = names.imports.map((one) => one.qualified).concat(names.starImports);
  if (
    !mayCall(imported, module.text) &&
    !mayCall(
      names.importsInside.map((one) => one.qualified),
      module.text,
    )
  )
    return calls;
  const keeps = imported.some((one) => kept.test(one));
  const inspect = (call: Call, place: Place): void => {
    const callee = calleeOf(call, place.scope, values) ?? (keeps ? calleeOfKept(call, place.owner, values) : undefined);
    let kind = callee === undefined ? undefined : kindOf(canonical(callee));
    let resolved = callee === undefined ? "" : canonical(callee);
    const named = kind || call.func.kind !== "attribute" ? undefined : kindOfMethod(call.func.name, imported);
    if (named) ({ kind, callee: resolved } = named);
    if (!kind) return;
    const code = place.lambda ?? place.function;
    const runners = code && reached.get(code);
    calls.push(
      new FoundCall(
        kind,
        resolved,
        call,
        place,
        { live: !code || runners !== undefined, ...nobody, ...runners },
        {
          command: () => commandOf(kind, call, place.scope, values),
          result: () => journeyOf({ module, results, isOwn }, call),
        },
      ),
    );
  };
  const expressions = (expr: Expr, place: Place, running: boolean): void => {
    walkExpr(expr, (one) => {
      if (one.kind === "lambda") {
        expressions(one.body, { ...place, scope: names.scopeOf(one), lambda: one }, true);
        return false;
      }
      if (one.kind === "call" && running) inspect(one, place);
      return true;
    });
  };
  const visit = (body: readonly Stmt[], place: Place, running: boolean): void => {
    walkStatements(body, (statement) => {
      for (const expr of expressionsOf(statement)) expressions(expr, place, running);
      if (statement.kind === "function") {
        const scope = names.scopeOf(statement);
        visit(statement.body, { ...place, scope, function: statement, lambda: undefined }, true);
        return false;
      }
      if (statement.kind === "class") {
        const scope = names.scopeOf(statement);
        visit(statement.body, { scope, function: undefined, lambda: undefined, owner: statement }, false);
        return false;
      }
      return true;
    });
  };
  visit(module.body, { scope: names.module, function: undefined, lambda: undefined, owner: undefined }, false);
  return calls;
}

/** Where a call stands. */
type Place = {
  readonly scope: Scope;
  readonly function: FunctionDef | undefined;
  readonly lambda: Lambda | undefined;
  /** The class whose method it is. */
  readonly owner: ClassDef | undefined;
};

const nobody = { tasks: [], users: [] };

/** A call whose command and result are followed when somebody asks: that takes an index of the whole file, and most calls are fine at first sight. */
class FoundCall implements RemoteCall {
  readonly kind: RemoteCallKind;
  readonly callee: string;
  readonly call: Call;
  readonly span: RemoteCall["span"];
  readonly function: FunctionDef | undefined;
  readonly owner: ClassDef | undefined;
  readonly live: boolean;
  readonly tasks: RemoteCall["tasks"];
  readonly users: RemoteCall["users"];
  readonly scope: Scope;
  readonly #read: { readonly command: () => RemoteCall["command"]; readonly result: () => Result };
  #command: { readonly value: RemoteCall["command"] } | undefined;
  #result: Result | undefined;

  constructor(
    kind: RemoteCallKind,
    callee: string,
    call: Call,
    place: Place,
    runners: Pick<RemoteCall, "live" | "tasks" | "users">,
    read: { readonly command: () => RemoteCall["command"]; readonly result: () => Result },
  ) {
    this.kind = kind;
    this.callee = callee;
    this.call = call;
    this.span = call.func.span;
    this.function = place.function;
    this.owner = place.owner;
    this.live = runners.live;
    this.tasks = runners.tasks;
    this.users = runners.users;
    this.scope = place.scope;
    this.#read = read;
  }

  get command(): RemoteCall["command"] {
    this.#command ??= { value: this.#read.command() };
    return this.#command.value;
  }

  get result(): Result {
    this.#result ??= this.#read.result();
    return this.#result;
  }
}

/** A class whose objects only its own methods and Airflow touch: not a hook, and no base that is neither. */
function isOwnClass({ name, bases }: ClassDef, scope: Scope): boolean {
  return (
    !name.endsWith("Hook") &&
    bases.every(
      (one) => one.form === "keyword" || /^(airflow\.|builtins\.object$)/.test(qualifiedName(one.value, scope) ?? ""),
    )
  );
}

/** Libraries whose objects classes keep: `self.session = requests.Session()`. */
const kept = /\b(?:requests|httpx|urllib3|boto3|paramiko|fabric|bigquery|HttpHook|SSHHook|BigQueryHook|\w+Executor)\b/;

/** The method of an object that a class keeps: `self.session.get(…)`, where every value of `self.session` is made by one callee. */
function calleeOfKept(call: Call, owner: ClassDef | undefined, values: Values): string | undefined {
  const { func } = call;
  if (!owner || func.kind !== "attribute" || func.value.kind !== "attribute" || func.value.value.kind !== "name")
    return undefined;
  const maker = makerOf(owner, func.value.name, values);
  return maker === undefined ? undefined : `${maker}.${func.name}`;
}

const makersIn = new Kept((_: ClassDef) => new Map<string, string | undefined>());

/** The one callee whose results a class keeps under an attribute. */
function makerOf(owner: ClassDef, name: string, values: Values): string | undefined {
  const known = makersIn.of(owner);
  if (known.has(name)) return known.get(name);
  const makers = new Set<string | undefined>();
  for (const method of owner.body) {
    const self = method.kind === "function" ? method.parameters[0]?.name : undefined;
    if (method.kind !== "function" || self === undefined) continue;
    walkStatements(method.body, (one) => {
      if (one.kind !== "assign" || !one.value) return true;
      for (const target of one.targets) {
        if (target.kind !== "attribute" || target.name !== name) continue;
        const value = values.evaluate(one.value, values.names.scopeOf(method));
        if (value.kind !== "none") makers.add(value.kind === "call" ? value.callee : undefined);
      }
      return true;
    });
  }
  const [only, ...others] = makers;
  const maker = others.length === 0 ? only : undefined;
  known.set(name, maker);
  return maker;
}

function calleeOf(call: Call, scope: Scope, values: Values): string | undefined {
  const qualified = qualifiedName(call.func, scope);
  if (qualified !== undefined) return qualified;
  const callee = unwrap(call.func);
  if (callee.kind !== "attribute") return undefined;
  const owner = values.evaluate(callee.value, scope);
  return owner.kind === "call" ? `${owner.callee}.${callee.name}` : undefined;
}

/** Kinds that run a command. */
const running: ReadonlySet<RemoteCallKind> = new Set([
  "popen",
  "subprocess",
  "os-system",
  "hook-process",
  "paramiko-exec",
  "hook-exec",
  "fabric-run",
]);

function commandOf(kind: RemoteCallKind, call: Call, scope: Scope, values: Values): RemoteCall["command"] {
  if (!running.has(kind)) return undefined;
  const named = keyword(call, "args") ?? keyword(call, "command") ?? keyword(call, "cmd");
  const positional = call.args.filter((one) => one.form === "positional").map((one) => one.value);
  // exec_ssh_client_command(ssh_client, command, …) takes the client first.
  const expr = named?.value ?? positional[kind === "hook-exec" ? 1 : 0];
  if (!expr) return undefined;
  const split = splitText(expr, scope, values);
  if (split) return kind === "popen" || kind === "subprocess" ? argvOf(split) : undefined;
  const value = values.evaluate(expr, scope);
  const remote = kind === "paramiko-exec" || kind === "hook-exec" || kind === "fabric-run";
  if (value.kind === "list") {
    if (remote) return undefined;
    const items = value.items.map((one) =>
      one.kind === "string" ? one.folded : unknownPiece(one.expr, one.expr.span),
    );
    return { argv: argvScript(items, expr.span, "worker") };
  }
  if (value.kind !== "string") return undefined;
  if (remote) return { shell: lowerScript(value.folded, { dialect: "unknown", place: "remote" }) };
  const shell = keyword(call, "shell");
  const shellValue = shell && values.evaluate(shell.value, scope);
  const always = kind === "os-system";
  if (always || (shellValue?.kind === "boolean" && shellValue.value)) {
    return { shell: lowerScript(value.folded, { dialect: "sh", place: "worker" }) };
  }
  // subprocess.run("ls") without a shell: the whole text is the program's name.
  if (!shell) return { argv: argvScript([value.folded], expr.span, "worker") };
  return undefined;
}

/** The text of `"ssh h load".split()` and `shlex.split("ssh h load")`. */
function splitText(expr: Expr, scope: Scope, values: Values): Folded | undefined {
  const call = unwrap(expr);
  if (call.kind !== "call" || call.func.kind !== "attribute" || call.func.name !== "split") return undefined;
  const lexed = qualifiedName(call.func, scope) === "shlex.split";
  const [first] = call.args;
  const text = lexed ? first?.value : call.args.length === 0 ? call.func.value : undefined;
  const value = text && values.evaluate(text, scope);
  return value?.kind === "string" ? value.folded : undefined;
}

/** Words only: a `|` or `>` in such a text would be an argument, which nobody means. */
function argvOf(folded: Folded): RemoteCall["command"] {
  const script = lowerScript(folded, { dialect: "sh", place: "worker" });
  const [only] = script.body;
  const plain = script.body.length === 1 && only?.kind === "command" && only.redirects.length === 0 && !only.background;
  return plain && script.errors.length === 0 ? { argv: script } : undefined;
}
