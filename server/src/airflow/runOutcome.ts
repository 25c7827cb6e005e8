/** How the end of a DAG run follows from its tasks: from those that nothing runs after. */
import { behaviourOf } from "../catalog/behaviour.ts";
import { walkStatements } from "../syntax/traverse.ts";
import { slice } from "../text/span.ts";
import { holdsAny } from "../text/words.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { edgesFrom, followersOf } from "./edges.ts";
import { isA, isSensor, operators, tellsPeople } from "./kinds.ts";
import { isMarker } from "./markers.ts";
import { remoteProgram, remoteWork } from "./remote.ts";
import { hiddenFollowers } from "./sight.ts";
import { isTeardown, triggerRuleOf } from "./triggerRules.ts";

/** A task that runs whatever became of those before it, and by which alone the run ends well or not. */
export type Masking = {
  /** The last task, or one that only harmless tasks run after. */
  readonly at: Task;
  /** Whether nothing runs after it. */
  readonly last: boolean;
  /** Its trigger rule: `all_done`, `always`. */
  readonly rule: string;
  /** Remote work before it whose failure the run does not show, the nearest first. */
  readonly masked: readonly Task[];
};

/** Rules that let a task run whatever became of those before it; `dummy` is the old name of `always`. */
const heedless = new Set(["all_done", "always", "dummy"]);

const linksAll =
  /\b(?:tasks|task_dict|leaves|roots)\b[^\n=]*>>|\bset_(?:up|down)stream\([^\n)]*\.(?:tasks|leaves|roots)\b|\bwatcher\b/;

/** The tasks of a file that make a run with failed remote work end as success. A teardown is no leaf. */
export function maskingTasks(file: DagFile): readonly Masking[] {
  const found = new Map<Task, { rule: string; masked: Task[] }>();
  if (!holdsAny(file.text, ["rigger_rule", "TriggerRule", "TRIGGER_RULE"])) return [];
  // list(dag.tasks) >> watcher(): any task may have a follower that is not seen.
  if (file.openEdges.some((one) => !one.beforeComplete) || linksAll.test(file.text)) return [];
  for (const task of file.tasks) {
    if (!doesRemoteWork(file, task) || isTeardown(file, task) || hiddenFollowers(file, task)) continue;
    const leaves = leavesBehind(file, task);
    const cuts = leaves.map((one) => cutsBefore(file, task, one));
    if (leaves.length === 0 || cuts.some((one) => one.length === 0)) continue;
    for (const cut of new Set(cuts.flat())) {
      const own = found.get(cut) ?? { rule: triggerRuleOf(file, cut), masked: [] };
      own.masked.push(task);
      found.set(cut, own);
    }
  }
  return [...found].map(([at, { rule, masked }]) => ({
    at,
    last: edgesFrom(file.edges, at).every(({ to }) => isTeardown(file, to)),
    rule,
    masked: nearestFirst(file, at, masked),
  }));
}

/**
 * The tasks between `task` and the leaf, the leaf included, that run whatever became of it, where each way to the leaf
 * has one and what runs behind them depends on them alone; empty: the failure of `task` may reach the leaf, or another
 * task make the run fail.
 */
function cutsBefore(file: DagFile, task: Task, leaf: Task): readonly Task[] {
  const behind = followersOf(file.edges, task);
  const cuts = new Set<Task>();
  const passed = new Set<Task>([leaf]);
  for (const one of passed) {
    if (heedless.has(triggerRuleOf(file, one))) {
      if (mayFail(file, one)) return [];
      cuts.add(one);
      continue;
    }
    const before = file.edges.filter(({ to }) => to === one).map(({ from }) => from);
    if (before.includes(task) || !isHarmless(file, one, before)) return [];
    for (const each of before) if (behind.has(each)) passed.add(each);
  }
  return [...cuts];
}

/** Whether a task behind others fails, if at all, by what these did: it waits for their clean-up, or marks a place. */
function isHarmless(file: DagFile, task: Task, before: readonly Task[]): boolean {
  if (triggerRuleOf(file, task) !== "all_success" || isTeardown(file, task)) return false;
  if (isSensor(task)) return before.some((one) => heedless.has(triggerRuleOf(file, one)) && watchesWorkOf(task, one));
  return isMarker(task) || tellsPeople(task);
}

/** Whether the sensor is the one that the catalogue names for what the operator starts. */
function watchesWorkOf({ operator }: Task, started: Task): boolean {
  const behaviour = started.operator.known && behaviourOf(started.operator.known);
  return behaviour?.sensor !== undefined && behaviour.sensor.class === operator.known?.fqcn;
}

function nearestFirst(file: DagFile, leaf: Task, masked: readonly Task[]): readonly Task[] {
  const steps = stepsBefore(file, leaf);
  const away = (one: Task): number => steps.get(one) ?? Number.POSITIVE_INFINITY;
  const sorted = masked.toSorted((a, b) => away(a) - away(b));
  const [nearest] = sorted;
  // Work that starts where an earlier task has laid the ground fails itself without it.
  const needsGround = leaf.scripts.some((one) => entersFolder.test(one.script.folded.text));
  return nearest && needsGround ? sorted.filter((one) => away(one) === away(nearest)) : sorted;
}

/** set -e … cd /work/{{ ds }} */
const entersFolder = /\bset\s+-\w*e[\s\S]*\bcd\s/;

/** How many edges each task before the leaf is away from it, at the least. */
function stepsBefore(file: DagFile, leaf: Task): ReadonlyMap<Task, number> {
  const steps = new Map<Task, number>([[leaf, 0]]);
  for (const [one, away] of steps) {
    for (const { from, to } of file.edges) if (to === one && !steps.has(from)) steps.set(from, away + 1);
  }
  return steps;
}

/** The tasks behind this one that decide how the run ends; none when it is one itself. */
function leavesBehind(file: DagFile, task: Task): readonly Task[] {
  const counts = (one: Task): boolean => !isTeardown(file, one);
  const isLeaf = (one: Task): boolean => !edgesFrom(file.edges, one).some(({ to }) => counts(to));
  if (isLeaf(task)) return [];
  return [...followersOf(file.edges, task)].filter((one) => counts(one) && isLeaf(one));
}

/** Whether the leaf looks at what became of the others, or fails by itself: a watcher, a summary that raises. */
function mayFail(file: DagFile, leaf: Task): boolean {
  if (isSensor(leaf) || leaf.operator.subclasses.length > 0 || !leaf.operator.known) return true;
  if (
    leaf.scripts.some((one) =>
      /\bexit\s+(?:[1-9]|\$)|\bfalse\b|\{\{[^}]*(?:get_task_instance|\.state)/.test(one.script.folded.text),
    )
  )
    return true;
  if (leaf.form !== "taskflow" && !isA(leaf, operators.python)) return false;
  const { callable } = leaf;
  if (!callable) return true;
  let raises = /get_task_instances?\b|\.state\b|current_state|sys\.exit|\bassert\b|\bfail\(/.test(
    slice(file.text, callable.span),
  );
  walkStatements(callable.body, (one) => {
    if (one.kind === "raise") raises = true;
    return true;
  });
  return raises;
}

const local =
  /^apache-airflow(?:-providers-(?:standard|smtp|slack|discord|telegram|opsgenie|pagerduty|common-.*|openlineage))?$/;

/** Whether its failure is that of work on another machine or service. */
export function doesRemoteWork(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  if (known?.kind !== "operator") return false;
  if (remoteWork(file, task) !== undefined || isA(task, operators.triggerDagRun)) return true;
  if (isA(task, operators.bash)) return task.scripts.some((one) => remoteProgram(one.script) !== undefined);
  if (task.form === "taskflow") return false;
  return !local.test(known.provider);
}
