/** Whether an HTTP request that a task makes ends by itself when the server falls silent. */
import { journeyOf } from "../syntax/journey.ts";
import { calledFunction } from "../syntax/mentioned.ts";
import { type Call, type ClassDef, type FunctionDef, keyword, lastName, unwrap } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { DagFile, RemoteCall, Task } from "./dagfile.ts";
import { operators, redefines } from "./kinds.ts";

/** `none`: it surely waits as long as the server keeps it waiting. */
export type RequestLimit = "none" | "bounded" | "unknown";

/**
 * What ends a request of kind `http`. Sources: requests and urllib3 wait for ever without a `timeout`, urllib and
 * http.client unless the socket module has a default; httpx gives up after 5 s unless told `timeout=None`.
 */
export function requestLimit(file: DagFile, call: RemoteCall): RequestLimit {
  if (isAbortedElsewhere(file, call)) return "unknown";
  if (call.callee.endsWith("HttpHook.run")) return ofOptions(hookOptions(file, call));
  const given = timeoutGiven(file, call);
  if (given !== "absent") return given;
  if (call.callee.startsWith("httpx.")) return "bounded";
  if (call.callee.startsWith("requests.") || call.callee.startsWith("urllib3.")) return ofMaker(file, call);
  return /\bsetdefaulttimeout\b/.test(file.text) ? "bounded" : "none";
}

/** The `timeout` of the call itself. */
function timeoutGiven(file: DagFile, call: RemoteCall): RequestLimit | "absent" {
  const { args } = call.call;
  if (args.some((one) => one.form === "star")) return "unknown";
  // urlopen(url, data, timeout), HTTPConnection(host, port, timeout)
  const third = /^urllib|^http\.client/.test(call.callee) ? args[2] : undefined;
  const given = keyword(call.call, "timeout") ?? (third?.form === "positional" ? third : undefined);
  if (given) return file.values.evaluate(given.value, call.scope).kind === "none" ? "none" : "bounded";
  for (const one of args) {
    if (one.form !== "double-star") continue;
    const found = entry(file.values.evaluate(one.value, call.scope), "timeout");
    if (found !== "absent") return found;
  }
  return "absent";
}

/** What the session, pool or hook that makes the request was told: `PoolManager(timeout=5)`, `session.mount(…)`. */
function ofMaker(file: DagFile, call: RemoteCall): RequestLimit {
  const { func } = call.call;
  if (func.kind !== "attribute") return "none";
  const kept = unwrap(func.value);
  // self.session.mount(…), self.session.request = …, prepare(self.session)
  if (kept.kind === "attribute" && kept.value.kind === "name" && !call.callee.endsWith(`requests.${func.name}`))
    return new RegExp(
      `\\.${kept.name}(\\.(mount|timeout)\\b|\\.\\w+\\s*=[^=]|\\s*[,)])|\\.${kept.name}\\s*=[^=\\n]*timeout`,
    ).test(file.text)
      ? "unknown"
      : "none";
  const owner = file.values.evaluate(func.value, call.scope);
  if (owner.kind !== "call") return "none";
  const makers = makersOf(file, owner.call);
  return makers?.every((one) => hasNoDefault(file, call, one)) ? "none" : "unknown";
}

/** The calls that make what a call stands for: itself, or what the helper of this file returns that it calls. */
function makersOf(file: DagFile, call: Call, depth = 0): readonly Call[] | undefined {
  const { func } = call;
  // What a helper returned stands for its call, with arguments that are not known.
  const [given] = call.args;
  if (given?.form !== "double-star" || given.value !== func) return [call];
  const helper = func.kind === "call" ? calledFunction(file.module, func.func) : undefined;
  if (!helper || depth > 3) return undefined;
  const scope = file.values.names.scopeOf(helper);
  const made: (readonly Call[] | undefined)[] = [];
  walkStatements(helper.body, (one) => {
    if (one.kind === "return" && one.value) {
      const value = file.values.evaluate(one.value, scope);
      if (value.kind !== "none") made.push(value.kind === "call" ? makersOf(file, value.call, depth + 1) : undefined);
    }
    return one.kind !== "function" && one.kind !== "class";
  });
  return made.every((one) => one !== undefined) ? made.flat() : undefined;
}

/** Whether nobody gives the session or pool that a call makes a timeout of its own. */
function hasNoDefault(file: DagFile, call: RemoteCall, maker: Call): boolean {
  if (keyword(maker, "timeout") || maker.args.some((one) => one.form === "double-star")) return false;
  // Functions of a DAG file are called by its own code, and nested ones by nobody else.
  const isOwn = (one: FunctionDef | ClassDef): boolean =>
    one.kind === "function" && (file.tasks.length > 0 || file.values.names.scopeOf(one).parent?.kind === "function");
  const { uses, escapes } = journeyOf({ module: file.module, results: file.results, isOwn }, maker);
  // Whoever gets it may give it an adapter with a default timeout.
  if (escapes) return false;
  return uses.every((use) => {
    // session.request = functools.partial(session.request, timeout=5)
    if (use.kind !== "method" && /^(request|send|get|post|put|patch|delete|head)$/.test(use.path[0] ?? ""))
      return false;
    if (use.path[0] !== "mount") return true;
    const adapter = use.call?.args[1];
    const around = use.call && file.results.functionOf(use.call);
    const made =
      adapter && file.values.evaluate(adapter.value, around ? file.values.names.scopeOf(around) : call.scope);
    return made?.kind === "call" && /^requests\..*HTTPAdapter$/.test(made.callee);
  });
}

/** Another clock ends it: `signal.alarm(60)`, `@timeout(60)` above the function, `asyncio.wait_for`. */
function isAbortedElsewhere(file: DagFile, call: RemoteCall): boolean {
  if (/\bsignal\.(alarm|setitimer)\b|\bfunc_timeout\b|\bAirflowTaskTimeout\b|\bwait_for\(/.test(file.text)) return true;
  return (call.function?.decorators ?? []).some(({ expr }) => {
    const named = unwrap(expr);
    return /time_?out|time_?limit/i.test(lastName(named.kind === "call" ? named.func : named) ?? "");
  });
}

/** `run(endpoint, data, headers, extra_options)` of an HttpHook. */
function hookOptions(file: DagFile, { call, scope }: RemoteCall): Value | "absent" | "unknown" {
  const given = keyword(call, "extra_options") ?? call.args[3];
  if (given?.form === "positional" || given?.form === "keyword") return file.values.evaluate(given.value, scope);
  return call.args.some((one) => one.form === "star" || one.form === "double-star") ? "unknown" : "absent";
}

/**
 * What ends the request of an HttpOperator or HttpSensor; undefined for any other task. HttpHook hands
 * `extra_options["timeout"]` to requests and has no default of its own, from Airflow 1.10 to provider 6.3; newer ones
 * also read the connection's extra. A deferred request goes through aiohttp, which gives up after 5 minutes.
 */
export function taskRequestLimit(file: DagFile, task: Task): RequestLimit | undefined {
  const name = task.operator.known?.fqcn;
  if (name !== operators.http && name !== operators.httpSensor) return undefined;
  if (redefines(task, "execute") || redefines(task, "poke")) return "unknown";
  const deferrable = argument(file, task, "deferrable");
  const inProcess =
    deferrable === "absent"
      ? file.project.deployment.defaultDeferrable !== true
      : typeof deferrable === "object" && deferrable.resolved.kind === "boolean" && !deferrable.resolved.value;
  if (!inProcess) return "unknown";
  const given = argument(file, task, "extra_options");
  return ofOptions(typeof given === "object" ? given.resolved : given);
}

function ofOptions(options: Value | "absent" | "unknown"): RequestLimit {
  if (options === "unknown") return "unknown";
  if (options === "absent" || options.kind === "none") return "none";
  // HttpHook.run takes an empty list for nothing, too.
  if (options.kind === "list" && options.complete && options.items.length === 0) return "none";
  const found = entry(options, "timeout");
  return found === "absent" ? "none" : found;
}

function entry(value: Value, key: string): RequestLimit | "absent" {
  if (value.kind !== "dict") return "unknown";
  const found = value.entries.findLast((one) => one.key === key);
  if (found) return found.value.kind === "none" ? "none" : "bounded";
  return value.complete ? "absent" : "unknown";
}
