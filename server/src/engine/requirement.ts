/** Python dependency specifications, as far as they tell the version that a project runs on. */
import { compareVersions } from "../catalog/versions.ts";

/** A version, and whether the project says exactly that one; otherwise it is the lowest that a range allows. */
export type Pin = { readonly version: string; readonly exact: boolean };

/** Normalized package name (PEP 503) → its pin. */
export type Pins = ReadonlyMap<string, Pin>;

/** `Apache_Airflow` → `apache-airflow` (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Whether Tether wants to know this package's version. */
function isAirflowPackage(name: string): boolean {
  return name === "apache-airflow" || name === "apache-airflow-core" || name.startsWith("apache-airflow-providers-");
}

// The newest patch of each minor stands in for "below this": the list ends where a project without a lower bound would.
const airflowLines = [
  "1.10.15",
  "2.0.2",
  "2.1.4",
  "2.2.5",
  "2.3.4",
  "2.4.3",
  "2.5.3",
  "2.6.3",
  "2.7.3",
  "2.8.4",
  "2.9.3",
].concat(["2.10.5", "2.11.0", "3.0.6", "3.1.0", "3.2.0", "3.3.0", "3.4.0"]);

/**
 * What a version specifier (PEP 440, or Poetry's `^` and `~`) pins. A range answers the lowest version it allows, since
 * advice must fit wherever the project may run; a range with an upper bound only answers what an installer would take.
 */
export function pinOf(name: string, specifier: string): Pin | undefined {
  const alternatives = specifier.split("||").flatMap((one) => pinOfAll(name, one) ?? []);
  return lowest(alternatives);
}

function pinOfAll(name: string, specifier: string): Pin | undefined {
  let lower: string | undefined;
  let upper: string | undefined;
  const raise = (version: string) => {
    if (lower === undefined || compareVersions(version, lower) > 0) lower = version;
  };
  for (const [, operator = "", version = ""] of specifier.matchAll(
    /(===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*v?(\d\w*(?:\.\w+)*(?:\.\*)?(?:\+[\w.]+)?)/g,
  )) {
    const release = padded(version.replace(/\.\*$/, "").replace(/\+.*$/, ""));
    const wildcard = version.endsWith(".*");
    if ((operator === "" || operator.startsWith("=")) && !wildcard) return { version: release, exact: true };
    if (operator === ">") raise(nextPatch(release));
    else if (operator === "<" || operator === "<=") upper = version;
    else if (operator !== "!=") raise(release);
  }
  if (lower !== undefined) return { version: lower, exact: false };
  if (upper === undefined || !name.endsWith("airflow")) return undefined;
  const bound = upper;
  const below = airflowLines.filter((line) => compareVersions(line, bound) < 0).at(-1);
  return below === undefined ? undefined : { version: below, exact: false };
}

/** The lowest of several pins of one package. */
function lowest(pins: readonly Pin[]): Pin | undefined {
  return [...pins].sort((a, b) => compareVersions(a.version, b.version))[0];
}

/** Pins from `name==1.2; marker` lines: dependency arrays, requirements and constraints files. The lowest wins. */
export function pinsOf(lines: Iterable<string>): Pins {
  const found = new Map<string, Pin[]>();
  for (const line of lines) {
    // name[extra] (>=1.0,<2) ; marker   # comment
    const match = /^\s*["']?([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*([=<>~!][^;#)"'\\]*)/.exec(line);
    if (match) addPin(found, match[1] ?? "", (match[2] ?? "").replace(/\s--.*$/, "").replace(/\s+/g, ""));
  }
  return settled(found);
}

/** Pins of a table of name → specifier (Poetry, Pipfile). */
export function pinsOfTable(entries: Iterable<readonly [string, string]>): Pins {
  const found = new Map<string, Pin[]>();
  for (const [name, specifier] of entries) addPin(found, name, specifier);
  return settled(found);
}

function addPin(found: Map<string, Pin[]>, written: string, specifier: string): void {
  const name = normalName(written);
  if (!isAirflowPackage(name)) return;
  const pin = pinOf(name, specifier);
  if (pin) found.set(name, [...(found.get(name) ?? []), pin]);
}

function settled(found: ReadonlyMap<string, readonly Pin[]>): Pins {
  const pins = new Map<string, Pin>();
  for (const [name, several] of found) {
    const pin = lowest(several);
    if (pin) pins.set(name, pin);
  }
  return pins;
}

/** The lines of a requirements file, backslashes joined. */
export function requirementLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, " ")
    .split(/\r\n|\r|\n/)
    .filter((line) => !line.trimStart().startsWith("#"));
}

/** The Airflow version of a constraints file named by URL: `…/constraints-2.9.3/constraints-3.11.txt`. */
export function constraintVersion(text: string): string | undefined {
  return /\bconstraints-(\d+\.\d+\.\d+\w*)\/constraints-/.exec(text)?.[1];
}

function padded(version: string): string {
  const parts = version.split(".");
  return /^\d+(\.\d+)?$/.test(version) ? [...parts, "0", "0"].slice(0, 3).join(".") : version;
}

function nextPatch(version: string): string {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return `${parts[0] ?? 0}.${parts[1] ?? 0}.${(parts[2] ?? 0) + 1}`;
}
