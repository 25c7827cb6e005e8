/** A whole Airflow of its own: scheduler, LocalExecutor, triggerer and, in Airflow 3, API server and DAG processor. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { Environment } from "../environment.ts";
import { airflowVariables } from "../layout.ts";
import type { RemoteHost } from "./remoteHost.ts";
import { freePort, until } from "./waiting.ts";

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

const taskState = z.strictObject({
  dag_id: z.string(),
  task_id: z.string(),
  state: z.string().nullable(),
  try_number: z.int(),
  pid: z.int().nullable(),
  /** As SQLite keeps it: `2026-01-31 12:00:00.000000`, in UTC. */
  start_date: z.string().nullable(),
  end_date: z.string().nullable(),
});

const states = z.strictObject({
  tasks: z.array(taskState),
  runs: z.array(z.strictObject({ dag_id: z.string(), state: z.string() })),
  broken: z.array(z.strictObject({ file: z.string(), error: z.string() })),
});

/** What the database says of one task. */
export type TaskState = z.infer<typeof taskState>;
/** What the database says of all DAGs. */
export type States = z.infer<typeof states>;

/** Airflow notices a dead task process after so many seconds in the stories (300 s is its own default). */
export const heartbeatTimeout = 30;

/** One running Airflow with the DAG files of one folder; every DAG is active at once. */
export class Deployment {
  readonly #environment: Environment;
  readonly #home: string;
  readonly #variables: Record<string, string>;
  readonly #processes = new Map<string, ChildProcess>();

  private constructor(environment: Environment, home: string, variables: Record<string, string>) {
    this.#environment = environment;
    this.#home = home;
    this.#variables = variables;
  }

  /** Writes the DAG files, makes the database and starts the processes. `connections`: id → JSON, as in `AIRFLOW_CONN_…`. */
  static async start(
    environment: Environment,
    home: string,
    host: RemoteHost,
    connections: Readonly<Record<string, string>>,
    writeDags: (folder: string) => void,
  ): Promise<Deployment> {
    mkdirSync(join(home, "dags"), { recursive: true });
    writeDags(join(home, "dags"));
    const port = String(await freePort());
    const workerLogs = String(await freePort());
    const triggerLogs = String(await freePort());
    const own: Record<string, string> = {
      PATH: `${host.bin}:${dirname(environment.python)}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
      AIRFLOW_HOME: home,
      AIRFLOW__CORE__DAGS_FOLDER: join(home, "dags"),
      AIRFLOW__CORE__EXECUTOR: "LocalExecutor",
      // Each task is a Python process that loads an Airflow: more at once would only wait for one another.
      AIRFLOW__CORE__PARALLELISM: "20",
      AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: "False",
      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${join(home, "airflow.db")}`,
      // Airflow 2 wants another database for this executor; for a few tasks SQLite does.
      _AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK: "1",
      AIRFLOW__LOGGING__LOGGING_LEVEL: "INFO",
      AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: workerLogs,
      AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT: triggerLogs,
      AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: "False",
      AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT: String(heartbeatTimeout),
      AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL: "3",
      AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC: "3",
      // The same, as Airflow 2 calls it.
      AIRFLOW__SCHEDULER__SCHEDULER_ZOMBIE_TASK_THRESHOLD: String(heartbeatTimeout),
      AIRFLOW__SCHEDULER__ZOMBIE_DETECTION_INTERVAL: "3",
      AIRFLOW__SCHEDULER__LOCAL_TASK_JOB_HEARTBEAT_SEC: "3",
      AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD: String(heartbeatTimeout),
      AIRFLOW__API__HOST: "127.0.0.1",
      AIRFLOW__API__PORT: port,
      AIRFLOW__API__WORKERS: "1",
      AIRFLOW__API_AUTH__JWT_SECRET: "a secret of the stories, long enough for its algorithm, and known to nobody",
      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
      AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: "True",
    };
    for (const [id, json] of Object.entries(connections)) own[`AIRFLOW_CONN_${id.toUpperCase()}`] = json;
    const variables = { ...airflowVariables(environment), ...own };
    const deployment = new Deployment(environment, home, variables);
    await run(environment.python, ["-m", "airflow", "db", "migrate"], { env: variables, maxBuffer: 64 * 1024 * 1024 });
    try {
      if (!environment.airflow.startsWith("2.")) {
        deployment.#launch("api-server");
        // A task that starts before it answers fails.
        await until("the API server answers", 180, () => answers(`http://127.0.0.1:${port}/api/v2/version`));
        deployment.#launch("dag-processor");
      }
      deployment.#launch("triggerer");
      deployment.#launch("scheduler");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const logs = deployment.logs();
      await deployment.stop();
      throw new Error(`${reason}\n${logs}`);
    }
    return deployment;
  }

  #launch(part: string): void {
    const log = openSync(join(this.#home, `${part}.log`), "a");
    const started = spawn(this.#environment.python, ["-m", "airflow", part], {
      env: this.#variables,
      cwd: this.#home,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#processes.set(part, started);
  }

  /** What the database says now. */
  async states(): Promise<States> {
    const words = [join(here, "task_states.py"), join(this.#home, "airflow.db")];
    const { stdout } = await run(this.#environment.python, ["-I", ...words], { maxBuffer: 64 * 1024 * 1024 });
    return states.parse(JSON.parse(stdout));
  }

  /**
   * Kills what works for a task, as the kernel does when a worker's memory is full: the task's process and the one that
   * watches it; for a deferred task the triggerer, which is started again.
   */
  killWorker({ state, pid }: TaskState): void {
    if (state === "deferred") {
      const triggerer = this.#processes.get("triggerer");
      if (triggerer) end(triggerer);
      this.#launch("triggerer");
      return;
    }
    const ours = pid === null ? [] : ancestors(pid);
    const scheduler = this.#processes.get("scheduler")?.pid;
    if (pid === null || scheduler === undefined || !ours.includes(scheduler))
      throw new Error(`process ${pid} is none of this deployment`);
    const watcher = ours[0];
    for (const one of [pid, watcher]) if (one !== undefined && one !== scheduler) kill(one);
  }

  /** Marks a task of a DAG's first run failed, as somebody does in the user interface. */
  async markFailed({ dag_id, task_id }: TaskState): Promise<void> {
    const words = [join(here, "mark_failed.py"), join(this.#home, "airflow.db"), dag_id, task_id];
    await run(this.#environment.python, ["-I", ...words]);
  }

  /** The end of the newest log of a DAG's task `load`, for a failed test. */
  taskLog(dag: string): string {
    const logs = readdirSync(join(this.#home, "logs"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.includes(`dag_id=${dag}/`) && path.includes("task_id=load") && path.endsWith(".log"))
      .sort();
    const newest = logs.at(-1);
    return newest === undefined ? "" : readFileSync(join(this.#home, "logs", newest), "utf8").slice(-4000);
  }

  /** The last lines of every log, for a failed test. */
  logs(): string {
    return [...this.#processes.keys()]
      .map((part) => `── ${part}\n${readFileSync(join(this.#home, `${part}.log`), "utf8").slice(-3000)}`)
      .join("\n");
  }

  /** Ends all processes that it has started. */
  async stop(): Promise<void> {
    const all = [...this.#processes.values()];
    const ended = all.map((one) => new Promise((resolve) => one.once("close", resolve)));
    const left = all.map((one) => one.exitCode === null && one.signalCode === null);
    for (const one of all) end(one);
    await Promise.all(ended.filter((_, index) => left[index]));
  }
}

/** Ends a process with all that it has started; some parts of Airflow make groups and sessions of their own. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  const parents = new Map(processes().map((one) => [one, parentOf(one)]));
  const ours = new Set([pid]);
  for (let before = 0; before !== ours.size; ) {
    before = ours.size;
    for (const [one, parent] of parents) if (parent !== undefined && ours.has(parent)) ours.add(one);
  }
  for (const one of ours) kill(one);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}

/** The parents of a process, nearest first. */
function ancestors(pid: number): number[] {
  const found: number[] = [];
  for (let one = parentOf(pid); one !== undefined && one > 1; one = parentOf(one)) found.push(one);
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    // pid (name) state ppid: the name may hold anything.
    const [, parent] = /^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
