/** Runs all stories in one Airflow, before and after their fix, side by side, and gives what was seen. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lint } from "../../../server/src/engine/lint.ts";
import { loadSettings } from "../../../server/src/engine/settings.ts";
import { applyEdits } from "../../../server/src/text/edit.ts";
import type { Environment } from "../environment.ts";
import { Deployment, type States, type TaskState } from "./deployment.ts";
import { Livy } from "./livy.ts";
import type { Proof, Proofs, Told } from "./outcome.ts";
import { RemoteHost } from "./remoteHost.ts";
import { type Story, stories } from "./stories.ts";

/** No story takes longer. */
const deadline = 480;
const batchSeconds = 8;
/** Milliseconds that a story is left alone before it is disturbed, and after its task has ended. */
const settling = 8000;
/** The same for a task that was marked: its process learns of it by a heartbeat, and gets time to end. */
const marked = 30_000;

/** One DAG of a story. */
type Variant = {
  readonly story: Story;
  readonly name: string;
  /** Milliseconds since 1970. */
  disturbedAt: number | undefined;
  /** When the task was first seen to have ended. */
  endedAt: number | undefined;
  atOnce: number;
  told: Told | undefined;
};

/** Rejects when Airflow does not start, when a fix is not offered, or when a story does not come to an end. */
export async function tellStories(environment: Environment, only: readonly string[] = []): Promise<Proofs> {
  const place = mkdtempSync(join(tmpdir(), "tether-stories-"));
  const told = stories.filter(({ id }) => only.length === 0 || only.includes(id));
  const names = told.flatMap(({ id }) => [`${id}_before`, `${id}_after`]);
  const host = await RemoteHost.start(place, names);
  const livy = await Livy.start(batchSeconds);
  const texts = told.map((story) => ({ story, ...textsOf(story, host.job, place, environment.airflow) }));
  const variants: Variant[] = texts.flatMap(({ story }) =>
    ["before", "after"].map((which) => ({
      story,
      name: `${story.id}_${which}`,
      disturbedAt: undefined,
      endedAt: undefined,
      atOnce: 0,
      told: undefined,
    })),
  );
  let deployment: Deployment | undefined;
  try {
    deployment = await Deployment.start(
      environment,
      join(place, "airflow"),
      host,
      connections(host, livy, names),
      (folder) => {
        for (const { story, before, after } of texts) {
          writeFileSync(join(folder, `${story.id}_before.py`), before);
          writeFileSync(join(folder, `${story.id}_after.py`), after);
        }
      },
    );
    await watch(deployment, host, livy, variants);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${environment.name}: ${reason}\n${deployment?.logs() ?? ""}`);
  } finally {
    await deployment?.stop();
    await host.stop(names);
    livy.stop();
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
  return {
    airflow: environment.airflow,
    providers: providersOf(environment),
    proofs: texts.map(({ story, title }): Proof => {
      const [before, after] = variants.filter((one) => one.story === story).map((one) => one.told);
      if (!before || !after) throw new Error(`${story.id} has no end`);
      return { story: story.id, fix: title, before, after };
    }),
  };
}

/** The DAG file with the fault, and what the fix makes of it. */
function textsOf(story: Story, job: string, place: string, airflow: string) {
  const write = (name: string): string =>
    story.dag({ name, fragile: name, job: (seconds, status) => `${job} ${name} ${seconds} ${status}` });
  writeFileSync(join(place, "tether.toml"), story.toml ?? "");
  const { settings, problems } = loadSettings(place, { select: [story.rule], airflowVersion: airflow });
  if (problems[0]) throw new Error(`${story.id}: ${problems[0].message}`);
  const text = write(`${story.id}_after`);
  const path = join(place, `${story.id}.py`);
  const fixes = lint({ path, text }, settings).findings.flatMap((finding) => finding.fixes);
  const fix = fixes.find(({ title }) => title.includes(story.fix));
  const after = fix && applyEdits(text, fix.edits);
  if (after === undefined)
    throw new Error(`${story.rule} does not offer "${story.fix}" but ${fixes.map(({ title }) => title).join(", ")}`);
  return {
    before: write(`${story.id}_before`),
    after: forOurHost(after, `${story.id}_after`),
    title: fix?.title ?? "",
  };
}

/** A fix cannot know the connection id that stands for a host. */
function forOurHost(text: string, name: string): string {
  return text.replaceAll(/ssh_conn_id="(?!edge")\w+"/g, `ssh_conn_id="${name}"`);
}

function connections(host: RemoteHost, livy: Livy, names: readonly string[]): Record<string, string> {
  const ssh = (port: number): string =>
    JSON.stringify({
      conn_type: "ssh",
      host: "127.0.0.1",
      port,
      login: host.user,
      // A machine at its limits answers late.
      extra: { key_file: host.keyFile, no_host_key_check: true, banner_timeout: 120, conn_timeout: 60 },
    });
  return {
    edge: ssh(host.port),
    ...Object.fromEntries(names.map((name) => [name, ssh(host.fragilePort(name))])),
    livy: JSON.stringify({ conn_type: "livy", host: "127.0.0.1", port: livy.port, schema: "http" }),
  };
}

const ended = new Set(["success", "failed", "skipped", "upstream_failed"]);

async function watch(
  deployment: Deployment,
  host: RemoteHost,
  livy: Livy,
  variants: readonly Variant[],
): Promise<void> {
  const end = Date.now() + deadline * 1000;
  for (;;) {
    const states = await deployment.states();
    const [broken] = states.broken;
    if (broken) throw new Error(`${broken.file} does not import:\n${broken.error}`);
    for (const variant of variants) {
      if (!variant.told) await look(deployment, host, livy, variant, states);
    }
    const open = variants.filter((one) => !one.told);
    if (open.length === 0) return;
    if (Date.now() > end) {
      const shown = states.tasks.map(({ dag_id, task_id, state }) => `${dag_id}.${task_id}: ${state}`).join("\n");
      throw new Error(`${open.map(({ name }) => name).join(", ")}: no end after ${deadline} s\n${shown}`);
    }
    await pause(500);
  }
}

async function look(
  deployment: Deployment,
  host: RemoteHost,
  livy: Livy,
  variant: Variant,
  states: States,
): Promise<void> {
  const { story, name } = variant;
  const task = states.tasks.find((one) => one.dag_id === name && one.task_id === "load");
  const trace = host.trace(name);
  variant.atOnce = Math.max(variant.atOnce, trace.running);
  if (!task?.state) return;
  const works = task.state === "running" || task.state === "deferred";
  // In its first seconds a task may not have handed its job over yet.
  const underWay = trace.running > 0 && Date.now() - (trace.startedAt ?? Number.POSITIVE_INFINITY) > settling;
  if (story.disturbance && variant.disturbedAt === undefined && underWay && works) {
    variant.disturbedAt = Date.now();
    await disturb(story.disturbance, deployment, host, task);
  }
  if (!ended.has(task.state)) return;
  if (story.disturbance && variant.disturbedAt === undefined)
    throw new Error(`${name} is ${task.state} before its story began:\n${deployment.taskLog(name)}`);
  variant.endedAt ??= Date.now();
  if (Date.now() - variant.endedAt < (story.disturbance === "mark-failed" ? marked : settling)) return;
  const failedAt = failureOf(story, name, states, host, livy);
  if (story.expected === "failed" && story.waitsFor !== "job" && failedAt === undefined) return;
  const taskEnd = timeOf(task.end_date) ?? variant.endedAt;
  variant.told = {
    state: task.state,
    aliveAfter: story.waitsFor === "job" ? trace.running > 0 : null,
    copies: trace.started,
    atOnce: variant.atOnce,
    noticed:
      task.state === "success" || failedAt === undefined ? null : Math.max(0, Math.round((taskEnd - failedAt) / 1000)),
  };
}

/** When that failed which the task ought to tell of, in milliseconds since 1970; undefined when nothing has. */
function failureOf(
  { waitsFor, expected }: Story,
  name: string,
  states: States,
  host: RemoteHost,
  livy: Livy,
): number | undefined {
  if (expected !== "failed") return undefined;
  if (waitsFor === "batch") return livy.endOf(name);
  return waitsFor === "dag" ? endOf(states, `${name}_other`) : host.trace(name).endedAt;
}

async function disturb(what: string, deployment: Deployment, host: RemoteHost, task: TaskState): Promise<void> {
  if (what === "kill-worker") deployment.killWorker(task);
  else if (what === "cut-connection") host.cutConnections(task.dag_id);
  else await deployment.markFailed(task);
}

function endOf({ tasks }: States, dag: string): number | undefined {
  const task = tasks.find((one) => one.dag_id === dag && one.task_id === "job");
  return task && ended.has(task.state ?? "") ? timeOf(task.end_date) : undefined;
}

/** SQLite's `2026-01-31 12:00:00.000000` in UTC, in milliseconds since 1970. */
function timeOf(written: string | null): number | undefined {
  return written === null ? undefined : Date.parse(`${written.slice(0, 23).replace(" ", "T")}Z`);
}

function providersOf({ lock }: Environment): Record<string, string> {
  const named = /^apache-airflow-providers-(ssh|standard|apache-livy)==([\d.]+)/gm;
  return Object.fromEntries(
    [...readFileSync(lock, "utf8").matchAll(named)].map(([, name = "", version = ""]) => [name, version]),
  );
}
