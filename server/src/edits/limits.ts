/** Fixes that write a time limit. */
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { Limit } from "../airflow/target.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { durationText, secondsText } from "./durations.ts";
import { setTaskArguments } from "./task.ts";

/** How long a limit is, for titles and messages: `1 h`, `10 min`, `90 s`. */
export function shownSeconds(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

/** The options of `[tool.tether.limits]`, and what happens to work that takes longer than the number they give. */
const exceeded = {
  "execution-timeout": "a longer run would be stopped",
  "command-timeout": "a longer silence would fail the task",
  "remote-job-timeout": "a longer job would fail the task, and run on",
  "sensor-timeout": "a longer wait would fail the task",
  "subprocess-timeout": "a longer run would fail the task",
  "request-timeout": "a server that is silent for longer would fail the task",
} as const;

/** An option of `[tool.tether.limits]`. */
export type LimitOption = keyof typeof exceeded;

/** A fix that writes a limit: safe when the project's configuration gives the number, else it is our proposal. */
export function limitFix(
  title: string,
  limit: Limit,
  setting: LimitOption,
  edits: readonly Edit[] | undefined,
): Fix | undefined {
  if (!edits || edits.length === 0) return undefined;
  if (limit.configured) return { title, edits, safety: "safe" };
  return {
    title,
    edits,
    safety: "unsafe",
    why: `${shownSeconds(limit.seconds)} is Tether's proposal, and ${exceeded[setting]}; set \`${setting}\` in [tool.tether.limits] to make it yours`,
  };
}

/** Adds `execution_timeout` to a task. */
export function executionTimeoutFix(file: DagFile, task: Task): Fix | undefined {
  const limit = file.project.limits.executionTimeout;
  const duration = durationText(file, limit.seconds);
  const edits =
    duration && setTaskArguments(file, task, [{ name: "execution_timeout", text: duration.text }], duration.needs);
  return limitFix(`Add execution_timeout (${shownSeconds(limit.seconds)})`, limit, "execution-timeout", edits);
}

/** Adds a keyword that holds seconds. */
export function secondsFix(
  file: DagFile,
  task: Task,
  name: string,
  limit: Limit,
  setting: LimitOption,
): Fix | undefined {
  const edits = setTaskArguments(file, task, [{ name, text: secondsText(limit.seconds) }]);
  return limitFix(`Add ${name} (${shownSeconds(limit.seconds)})`, limit, setting, edits);
}
