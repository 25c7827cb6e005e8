import type { Paint } from "../paint.ts";
import type { Range } from "../place.ts";
import type { Explained, ExplainedCall, ExplainedTask } from "./model.ts";
import type { ExplainedStatement } from "./script.ts";

const originWords: Readonly<Record<string, string>> = {
  call: "call",
  override: ".override()",
  expand: ".expand()",
  partial: ".partial()",
  decorator: "decorator",
  class: "class",
  group: "default_args of the task group",
  default_args: "default_args of the DAG",
  default: "default of the operator",
};

function line(range: Partial<Range>): string {
  return range.start ? `line ${range.start.line}` : "";
}

function statements(list: readonly ExplainedStatement[], indent: string, pens: Paint): string {
  return list
    .map((one) => {
      const marks = [
        ...(one.wrappers ?? []).map((wrapper) => `in ${wrapper}`),
        ...(one.background ? ["background"] : []),
        ...(one.nested ? [one.nested] : []),
      ];
      const tail = marks.length > 0 ? `  ${pens.yellow(`[${marks.join("; ")}]`)}` : "";
      const head = one.kind === "command" ? one.text : pens.dim(one.text);
      return `${indent}${head}${tail}\n${statements(one.inside ?? [], `${indent}  `, pens)}`;
    })
    .join("");
}

function taskText(task: ExplainedTask, pens: Paint): string {
  const marks = [
    task.form === "taskflow" ? "TaskFlow" : "",
    task.mapped ? "mapped" : "",
    task.repeated ? "repeated" : "",
    task.group ? `in group ${task.group}` : "",
    task.callable ? `runs ${task.callable}()` : "",
  ].filter((mark) => mark !== "");
  const tail = marks.length > 0 ? `, ${marks.join(", ")}` : "";
  let text = `  ${pens.bold(task.id ?? task.variable ?? "(id unknown)")}  ${pens.cyan(task.operator)} ${pens.dim(`(${line(task)}${tail})`)}\n`;
  text += `    ${pens.dim(task.known ? `${task.known} of ${task.provider}` : "not in the catalogue")}\n`;
  const width = Math.max(0, ...task.arguments.map(({ name }) => name.length));
  for (const argument of task.arguments) {
    const resolved = argument.resolved ? pens.dim(` = ${argument.resolved}`) : "";
    const where = [originWords[argument.origin] ?? argument.origin, line(argument)].filter((one) => one !== "");
    text += `    ${argument.name.padEnd(width)}  ${argument.value}${resolved}  ${pens.dim(`← ${where.join(", ")}`)}\n`;
  }
  if (task.runBy) text += `    run by: ${task.runBy.length > 0 ? task.runBy.join(", ") : "no task of this file"}\n`;
  if (!task.argumentsComplete) text += `    ${pens.yellow("and arguments that could not be followed")}\n`;
  for (const script of task.scripts) {
    const facts = [
      script.place,
      script.dialect === "unknown" ? "the login shell" : script.dialect,
      ...(script.errexit ? ["set -e"] : []),
      ...(script.pipefail ? ["pipefail"] : []),
      ...(script.dynamic ? ["partly unknown"] : []),
    ];
    text += `    ${pens.dim(`shell of ${script.argument} (${facts.join(", ")})`)}\n`;
    text += statements(script.statements, "      ", pens);
  }
  return text;
}

function callText(call: ExplainedCall, pens: Paint): string {
  const where = [line(call), call.function ? `in ${call.function}()` : ""].filter((one) => one !== "").join(", ");
  let text = `  ${pens.bold(call.callee)} ${pens.dim(`(${where})`)}\n`;
  text += statements(call.command, "    ", pens);
  text += `    result: ${call.result.length > 0 ? call.result.join(", ") : "unused"}\n`;
  text += `    run by: ${call.tasks.length > 0 ? call.tasks.join(", ") : "no task of this file"}\n`;
  return text;
}

/** The model for people. */
export function explainedText(explained: Explained, pens: Paint): string {
  const { version, origin } = explained.airflow;
  let text = `${pens.bold(explained.path)}  ${pens.dim(`Airflow ${version} (${origin === "default" ? "assumed: nothing in the project says which" : `known from: ${origin}`})`)}\n`;
  for (const [name, provider] of Object.entries(explained.providers)) text += `  ${pens.dim(`${name} ${provider}`)}\n`;

  const owners = [...explained.dags.map((dag) => dag.id), undefined];
  const seen = new Set<string | undefined>();
  for (const id of owners) {
    if (seen.has(id)) continue;
    seen.add(id);
    const tasks = explained.tasks.filter((task) => task.dag === id);
    const dag = explained.dags.find((one) => one.id === id);
    if (!dag && tasks.length === 0) continue;
    text += `\n${dag ? `DAG ${pens.bold(id ?? "(id unknown)")} ${pens.dim(`(${dag.form}, ${line(dag)})`)}` : "Tasks without a DAG in this file"}\n`;
    for (const group of explained.groups.filter((one) => one.dag === id)) {
      const parent = group.parent ? `, in ${group.parent}` : "";
      text += `  ${pens.dim(`group ${group.id ?? "(id unknown)"} (${line(group)}${parent})`)}\n`;
    }
    for (const task of tasks) text += taskText(task, pens);
  }
  if (explained.edges.length > 0 || !explained.edgesComplete) {
    text += `\nEdges${explained.edgesComplete ? "" : " (some could not be followed)"}\n`;
    for (const edge of explained.edges) {
      text += `  ${edge.from} → ${edge.to}  ${pens.dim(`${edge.form}, ${line(edge)}`)}\n`;
    }
  }
  if (explained.executed) {
    text += "\nOperators that code runs\n";
    for (const one of explained.executed) text += taskText(one, pens);
  }
  if (explained.calls.length > 0) {
    text += "\nCalls\n";
    for (const call of explained.calls) text += callText(call, pens);
  }
  for (const error of explained.errors) {
    text += `\n${pens.yellow("not readable")} at ${error.start.line}:${error.start.column}\n`;
  }
  return text;
}
