/** Which Airflow and which provider versions a project runs on, as its own files tell. Reads no file above its root. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { newestAirflow, type Target, type VersionOrigin } from "../airflow/target.ts";
import { airflowOfCompose, readDockerfile } from "./image.ts";
import { pinsOfPipfile, pinsOfPipfileLock, pinsOfPyproject, pinsOfTomlLock } from "./lockfile.ts";
import { constraintVersion, normalName, type Pin, type Pins, pinsOf, requirementLines } from "./requirement.ts";

/** Versions that the configuration gives. */
export type ConfiguredVersions = {
  readonly airflow: string | undefined;
  /** `apache-airflow-providers-ssh` or `ssh` → version. */
  readonly providers: Readonly<Record<string, string>>;
};

/** What the files of one directory tell. */
type Told = {
  readonly airflow: { readonly version: string; readonly origin: VersionOrigin } | undefined;
  readonly providers: Pins;
};

/** Directory → what its files tell; for one run or until a file changes. */
export type ToldCache = Map<string, Told>;

/**
 * The versions that files in `directory` must fit. The setting decides; else the nearest directory upward to `top`
 * whose files tell one: lock files, then requirements, constraints, `pyproject.toml`, Dockerfiles. A range counts as
 * the lowest version that it allows, since advice must fit wherever the project may run.
 */
export function detectTarget(
  directory: string,
  top: string,
  configured: ConfiguredVersions,
  cache: ToldCache = new Map(),
): Target {
  const providers: Record<string, string> = {};
  let airflow: Told["airflow"];
  for (let here = directory; ; here = dirname(here)) {
    let told = cache.get(here);
    if (!told) {
      told = readDirectory(here);
      cache.set(here, told);
    }
    airflow ??= told.airflow;
    for (const [name, { version }] of told.providers) providers[name] ??= version;
    if (here === top || dirname(here) === here) break;
  }
  for (const [name, version] of Object.entries(configured.providers)) {
    const normal = normalName(name);
    providers[normal.startsWith("apache-airflow-providers-") ? normal : `apache-airflow-providers-${normal}`] = version;
  }
  if (configured.airflow !== undefined) return { airflow: configured.airflow, origin: "setting", providers };
  if (airflow) return { airflow: airflow.version, origin: airflow.origin, providers };
  return { airflow: newestAirflow, origin: "default", providers };
}

// Lists of pins, the surest first; the first that knows a package decides.
type Evidence = { readonly origin: VersionOrigin; readonly pins: Pins };

function readDirectory(directory: string): Told {
  const names = list(directory);
  const read = (name: string) => readText(join(directory, name));
  const matching = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map(read);
  const evidence: Evidence[] = [];
  const add = (origin: VersionOrigin, ...several: Pins[]) =>
    evidence.push(...several.map((pins) => ({ origin, pins })));

  add("lock", ...matching(/^(uv|poetry|pdm)\.lock$/).map(pinsOfTomlLock));
  add("lock", ...matching(/^Pipfile\.lock$/).map(pinsOfPipfileLock));

  const nested = names.includes("requirements") ? list(join(directory, "requirements")) : [];
  const requirements = [
    ...matching(/^requirements\.(txt|in)$/),
    ...matching(/^(requirements[-_.].*|.*[-_.]requirements)\.(txt|in)$/),
    ...nested.filter((name) => /\.(txt|in)$/.test(name)).map((name) => readText(join(directory, "requirements", name))),
  ];
  const dockerfiles = matching(/^(Dockerfile|Containerfile)([._-].*)?$|\.Dockerfile$/i).map(readDockerfile);
  const required = requirements.map((text) => pinsOf(requirementLines(text)));
  const constraints = [
    ...matching(/^constraints.*\.txt$/).map((text) => pinsOf(requirementLines(text))),
    ...[...requirements.map(constraintVersion), ...dockerfiles.map((one) => one.constraint)].map(airflowPin),
  ];
  // A constraint narrows a range: what gets installed is the constraint's version.
  add("requirement", ...required.map((pins) => filtered(pins, (pin) => pin.exact)));
  add("constraint", ...constraints);
  add("requirement", ...required);
  add(
    "requirement",
    ...matching(/^pyproject\.toml$/).map(pinsOfPyproject),
    ...matching(/^Pipfile$/).map(pinsOfPipfile),
  );
  add("image", ...dockerfiles.map((one) => one.pins), ...dockerfiles.map((one) => airflowPin(one.airflow)));
  add("image", ...matching(/^(docker-)?compose.*\.ya?ml$/).map((text) => airflowPin(airflowOfCompose(text))));

  const providers = new Map<string, Pin>();
  let airflow: Told["airflow"];
  for (const { origin, pins } of evidence) {
    const pin = pins.get("apache-airflow") ?? pins.get("apache-airflow-core");
    if (pin && !airflow) airflow = { version: pin.version, origin };
    for (const [name, one] of pins) {
      if (name.startsWith("apache-airflow-providers-") && !providers.has(name)) providers.set(name, one);
    }
  }
  return { airflow, providers };
}

function airflowPin(version: string | undefined): Pins {
  return version === undefined ? new Map() : new Map([["apache-airflow", { version, exact: true }]]);
}

function filtered(pins: Pins, keep: (pin: Pin) => boolean): Pins {
  return new Map([...pins].filter(([, pin]) => keep(pin)));
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

const largest = 16 * 1024 * 1024;

// What can't be read tells nothing.
function readText(path: string): string {
  try {
    return statSync(path).size > largest ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
