/** Airflow versions told by container images. */
import { constraintVersion, type Pins, pinsOf } from "./requirement.ts";

/**
 * Astro Runtime's major version → Airflow's minor, for the runtimes of Airflow 2. From Runtime 3.0-1 on (written with a
 * hyphen) the numbers are Airflow's own.
 * Source: Astro Runtime release notes (https://www.astronomer.io/docs/runtime/runtime-release-notes), and for 3 to 10
 * the archive at https://github.com/astronomer/astronomer-docs-resources/tree/main/astro/runtime.
 */
const astroRuntime: Readonly<Record<string, string>> = {
  "3": "2.1.0",
  "4": "2.2.0",
  "5": "2.3.0",
  "6": "2.4.0",
  "7": "2.5.0",
  "8": "2.6.0",
  "9": "2.7.0",
  "10": "2.8.0",
  "11": "2.9.0",
  "12": "2.10.0",
  "13": "2.11.0",
};

/** The Airflow version inside an image; undefined for one that Tether doesn't know or a tag like `latest`. */
export function airflowOfImage(image: string): string | undefined {
  const parts = image.trim().replace(/@.*$/, "").split("/");
  const [name = "", tag = ""] = (parts.at(-1) ?? "").split(":");
  const owner = parts.at(-2);
  if (name === "astro-runtime" || (name === "runtime" && /astro/.test(image))) return airflowOfRuntime(tag);
  const official = (owner === "apache" || owner === "bitnami") && name === "airflow";
  if (!official && name !== "ap-airflow" && !(owner === "puckel" && name === "docker-airflow")) return undefined;
  return /^(?:slim-)?(\d+\.\d+\.\d+(?:rc\d+|b\d+)?)/.exec(tag)?.[1];
}

// 12.1.0, 12.1.0-python-3.11-base, 3.0-1, 3.0-1-slim
function airflowOfRuntime(tag: string): string | undefined {
  const own = /^(\d+\.\d+)-\d+/.exec(tag)?.[1];
  if (own !== undefined) return `${own}.0`;
  const major = /^(\d+)\.\d+\.\d+/.exec(tag)?.[1];
  return major === undefined ? undefined : astroRuntime[major];
}

/** What a Dockerfile tells. */
export type ImageFacts = {
  readonly airflow: string | undefined;
  /** From a constraints URL. */
  readonly constraint: string | undefined;
  /** Packages that it installs by name and version. */
  readonly pins: Pins;
};

/** Reads a Dockerfile: its last known base image, `ARG` and `ENV` values filled in, and what `pip install` pins. */
export function readDockerfile(text: string): ImageFacts {
  const values = new Map<string, string>();
  let airflow: string | undefined;
  const filled: string[] = [];
  for (const line of text.replace(/\\\r?\n/g, " ").split(/\r\n|\r|\n/)) {
    if (/^\s*#/.test(line)) continue;
    const here = fill(line, values);
    filled.push(here);
    const instruction = /^\s*(ARG|ENV|FROM)\s+(.*)$/i.exec(here);
    if (!instruction) continue;
    const rest = instruction[2] ?? "";
    if (/^from$/i.test(instruction[1] ?? ""))
      airflow = airflowOfImage(rest.replace(/^--\S+\s+/, "").split(/\s/)[0] ?? "") ?? airflow;
    else for (const [, name = "", value = ""] of rest.matchAll(/(\w+)[= ]["']?([^"'\s]+)/g)) values.set(name, value);
  }
  const all = filled.join("\n");
  return {
    airflow,
    constraint: constraintVersion(all),
    pins: pinsOf(all.match(/\bapache-airflow[\w-]*(?:\[[^\]]*\])?==[^\s"']+/g) ?? []),
  };
}

/** The Airflow version of a compose file's images: `image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.3}`. */
export function airflowOfCompose(text: string): string | undefined {
  for (const [, image = ""] of text.matchAll(/^[^#\n]*\bimage:\s*["']?([^\s"']+)/gm)) {
    const airflow = airflowOfImage(fill(image, new Map()));
    if (airflow !== undefined) return airflow;
  }
  return undefined;
}

// ${NAME}, ${NAME:-default}, $NAME; a name without a value stays, and then no version is recognized
function fill(line: string, values: ReadonlyMap<string, string>): string {
  return line.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (whole, braced, fallback, bare) => {
    return values.get(braced ?? bare) ?? fallback ?? whole;
  });
}
