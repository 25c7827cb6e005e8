import { argument } from "../../server/src/airflow/arguments.ts";
import { build } from "../../server/src/airflow/build.ts";
import type { DagFile, Task } from "../../server/src/airflow/dagfile.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";

/** A DAG file as the model reads it; its Python must be right. */
export function read(text: string): DagFile {
  const file = build({ path: "dags/x.py", text }, unknownProject);
  if (file.errors.length > 0) throw new Error(`does not parse:\n${text}`);
  return file;
}

/** The only task of that id. */
export function taskOf(file: DagFile, id: string): Task {
  const found = file.tasks.filter((one) => one.id === id);
  const [task] = found;
  if (!task || found.length > 1) throw new Error(`${found.length} tasks ${id} of ${file.tasks.map((one) => one.id)}`);
  return task;
}

/** `partial 60`, `default_args unknown`, `absent`, `unknown`: where an argument comes from and what is known of it. */
export function shownArgument(file: DagFile, task: Task, name: string): string {
  const found = argument(file, task, name);
  if (typeof found === "string") return found;
  const { resolved } = found;
  const value =
    resolved.kind === "number" || resolved.kind === "boolean"
      ? `${resolved.value}`
      : resolved.kind === "string"
        ? resolved.folded.text
        : resolved.kind === "timedelta"
          ? `${resolved.seconds} s`
          : resolved.kind;
  return `${found.origin} ${value}`;
}

/** `a>b` for every edge that makes one task run after another, each once, sorted. */
export function edgesOf(file: DagFile): string[] {
  const shown = (task: Task): string => task.id ?? task.variable ?? "?";
  return [...new Set(file.edges.map((one) => `${shown(one.from)}>${shown(one.to)}`))].sort();
}
