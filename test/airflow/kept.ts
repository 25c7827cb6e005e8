/** What a fix must leave as it was: the order of the tasks, and every argument that it does not speak of. */
import type { ImportedDag, ImportedTask } from "./environment.ts";

/**
 * How the order of the tasks is another one than the fix may make it, in sentences. Without `ordering` old tasks run
 * after the same old tasks as before, at once or behind new ones; a fix that is for their order may add to that.
 */
export function changedOrder(before: ImportedDag, after: ImportedDag, ordering: boolean): string[] {
  const old = new Set(before.tasks.map(({ task_id }) => task_id));
  const wrong: string[] = [];
  const followers = new Map(after.tasks.map((one) => [one.task_id, one.downstream]));
  // The old tasks that run next, behind any number of new ones.
  const nextOld = (id: string, passed = new Set<string>()): Set<string> => {
    const found = new Set<string>();
    for (const one of followers.get(id) ?? []) {
      if (old.has(one)) found.add(one);
      else if (!passed.has(one)) for (const further of nextOld(one, passed.add(one))) found.add(further);
    }
    return found;
  };

  for (const { task_id, downstream } of before.tasks) {
    if (!followers.has(task_id)) continue;
    const next = nextOld(task_id);
    for (const one of downstream) if (!next.has(one)) wrong.push(`${one} does not run after ${task_id} any more`);
    for (const one of ordering ? [] : next)
      if (!downstream.includes(one)) wrong.push(`${one} now runs after ${task_id}`);
  }

  const origins = new Map<string, Set<string>>();
  const spread = (origin: string, id: string): void => {
    for (const one of followers.get(id) ?? []) {
      const known = origins.get(one) ?? new Set();
      if (old.has(one) || known.has(origin)) continue;
      origins.set(one, known.add(origin));
      spread(origin, one);
    }
  };
  for (const id of old) spread(id, id);
  for (const { task_id } of after.tasks) {
    if (old.has(task_id)) continue;
    const own = before.tasks.filter((one) => origins.get(task_id)?.has(one.task_id));
    if (own.length === 0) wrong.push(`the new task ${task_id} runs after no other`);
    const next = nextOld(task_id);
    for (const origin of own)
      for (const one of origin.downstream)
        if (!next.has(one)) wrong.push(`${one} does not wait for ${task_id}, which runs after ${origin.task_id}`);
  }
  return wrong;
}

/** What differs though no changed line speaks of it, in sentences. */
export function changedArguments(before: ImportedDag, after: ImportedDag, changed: ChangedLines): string[] {
  const wrong: string[] = [];
  if (before.dagrun_timeout !== after.dagrun_timeout && !names(changed, "dagrun_timeout"))
    wrong.push(`the DAG ${before.dag_id} has another dagrun_timeout`);
  for (const task of before.tasks) {
    const now = after.tasks.find(({ task_id }) => task_id === task.task_id);
    if (!now) continue;
    if (now.mapped !== task.mapped) wrong.push(`${task.task_id} is ${now.mapped ? "now" : "no longer"} mapped`);
    for (const name of new Set([...Object.keys(task.given), ...Object.keys(now.given)]))
      if (differs(task, now, name, changed)) {
        const shown = ({ given }: ImportedTask) => (name in given ? JSON.stringify(given[name]) : "not given");
        wrong.push(`${task.task_id} has another ${name}: ${shown(task)} became ${shown(now)}`);
      }
  }
  return wrong;
}

function differs(before: ImportedTask, after: ImportedTask, name: string, changed: ChangedLines): boolean {
  const [old, now] = [before.given[name], after.given[name]].map((one) =>
    typeof one === "string" ? one : (JSON.stringify(one) ?? ""),
  );
  if (old === undefined || now === undefined || old === now || names(changed, name)) return false;
  // The new operator does not know what default_args still say.
  if (before.class !== after.class && !(name in after.given)) return false;
  // A text may stand in a constant: the lines that came and went hold the words where it differs.
  let same = 0;
  while (same < old.length && old[same] === now[same]) same++;
  const last = /\S+\s*$/.exec(now.slice(0, same))?.[0].trim() ?? "";
  const isThere = (lines: readonly string[], rest: string) => {
    const first = /\S+/.exec(rest)?.[0] ?? "";
    return lines.some((line) => (last !== "" && line.includes(last)) || (first !== "" && line.includes(first)));
  };
  return !(isThere(changed.added, now.slice(same)) || isThere(changed.removed, old.slice(same)));
}

function names({ added, removed }: ChangedLines, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return [...added, ...removed].some((line) => word.test(line));
}

/** The lines that one text has and the other has not, or not as often. */
export type ChangedLines = { readonly added: readonly string[]; readonly removed: readonly string[] };

export function changedLines(before: string, after: string): ChangedLines {
  return { added: without(after, before), removed: without(before, after) };
}

function without(text: string, other: string): string[] {
  const left = other.split("\n");
  return text.split("\n").filter((line) => {
    const same = left.indexOf(line);
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
}
