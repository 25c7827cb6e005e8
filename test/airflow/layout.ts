/**
 * Where the Python environments of the real-Airflow tests lie and what makes one complete. Shared by
 * `scripts/airflow-env.ts`, which installs them, and `environment.ts`, which uses them.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Everything that the real-Airflow tests install or download, an absolute path; git-ignored. */
export const cache = join(dirname(dirname(here)), ".cache", "airflow");

/** The Airflow lines that fixes target, newest first; each has `<name>.txt` and `<name>.lock.txt` beside this file. */
export const environmentNames = ["airflow-3", "airflow-2.11"] as const;

/** One of `environmentNames`. */
export type EnvironmentName = (typeof environmentNames)[number];

/** The server that the stories of `behaviour/` run their jobs on, where Debian installs it. */
export const sshd = "/usr/sbin/sshd";

/** The version of uv that resolves and installs. */
export const uvVersion = "0.13.9";

/** The command that makes every environment complete. */
export const installCommand = "npx tsx scripts/airflow-env.ts";

/** The absolute paths of one environment. */
export type Layout = {
  readonly name: EnvironmentName;
  /** Holds all the rest; removed when the requirements change. */
  readonly folder: string;
  /** The Python interpreter inside the virtual environment. */
  readonly python: string;
  /** The environment's `AIRFLOW_HOME`. */
  readonly home: string;
  /** A file that exists, with `wantedStamp()` as its text, once the installation is complete. */
  readonly stamp: string;
  /** The exact top-level versions, written by hand. */
  readonly requirements: string;
  /** The whole resolved set, generated from `requirements`. */
  readonly lock: string;
};

/** The paths of the environment `name`, whether it is installed or not. */
export function layout(name: EnvironmentName): Layout {
  const folder = join(cache, name);
  return {
    name,
    folder,
    python: join(folder, "venv", "bin", "python"),
    home: join(folder, "home"),
    stamp: join(folder, "installed"),
    requirements: join(here, `${name}.txt`),
    lock: join(here, `${name}.lock.txt`),
  };
}

/** What a complete installation of today's requirements carries in its stamp: a SHA-256 in hexadecimal and a newline. */
export function wantedStamp(place: Layout): string {
  const hash = createHash("sha256");
  for (const path of [place.requirements, place.lock]) hash.update(readFileSync(path)).update("\0");
  return `${hash.digest("hex")}\n`;
}

/**
 * The variables an Airflow of this environment runs with. Nothing of the caller's own Airflow or Python settings gets
 * through, nothing is reported to anybody, and byte code goes below the cache instead of beside the DAG files.
 */
export function airflowVariables(place: Layout): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AIRFLOW|PYTHON|VIRTUAL_ENV)/.test(name));
  const variables: Record<string, string> = {};
  for (const [name, value] of inherited) if (value !== undefined) variables[name] = value;
  return {
    ...variables,
    AIRFLOW_HOME: place.home,
    AIRFLOW__CORE__DAGS_FOLDER: join(place.home, "dags"),
    // The first import after an installation compiles a provider's byte code, which a slow machine does in minutes.
    AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT: "600",
    // Deep enough to show the line of the DAG file itself.
    AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH: "50",
    // A hook looks its connection up when it is made, which some DAG files do while they are read.
    AIRFLOW_CONN_EDGE: "ssh://edge",
    AIRFLOW__CORE__LOAD_EXAMPLES: "False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${join(place.home, "airflow.db")}`,
    AIRFLOW__LOGGING__LOGGING_LEVEL: "ERROR",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: "False",
    DO_NOT_TRACK: "1",
    SCARF_ANALYTICS: "false",
    PYTHONPYCACHEPREFIX: join(place.folder, "pycache"),
    PYTHONUTF8: "1",
  };
}
