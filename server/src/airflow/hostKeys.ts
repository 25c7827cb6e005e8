/** Code that accepts any ssh host key: policies, hook arguments, connections. */
import type { Attribute, Call, CallArgument, Expr, Str } from "../syntax/python.ts";
import { keyword, lastName, unwrap } from "../syntax/python.ts";
import { everyExpression, expressionsOf, walkExpr, walkScoped, walkStatements } from "../syntax/traverse.ts";
import { contains, type Span, slice } from "../text/span.ts";
import { holdsAny } from "../text/words.ts";
import type { DagFile } from "./dagfile.ts";

/** A place in Python code that turns the check of host keys off. */
export type UncheckedClient = {
  readonly form: "policy" | "argument" | "connection" | "asyncssh" | "pysftp" | "transport";
  /** What is written there, for a message: `AutoAddPolicy`, `no_host_key_check=True`. */
  readonly how: string;
  readonly span: Span;
  /** The expression that decides: the policy, the value. */
  readonly value: Expr;
  /** `client.set_missing_host_key_policy(…)` */
  readonly call: Call | undefined;
  /** The host comes from another task's XCom: a machine of this very run, as a rule, whose key nobody can know. */
  readonly fresh: boolean;
};

const words = ["host_key", "hostkey", "known_hosts", "Transport"];

/** All such places of a file. */
export function uncheckedClients(file: DagFile): UncheckedClient[] {
  if (!holdsAny(file.text, words)) return [];
  const found: UncheckedClient[] = [];
  const speaks = (module: RegExp): boolean => module.test(file.text);
  everyExpression(file.module.body, (expr) => {
    if (expr.kind === "call") {
      const policy = policyOf(expr);
      if (policy && !remembers(file, expr) && !reachesItself(file, expr)) found.push(policy);
      for (const one of expr.args) {
        const argument = argumentOf(one);
        if (argument) found.push(argument);
      }
      if (speaks(/\basyncssh\b/)) found.push(...asyncsshOf(expr));
    }
    if (expr.kind === "dict")
      for (const { key, value, span } of expr.entries)
        if (key && disables(plainText(key), value)) found.push(of("connection", plainText(key) ?? "", span, value));
    if (expr.kind === "string") {
      const written = extra.exec(file.text.slice(expr.span.start, expr.span.end));
      if (written) {
        const start = expr.span.start + written.index;
        found.push(of("connection", written[1] ?? "", { start, end: start + written[0].length }, expr));
      }
    }
  });
  if (speaks(/\bpysftp\b/)) {
    walkStatements(file.module.body, (statement) => {
      if (statement.kind !== "assign" || !statement.value || !isNone(statement.value)) return true;
      for (const one of statement.targets)
        if (one.kind === "attribute" && one.name === "hostkeys")
          found.push(of("pysftp", "hostkeys = None", statement.span, statement.value));
      return true;
    });
  }
  if (speaks(/\bparamiko\b/) && speaks(/\bTransport\b/)) found.push(...transports(file));
  return found.map((one) => (isFresh(file, one) ? { ...one, fresh: true } : one));
}

/** Connection(host=ti.xcom_pull(…), extra=json.dumps({"no_host_key_check": True})) */
function isFresh(file: DagFile, one: UncheckedClient): boolean {
  if (!file.text.includes("xcom_pull")) return false;
  const connects = one.call ? callsOnSame(file, one.call, "connect") : [];
  if (one.form !== "policy") {
    everyExpression(file.module.body, (expr) => {
      if (expr.kind === "call" && contains(expr.span, one.span)) connects.push(expr);
    });
  }
  return connects.some((call) => {
    const given = ["host", "hostname", "remote_host"].map((name) => keyword(call, name)).find((host) => host);
    const host = given ?? (one.form === "policy" ? call.args[0] : undefined);
    return host !== undefined && slice(file.text, host.value.span).includes("xcom_pull");
  });
}

function of(form: UncheckedClient["form"], how: string, span: Span, value: Expr, call?: Call): UncheckedClient {
  return { form, how, span, value, call, fresh: false };
}

// paramiko's MissingHostKeyPolicy itself accepts in silence.
const policies = new Set(["AutoAddPolicy", "WarningPolicy", "MissingHostKeyPolicy"]);

function policyOf(call: Call): UncheckedClient | undefined {
  if (call.func.kind !== "attribute" || call.func.name !== "set_missing_host_key_policy") return undefined;
  const [first] = call.args;
  const given = first && unwrap(first.value);
  const name = given && lastName(given.kind === "call" ? given.func : given);
  return given && name !== undefined && policies.has(name) ? of("policy", name, given.span, given, call) : undefined;
}

/** With a file of host keys, AutoAddPolicy remembers a new key there and refuses another one later. */
function remembers(file: DagFile, policy: Call): boolean {
  const [first] = policy.args;
  if (!first || !/AutoAdd/.test(lastName(calleeOrSelf(first.value)) ?? "")) return false;
  return callsOnSame(file, policy, "load_host_keys").length > 0;
}

function calleeOrSelf(expr: Expr): Expr {
  const inner = unwrap(expr);
  return inner.kind === "call" ? inner.func : inner;
}

/** client.connect("localhost") */
function reachesItself(file: DagFile, policy: Call): boolean {
  return callsOnSame(file, policy, "connect").some((one) => {
    const host = keyword(one, "hostname") ?? one.args[0];
    const text = host && plainText(host.value);
    return text !== undefined && /^(?:localhost|127\.|::1$)/.test(text);
  });
}

/** Calls of one method on the same name, within the function that holds `near`. */
function callsOnSame(file: DagFile, near: Call, method: string): Call[] {
  const owner = near.func.kind === "attribute" ? ownerText(near.func, file) : undefined;
  if (owner === undefined) return [];
  let around: Span = file.module.body.length > 0 ? { start: 0, end: file.text.length } : near.span;
  walkStatements(file.module.body, (one) => {
    if (one.span.start > near.span.start || one.span.end < near.span.end) return false;
    if (one.kind === "function") around = one.span;
    return true;
  });
  const found: Call[] = [];
  everyExpression(file.module.body, (expr) => {
    if (expr.kind !== "call" || expr.func.kind !== "attribute" || expr.func.name !== method) return;
    const inside = around.start <= expr.span.start && expr.span.end <= around.end;
    if (inside && ownerText(expr.func, file) === owner) found.push(expr);
  });
  return found;
}

function ownerText(func: Attribute, file: DagFile): string {
  return file.text.slice(func.value.span.start, func.value.span.end);
}

const switches = /^(?:no_host_key_check|ignore_hostkey_verification|allow_host_key_change)$/;
// '{"no_host_key_check": true}', "ssh://u@h/?no_host_key_check=true"
const extra =
  /(?:\\?["']|[?&])(no_host_key_check|ignore_hostkey_verification|allow_host_key_change)(?:\\?["']\s*:\s*\\?["']?|=)true\b/i;

function argumentOf(one: CallArgument): UncheckedClient | undefined {
  if (one.form !== "keyword" || !disables(one.name, one.value)) return undefined;
  return of("argument", `${one.name}=True`, one.span, one.value);
}

function disables(name: string | undefined, value: Expr): boolean {
  if (name === undefined || !switches.test(name)) return false;
  const given = unwrap(value);
  return given.kind === "constant" ? given.value === true : /^true$/i.test(plainText(given) ?? "");
}

function asyncsshOf(call: Call): UncheckedClient[] {
  if (!/^(?:connect|create_connection|SSHClientConnectionOptions|run_client)$/.test(lastName(call.func) ?? ""))
    return [];
  const given = keyword(call, "known_hosts");
  return given && isNone(given.value) ? [of("asyncssh", "known_hosts=None", given.span, given.value, call)] : [];
}

/**
 * `paramiko.Transport(address).connect(username=…, password=…)`: a transport looks into no known_hosts, it compares with
 * the key that it is given. Source: paramiko's `Transport.connect`.
 */
function transports(file: DagFile): UncheckedClient[] {
  if (file.text.includes("get_remote_server_key")) return [];
  const found: UncheckedClient[] = [];
  walkScoped(file.module.body, file.names.module, file.names, (statement, scope) => {
    for (const outer of expressionsOf(statement)) {
      walkExpr(outer, (expr) => {
        const { func } = expr.kind === "call" ? expr : { func: undefined };
        if (expr.kind !== "call" || func?.kind !== "attribute" || func.name !== "connect") return true;
        const owner = file.values.evaluate(func.value, scope);
        if (owner.kind !== "call" || !/^paramiko\.(?:transport\.)?Transport$/.test(owner.callee)) return true;
        const open = expr.args.every((one) => one.form === "keyword" && one.name !== "hostkey");
        // By a key or by a password, one transport is connected once.
        const told = found.some(({ value }) => value.kind === "call" && sameOwner(file, value, expr));
        if (open && !told) found.push(of("transport", "Transport.connect without hostkey=", expr.span, expr));
        return true;
      });
    }
    return true;
  });
  return found;
}

function sameOwner(file: DagFile, one: Call, other: Call): boolean {
  return callsOnSame(file, one, "connect").includes(other);
}

function isNone(expr: Expr): boolean {
  const given = unwrap(expr);
  return given.kind === "constant" && given.value === null;
}

function plainText(expr: Expr): string | undefined {
  const given = unwrap(expr);
  return given.kind === "string" ? literalText(given) : undefined;
}

function literalText(string: Str): string | undefined {
  const parts = string.literals.flatMap((one) => one.parts);
  return parts.every((one) => one.kind === "text")
    ? parts.map((one) => (one.kind === "text" ? one.value : "")).join("")
    : undefined;
}
