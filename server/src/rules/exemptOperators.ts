import type { Task } from "../airflow/dagfile.ts";

/** Whether the task's class, or one that it descends from as far as the file shows, is among those that the project names. */
export function isExempt({ operator }: Task, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const classes = [operator.name, ...operator.subclasses.map((one) => one.name), operator.known?.name];
  return classes.some((one) => one !== undefined && names.includes(one.split(".").at(-1) ?? one));
}
