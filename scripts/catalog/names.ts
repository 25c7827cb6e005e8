import { compareVersions } from "../../server/src/catalog/versions.ts";
import type { Definition, ModuleFacts, Release } from "./wheels.ts";

/** A name by which one lineage can be imported, and the releases of `provider` in which it can. */
export type Spelling = { fqcn: string; provider: string; versions: string[] };

/** `airflow.operators.bash.BashOperator` → its module and its last word. */
export function split(fqcn: string): { module: string; name: string } {
  const dot = fqcn.lastIndexOf(".");
  return { module: fqcn.slice(0, dot), name: fqcn.slice(dot + 1) };
}

/** The class that a release defines under this very name; one that only lends a new class its old name is none. */
export function definitionOf(release: Release, fqcn: string): Definition | undefined {
  const { module, name } = split(fqcn);
  const found = release.modules[module]?.classes[name];
  return found && lendsName(module, name, found) ? undefined : found;
}

// In 1.10, airflow.operators.sensors lent the sensors their old home by subclasses of the same name.
function lendsName(module: string, name: string, found: Definition): boolean {
  const sameName = module === "airflow.operators.sensors" && found.bases[0]?.endsWith(`.${name}`) === true;
  return found.shim === true || sameName;
}

// Core classes that were rewritten in the SDK, so that no import statement connects old and new.
const rewritten: Record<string, string> = {
  "airflow.models.baseoperator.BaseOperator": "airflow.sdk.bases.operator.BaseOperator",
  "airflow.sensors.base.BaseSensorOperator": "airflow.sdk.bases.sensor.BaseSensorOperator",
  "airflow.sensors.base_sensor_operator.BaseSensorOperator": "airflow.sdk.bases.sensor.BaseSensorOperator",
  "airflow.hooks.base.BaseHook": "airflow.sdk.bases.hook.BaseHook",
  "airflow.hooks.base_hook.BaseHook": "airflow.sdk.bases.hook.BaseHook",
};

/**
 * All names of all releases, joined where one stands for another: a re-export, an entry of a deprecation table, or a
 * subclass whose only content is a warning.
 */
export class Names {
  readonly #links = new Map<string, string>();
  readonly #spellings = new Map<string, Map<string, Spelling>>();
  readonly #defined = new Set<string>();

  constructor(releases: readonly Release[]) {
    for (const release of releases) {
      for (const [module, facts] of Object.entries(release.modules)) {
        for (const name of Object.keys(facts.classes)) {
          if (definitionOf(release, `${module}.${name}`)) this.#defined.add(`${module}.${name}`);
        }
      }
    }
    for (const [from, to] of Object.entries(rewritten)) this.#join(from, to);
    for (const release of releases) this.#read(release);
  }

  /** The lineage of a name: the same text for every name of the same thing. */
  lineageOf(fqcn: string): string {
    let at = fqcn;
    for (let next = this.#links.get(at); next !== undefined; next = this.#links.get(at)) at = next;
    return at;
  }

  /** Every name of a lineage with the releases in which it can be imported, ordered by name. */
  spellingsOf(lineage: string): Spelling[] {
    const found = [...(this.#spellings.get(lineage)?.values() ?? [])];
    return found.sort((a, b) => (a.fqcn < b.fqcn ? -1 : a.fqcn > b.fqcn ? 1 : 0));
  }

  /** Where a base class, as a module names it, comes from: follows this release's imports to a definition. */
  resolve(release: Release, fqcn: string): string {
    let at = fqcn;
    for (let i = 0; i < 8 && !definitionOf(release, at); i++) {
      const { module, name } = split(at);
      const facts = release.modules[module];
      const shim = facts?.classes[name];
      const next = shim ? shim.bases[0] : (facts?.imports[name] ?? facts?.shims[at]);
      if (next === undefined || next === at) break;
      at = next;
    }
    return this.lineageOf(at);
  }

  #read(release: Release): void {
    const link = (from: string, to: string) => {
      this.#join(from, to);
      this.#note(from, release);
    };
    for (const [module, facts] of Object.entries(release.modules)) {
      for (const [name, found] of Object.entries(facts.classes)) {
        const base = found.bases[0];
        if (base !== undefined && lendsName(module, name, found)) link(`${module}.${name}`, base);
        else this.#note(`${module}.${name}`, release);
      }
      for (const [from, to] of Object.entries(facts.shims)) link(from, to);
      for (const [name, to] of Object.entries(facts.imports)) {
        const from = `${module}.${name}`;
        if (this.#defined.has(from) || lends(module, facts)) link(from, to);
      }
    }
  }

  #join(from: string, to: string): void {
    const a = this.lineageOf(from);
    const b = this.lineageOf(to);
    if (a === b) return;
    this.#links.set(a, b);
    const moved = this.#spellings.get(a);
    if (!moved) return;
    this.#spellings.delete(a);
    const kept = this.#spellings.get(b) ?? new Map<string, Spelling>();
    for (const [name, spelling] of moved) kept.set(name, spelling);
    this.#spellings.set(b, kept);
  }

  #note(fqcn: string, release: Release): void {
    const lineage = this.lineageOf(fqcn);
    const all = this.#spellings.get(lineage) ?? new Map<string, Spelling>();
    this.#spellings.set(lineage, all);
    const spelling = all.get(fqcn) ?? { fqcn, provider: release.provider, versions: [] };
    if (spelling.provider === release.provider && !spelling.versions.includes(release.version)) {
      spelling.versions.push(release.version);
      spelling.versions.sort(compareVersions);
    }
    all.set(fqcn, spelling);
  }
}

// A module without content of its own is there for the names it re-exports.
function lends(module: string, facts: ModuleFacts): boolean {
  const classes = Object.values(facts.classes);
  if (classes.some((found) => !found.shim)) return false;
  return /\.(operators|sensors|hooks|transfers|contrib|models)(\.|$)/.test(module) && !/\.(utils|_)/.test(module);
}
