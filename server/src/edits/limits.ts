/** Fixes that write a time limit. */
import { type LateBound, limitedBy } from "../airflow/bounds.ts";
import type { Dag, DagFile, Task } from "../airflow/dagfile.ts";
import type { Limit } from "../airflow/target.ts";
import { keyword } from "../syntax/python.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { setDefaultArguments } from "./arguments.ts";
import { durationText, secondsText } from "./durations.ts";
import { withImports } from "./imports.ts";
import { setTaskArguments } from "./task.ts";

/** How long a limit is, for titles and messages: `1 h`, `10 min`, `90 s`. */
export function shownSeconds(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

/** When a limit that comes late ends a task: `the task's execution_timeout ends the task after 6 h`. */
export function shownBound({ by, seconds, byDefault }: LateBound): string {
  return `${by} ends the task after ${shownSeconds(seconds)}${byDefault ? " by default" : ""}`;
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

/** Adds `execution_timeout` to a task; where code runs the operator, to the one task that does. */
export function executionTimeoutFix(file: DagFile, runner: Task): Fix | undefined {
  const task = limitedBy(runner);
  if (!task) return undefined;
  const limit = file.project.limits.executionTimeout;
  const duration = durationText(file, limit.seconds);
  const edits =
    duration && setTaskArguments(file, task, [{ name: "execution_timeout", text: duration.text }], duration.needs);
  return limitFix(`Add execution_timeout (${shownSeconds(limit.seconds)})`, limit, "execution-timeout", edits);
}

/**
 * Adds `execution_timeout` to the `default_args` of a DAG for those of its tasks that lack one; undefined where the DAG
 * has no such dict of its own that can be written.
 */
export function defaultExecutionTimeoutFix(file: DagFile, dag: Dag, lacking: readonly Task[]): Fix | undefined {
  const { call } = dag;
  const given = call && keyword(call, "default_args")?.value;
  // Other DAGs may share what is only named here.
  if (!call || (given?.kind === "name" && file.dags.length > 1)) return undefined;
  const limit = file.project.limits.executionTimeout;
  const duration = durationText(file, limit.seconds);
  const entries = duration && setDefaultArguments(file, call, [{ name: "execution_timeout", text: duration.text }]);
  const edits = duration && withImports(file, entries, duration.needs);
  const title = `Add execution_timeout (${shownSeconds(limit.seconds)}) to the DAG's default_args`;
  const fix = limitFix(title, limit, "execution-timeout", edits);
  const reachesOthers = file.tasks.some((one) => one.dag === dag && !lacking.includes(one));
  if (!fix || !reachesOthers) return fix;
  const why = "every task of the DAG without a limit of its own gets it, its sensors too";
  return { ...fix, safety: "unsafe", why: fix.safety === "unsafe" ? `${why}; ${fix.why}` : why };
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
