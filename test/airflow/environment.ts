/** Typed access to the installed Python environments: which are there, and what their Airflow says about DAG files. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { airflowVariables, type EnvironmentName, installCommand, type Layout, layout, wantedStamp } from "./layout.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** An environment that is completely installed. */
export type Environment = Layout & {
  /** Its Airflow's version, such as `2.11.2`. */
  readonly airflow: string;
};

/** An environment that cannot be used, with the reason and the command that helps. */
export type MissingEnvironment = { readonly name: EnvironmentName; readonly missing: string };

/** The environment `name`; missing, too, when it was installed from other requirements than today's. */
export function airflowEnvironment(name: EnvironmentName): Environment | MissingEnvironment {
  const place = layout(name);
  if (!existsSync(place.python) || !existsSync(place.stamp)) {
    return { name, missing: `${name} is not installed; get it with: ${installCommand}` };
  }
  if (readFileSync(place.stamp, "utf8") !== wantedStamp(place)) {
    return { name, missing: `${name} is out of date; renew it with: ${installCommand}` };
  }
  const version = /^apache-airflow==(\S+)$/m.exec(readFileSync(place.requirements, "utf8"))?.[1];
  return version === undefined
    ? { name, missing: `${place.requirements} does not pin apache-airflow` }
    : { ...place, airflow: version };
}

const argumentValue = z.json();

const importedTask = z.strictObject({
  task_id: z.string(),
  /** Dotted name of the operator's class, of the mapped operator's for a mapped task. */
  class: z.string(),
  mapped: z.boolean(),
  upstream: z.array(z.string()),
  downstream: z.array(z.string()),
  /** Effective values of the arguments that our fixes set, where the task has them; durations in seconds. */
  arguments: z.record(z.string(), argumentValue),
  /** All arguments that were given to it, by its call, `default_args` or a group, also those that it varies by. */
  given: z.record(z.string(), argumentValue),
});

const importedDag = z.strictObject({
  dag_id: z.string(),
  /** Seconds. */
  dagrun_timeout: z.number().nullable(),
  /** By task id. */
  tasks: z.array(importedTask),
});

const importedFile = z.strictObject({
  /** Relative to the folder, with `/`. */
  path: z.string(),
  /** The traceback when the file does not import or one of its DAGs cannot be stored. */
  error: z.string().nullable(),
  /** What lines of this very file (1-based) are warned about, by Airflow or a provider. */
  deprecations: z.array(z.strictObject({ line: z.int(), category: z.string(), message: z.string() })),
  dags: z.array(importedDag),
});

const importReport = z.strictObject({
  airflow: z.string(),
  /** By path. */
  files: z.array(importedFile),
});

/** A task as Airflow sees it after the import. */
export type ImportedTask = z.infer<typeof importedTask>;
/** A DAG as Airflow sees it after the import. */
export type ImportedDag = z.infer<typeof importedDag>;
/** What became of one DAG file. */
export type ImportedFile = z.infer<typeof importedFile>;
/** What became of every DAG file of a folder. */
export type ImportReport = z.infer<typeof importReport>;

/**
 * Loads every `*.py` below `folder` with the environment's own DagBag, in one Python process and with the network
 * refused. A file that does not import is an answer; the promise rejects only when the process itself fails.
 */
export async function importDags(environment: Environment, folder: string): Promise<ImportReport> {
  return importReport.parse(JSON.parse(await runScript(environment, "import_dags.py", [folder], "")));
}

/**
 * Runs a Python script that lies beside this file and answers its standard output.
 * Rejects with the end of its standard error when it does not exit with 0.
 */
export function runScript(
  environment: Environment,
  script: string,
  words: readonly string[],
  input: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(environment.python, [join(here, script), ...words], { env: airflowVariables(environment) });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => output.push(part));
    child.stderr.on("data", (part: Buffer) => errors.push(part));
    child.on("error", reject);
    // A script that ends early closes its standard input; its exit status tells why.
    child.stdin.on("error", () => undefined);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(Buffer.concat(output).toString("utf8"));
      const said = Buffer.concat(errors).toString("utf8").slice(-4000);
      reject(new Error(`${environment.name}: ${script} ended with ${status ?? signal}:\n${said}`));
    });
    child.stdin.end(input);
  });
}
