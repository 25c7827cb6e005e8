/** A DAG file's model as plain data, for `explain-file --output-format json`; the text form is made from it too. */
import type { Argument, Dag, DagFile, RemoteCall, Task } from "../../airflow/dagfile.ts";
import type { Use } from "../../syntax/uses.ts";
import type { Span } from "../../text/span.ts";
import { Places, type Range } from "../place.ts";
import { commandsOf, type ExplainedStatement } from "./script.ts";

/** One keyword that reaches the operator. `default`: nobody gave it, and this is what the operator takes then. */
export type ExplainedArgument = {
  readonly name: string;
  /** As written, on one line. */
  readonly value: string;
  /** What it comes to, where that is not what is written: a name's value, seconds. */
  readonly resolved?: string;
  readonly origin: Argument["origin"] | "default";
} & Partial<Range>;

/** A shell text that a task runs. */
export type ExplainedScript = {
  readonly argument: string;
  readonly place: string;
  readonly dialect: string;
  readonly errexit: boolean;
  readonly pipefail: boolean;
  readonly dynamic: boolean;
  readonly statements: readonly ExplainedStatement[];
};

/** One task. */
export type ExplainedTask = {
  readonly id?: string;
  readonly variable?: string;
  readonly operator: string;
  /** The newest spelling in the catalogue; absent when Tether does not know the class. */
  readonly known?: string;
  readonly provider?: string;
  readonly form: string;
  readonly mapped: boolean;
  readonly repeated: boolean;
  readonly dag?: string;
  readonly group?: string;
  readonly callable?: string;
  readonly arguments: readonly ExplainedArgument[];
  /** False when others may reach it (`**kwargs`, `default_args` that could not be followed). */
  readonly argumentsComplete: boolean;
  readonly scripts: readonly ExplainedScript[];
  /** For an operator that is no task: the tasks of this file whose code makes and runs it. */
  readonly runBy?: readonly string[];
} & Range;

/** A process or ssh call in code that tasks run. */
export type ExplainedCall = {
  readonly callee: string;
  readonly kind: string;
  readonly function?: string;
  readonly tasks: readonly string[];
  readonly command: readonly ExplainedStatement[];
  /** What becomes of the result, in words. */
  readonly result: readonly string[];
} & Range;

/** Everything Tether sees in one file. Lines and columns are 1-based, columns in Unicode characters. */
export type Explained = {
  readonly path: string;
  readonly airflow: { readonly version: string; readonly origin: string };
  readonly providers: Readonly<Record<string, string>>;
  readonly dags: readonly ({ readonly id?: string; readonly form: string } & Range)[];
  readonly groups: readonly ({ readonly id?: string; readonly parent?: string; readonly dag?: string } & Range)[];
  readonly tasks: readonly ExplainedTask[];
  /** Operators that the code of tasks makes and runs: `SSHOperator(…).execute(context)`. */
  readonly executed?: readonly ExplainedTask[];
  readonly edges: readonly ({ readonly from: string; readonly to: string; readonly form: string } & Range)[];
  /** False when some edge could not be followed. */
  readonly edgesComplete: boolean;
  readonly calls: readonly ExplainedCall[];
  /** Where the parser could not read. */
  readonly errors: readonly Range[];
};

/** How a task is called in lists: its id, else its variable, else its operator. */
/** Those of the file, and those that functions of other files make for its tasks. */
function dagsOf({ dags, tasks }: DagFile): readonly Dag[] {
  return [...new Set([...dags, ...tasks.flatMap(({ dag }) => dag ?? [])])];
}

function taskName(task: Task): string {
  return task.id ?? task.variable ?? `<${task.operator.name}>`;
}

/** Source text on one line, cut when it is long. */
function oneLine(text: string, width = 100): string {
  const flat = text.replaceAll(/\s*\n\s*/g, " ");
  return flat.length > width ? `${flat.slice(0, width - 1)}…` : flat;
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  const result: { [P in K]?: V } = {};
  if (value !== undefined) result[key] = value;
  return result;
}

function resolvedText(argument: Argument, written: string): string | undefined {
  const { resolved } = argument;
  const text =
    resolved.kind === "string"
      ? JSON.stringify(oneLine(resolved.folded.text))
      : resolved.kind === "number" || resolved.kind === "boolean"
        ? `${resolved.value}`
        : resolved.kind === "timedelta"
          ? resolved.seconds === undefined
            ? "a timedelta"
            : `${resolved.seconds} s`
          : resolved.kind === "none"
            ? "None"
            : resolved.kind === "unknown"
              ? "unknown"
              : undefined;
  // `.expand(command=[…])` gives each task another value.
  if (argument.origin === "expand") return undefined;
  const same = (a: string) => a.replaceAll(/["'\\]/g, "").toLowerCase();
  return text === undefined || same(text) === same(written) ? undefined : text;
}

/** Origin by origin as they take precedence, each as it is written. */
function inReadingOrder(found: readonly Argument[]): Argument[] {
  const origins = [...new Set(found.map((argument) => argument.origin))];
  return found.toSorted((a, b) => origins.indexOf(a.origin) - origins.indexOf(b.origin) || a.span.start - b.span.start);
}

function useText(use: Use, at: (span: Span) => string): string {
  const chain = use.path.map((part) => (part.startsWith("[") ? part : `.${part}`)).join("");
  if (use.kind === "method") return `${chain}() ${at(use.span)}`;
  if (use.kind === "attribute") return `${chain} ${at(use.span)}`;
  return `${chain}${chain === "" ? "" : " "}${use.kind === "argument" ? "passed on" : use.kind} ${at(use.span)}`;
}

function resultWords({ result }: RemoteCall, at: (span: Span) => string): string[] {
  if (result.discarded) return ["discarded"];
  const names = result.names.filter((name) => name !== undefined);
  return [
    ...(names.length > 0 ? [`bound to ${names.join(", ")}`] : []),
    ...(result.entered ? ["entered by with"] : []),
    ...result.uses.map((use) => useText(use, at)),
    ...(result.escapes ? ["leaves the function"] : []),
  ];
}

/** The model's plain form. `argumentsOf` answers the effective arguments of a task, `defaultsOf` what absent ones mean. */
export function explain(
  file: DagFile,
  path: string,
  argumentsOf: (task: Task) => { readonly found: readonly Argument[]; readonly complete: boolean },
  defaultsOf: (task: Task) => readonly { readonly name: string; readonly value: string }[],
): Explained {
  const places = new Places(file.text);
  const range = (span: Span) => places.range(span);
  const at = (span: Span) => `(line ${places.at(span.start).line})`;
  const providers = Object.entries(file.project.target.providers).flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version] as const],
  );
  const explainTask = (task: Task): ExplainedTask => {
    const { found, complete } = argumentsOf(task);
    return {
      ...given("id", task.id),
      ...given("variable", task.variable),
      operator: task.operator.name,
      ...given("known", task.operator.known?.fqcn),
      ...given("provider", task.operator.known?.provider),
      form: task.form,
      mapped: task.mapped,
      repeated: task.repeated,
      ...given("dag", task.dag?.id),
      ...given("group", task.group?.id),
      ...given("callable", task.callable?.name),
      ...range(task.span),
      arguments: [
        ...inReadingOrder(found).map((argument) => {
          const value = oneLine(file.text.slice(argument.value.span.start, argument.value.span.end));
          return {
            name: argument.name,
            value,
            ...given("resolved", resolvedText(argument, value)),
            origin: argument.origin,
            ...range(argument.span),
          };
        }),
        ...defaultsOf(task).map(({ name, value }) => ({ name, value, origin: "default" as const })),
      ],
      argumentsComplete: complete,
      scripts: task.scripts.map(({ argument, script }) => ({
        argument,
        place: script.place,
        dialect: script.dialect,
        errexit: script.errexit,
        pipefail: script.pipefail,
        dynamic: script.dynamic,
        statements: commandsOf(script),
      })),
      ...given("runBy", task.executedBy?.tasks.map(taskName)),
    };
  };
  return {
    path,
    airflow: { version: file.project.target.airflow, origin: file.project.target.origin },
    providers: Object.fromEntries(providers),
    dags: dagsOf(file).map((dag) => ({ ...given("id", dag.id), form: dag.form, ...range(dag.span) })),
    groups: file.groups.map((group) => ({
      ...given("id", group.id),
      ...given("parent", group.parent?.id),
      ...given("dag", group.dag?.id),
      ...range(group.span),
    })),
    tasks: file.tasks.map(explainTask),
    ...(file.executed.length > 0 ? { executed: file.executed.map(explainTask) } : {}),
    edges: file.edges.map((edge) => ({
      from: taskName(edge.from),
      to: taskName(edge.to),
      form: edge.form,
      ...range(edge.span),
    })),
    edgesComplete: file.edgesComplete,
    calls: file.calls.map((call) => ({
      callee: call.callee,
      kind: call.kind,
      ...given("function", call.function?.name),
      tasks: call.tasks.map(taskName),
      command:
        call.command === undefined ? [] : commandsOf("shell" in call.command ? call.command.shell : call.command.argv),
      result: resultWords(call, at),
      ...range(call.span),
    })),
    errors: file.errors.map(range),
  };
}
