import { resolve } from "node:path";
import { argumentsOf } from "../airflow/arguments.ts";
import { hasParameter, parameterDefault } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { Default } from "../catalog/operator.ts";
import { ensureGrammars } from "../engine/grammars.ts";
import { pipeline } from "../engine/pipeline.ts";
import { readSource } from "../engine/read.ts";
import { describeProblem, loadSettings } from "../engine/settings.ts";
import { SourceFiles } from "../engine/sources.ts";
import { projectRoots } from "./check-files.ts";
import { type Command, commonOptions, parse, UsageError } from "./command.ts";
import { explain } from "./explain/model.ts";
import { explainedText } from "./explain/text.ts";
import { paint } from "./paint.ts";
import { shownPath } from "./place.ts";
import { exit } from "./terminal.ts";

const options = {
  "output-format": { type: "string", value: "FORMAT", help: "text or json; text by default." },
  config: { type: "string", value: "FILE", help: "Read this tether.toml or pyproject.toml, and no other." },
  ...commonOptions,
} as const;

/** The parameters whose absence matters: how long a task may take, and whether anybody waits. */
const telling = [
  "execution_timeout",
  "timeout",
  "cmd_timeout",
  "conn_timeout",
  "retries",
  "deferrable",
  "wait_for_completion",
  "wait_for_termination",
  "wait_until_job_complete",
  "wait_until_finished",
  "asynchronous",
  "poke_interval",
  "polling_interval",
  "poll_interval",
  "mode",
  "soft_fail",
  "allowed_states",
  "failed_states",
  "get_pty",
  "cleanup",
  "reattach",
  "reattach_on_restart",
  "cancel_on_kill",
  "stop_job_run_on_kill",
];

function written(value: Default): string | undefined {
  if (value.kind === "required") return undefined;
  if (value.kind === "expression") return value.text;
  if (value.value === null) return "None";
  if (typeof value.value === "boolean") return value.value ? "True" : "False";
  return typeof value.value === "string" ? JSON.stringify(value.value) : `${value.value}`;
}

/** Airflow hands an operator only those `default_args` that it has a parameter for. */
function effectiveArguments(file: DagFile, task: Task): ReturnType<typeof argumentsOf> {
  const { found, complete } = argumentsOf(file, task);
  const { known } = task.operator;
  const taken = found.filter(
    ({ origin, name }) =>
      !known || (origin !== "default_args" && origin !== "group") || hasParameter(file.project, known, name),
  );
  return { found: taken, complete };
}

function absentArguments(file: DagFile, task: Task): { name: string; value: string }[] {
  const { found, complete } = argumentsOf(file, task);
  const { known } = task.operator;
  // What might be given after all has no default to show.
  if (!known || !complete) return [];
  return telling.flatMap((name) => {
    if (found.some((argument) => argument.name === name)) return [];
    const value = parameterDefault(file.project, task, name);
    const text = value && written(value);
    return text === undefined ? [] : [{ name, value: text }];
  });
}

/** `tether explain-file FILE` */
export const explainFile: Command = {
  name: "explain-file",
  operands: "FILE",
  summary: "Show what Tether understands of a DAG file.",
  details:
    "DAGs, task groups, tasks with each effective argument and where it comes from, shell texts, edges and calls.",
  options,
  async run(words, terminal) {
    const { values, positionals } = parse({ args: [...words], options, allowPositionals: true });
    const format = values["output-format"] ?? "text";
    if (format !== "text" && format !== "json") {
      throw new UsageError(`--output-format takes text or json, not "${format}"`);
    }
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new UsageError("name one file");
    const path = resolve(terminal.cwd, name);
    const read = readSource(path);
    if ("finding" in read) {
      terminal.err(`tether: ${name}: ${read.finding.message}\n`);
      return exit.error;
    }
    const config = values.config === undefined ? undefined : resolve(terminal.cwd, values.config);
    const { settings, problems } = loadSettings(resolve(path, ".."), { config });
    await ensureGrammars();
    const sources = new SourceFiles({ roots: projectRoots([], terminal.cwd) });
    const file = pipeline.build(read.source, settings.project, sources.around(path, settings), []);
    const explained = explain(
      file,
      shownPath(terminal.cwd, path),
      (task) => effectiveArguments(file, task),
      (task) => absentArguments(file, task),
    );
    terminal.out(
      format === "json"
        ? `${JSON.stringify(explained, undefined, 2)}\n`
        : explainedText(explained, paint(terminal.colors)),
    );
    for (const problem of problems) terminal.err(`tether: ${describeProblem(problem)}\n`);
    return problems.length > 0 ? exit.error : exit.clean;
  },
};
