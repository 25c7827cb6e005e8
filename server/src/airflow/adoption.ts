/** DAGs that take a task which was made without one. */
import { Kept } from "../syntax/kept.ts";
import type { Dag, DagFile, Task } from "./dagfile.ts";

const adopters = new Kept(adopted);

/** The task's own DAG, or the one that it joined by an edge: Airflow gives a task without a DAG that of its neighbour (`_set_relatives`). */
export function dagOf(file: DagFile, task: Task): Dag | undefined {
  if (task.dag || !task.dagless) return task.dag;
  return adopters.of(file).get(task);
}

function adopted({ tasks, edges }: DagFile): ReadonlyMap<Task, Dag> {
  const dags = new Map<Task, Dag>();
  const of = (task: Task): Dag | undefined => task.dag ?? dags.get(task);
  if (!tasks.some((one) => one.dagless)) return dags;
  let grown = true;
  while (grown) {
    grown = false;
    for (const { from, to } of edges) {
      const dag = of(from) ?? of(to);
      for (const one of [from, to]) {
        if (!dag || of(one) || !one.dagless) continue;
        dags.set(one, dag);
        grown = true;
      }
    }
  }
  return dags;
}
