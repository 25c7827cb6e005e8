import type { JsonClass, JsonDecorator } from "../../server/src/catalog/format.ts";
import { compareVersions } from "../../server/src/catalog/versions.ts";
import { type Lineage, newest, record } from "./emit.ts";
import { editionsOf, lifetime } from "./history.ts";
import { definitionOf, Names, type Spelling, split } from "./names.ts";
import type { Release } from "./wheels.ts";

const roots = {
  operator: "airflow.sdk.bases.operator.BaseOperator",
  sensor: "airflow.sdk.bases.sensor.BaseSensorOperator",
  hook: "airflow.sdk.bases.hook.BaseHook",
};

// Hooks that DAG files call themselves to run something elsewhere; the others no rule asks for.
const hooks =
  /^airflow\.providers\.(ssh|sftp|microsoft\.winrm|microsoft\.psrp|http|docker|apache\.livy)\.|^airflow\.sdk/;

/** The two generated files as text, from all releases and the hand-listed names that are not operators. */
export function catalogue(
  releases: readonly Release[],
  names: Record<string, string[]>,
): { operators: string; providers: string } {
  const joined = new Names(releases);
  const byProvider = new Map<string, Release[]>();
  for (const release of releases) {
    byProvider.set(release.provider, [...(byProvider.get(release.provider) ?? []), release]);
  }
  const versions = new Map([...byProvider].map(([provider, all]) => [provider, all.map((r) => r.version)]));
  const classes = lineages(joined, byProvider, versions);
  const kept = new Map(classes.map((lineage) => [lineage.id, lineage.fqcn]));
  const listed = new Map(Object.entries(names).map(([name, modules]) => [`${modules[0]}.${name}`, modules]));
  const records = classes.map((lineage) => record(lineage, versions, (id) => kept.get(id), listed));
  const known = new Set(records.map(({ fqcn }) => fqcn));
  for (const [name, modules] of Object.entries(names)) {
    if (!known.has(`${modules[0]}.${name}`)) records.push(plain(name, modules, releases, versions));
  }
  records.sort((a, b) => (a.fqcn < b.fqcn ? -1 : 1));
  const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(",\n");
  const decorators = decoratorsOf(joined, releases, kept, versions);
  return {
    operators: `{"classes":[\n${lines(records)}\n],"decorators":[\n${lines(decorators)}\n]}\n`,
    providers: `{\n${[...byProvider].map(([name, all]) => providerLine(name, all)).join(",\n")}\n}\n`,
  };
}

function lineages(
  names: Names,
  byProvider: ReadonlyMap<string, readonly Release[]>,
  versions: ReadonlyMap<string, readonly string[]>,
): Lineage[] {
  const stop = new Set(Object.values(roots).map((fqcn) => names.lineageOf(fqcn)));
  const ids = new Set<string>();
  for (const all of byProvider.values()) {
    for (const release of all) {
      for (const [module, facts] of Object.entries(release.modules)) {
        for (const name of Object.keys(facts.classes)) {
          if (definitionOf(release, `${module}.${name}`)) ids.add(names.lineageOf(`${module}.${name}`));
        }
      }
    }
  }
  const all = new Map<string, Lineage>();
  for (const id of ids) {
    const editions = editionsOf(names, id, byProvider, stop);
    const spellings = names.spellingsOf(id);
    const fqcn = canonical(spellings, editions, versions);
    if (fqcn !== undefined) all.set(id, { id, fqcn, kind: "other", editions, spellings });
  }
  const kinds = new Map<string, JsonClass["kind"]>();
  for (const [kind, fqcn] of Object.entries(roots)) {
    if (kind === "operator" || kind === "sensor" || kind === "hook") kinds.set(names.lineageOf(fqcn), kind);
  }
  const kindOf = (id: string): JsonClass["kind"] => {
    const known = kinds.get(id);
    if (known) return known;
    kinds.set(id, "other");
    const lineage = all.get(id);
    const bases = lineage ? (newest(lineage)?.bases ?? []) : [];
    const found = bases.map(kindOf);
    const kind = (["sensor", "operator", "hook"] as const).find((each) => found.includes(each)) ?? "other";
    kinds.set(id, kind);
    return kind;
  };
  const kept = new Set<string>();
  const keep = (id: string): void => {
    const lineage = all.get(id);
    if (kept.has(id) || !lineage) return;
    kept.add(id);
    for (const base of newest(lineage)?.bases ?? []) if (kindOf(base) !== "other") keep(base);
  };
  for (const [id, lineage] of all) {
    lineage.kind = kindOf(id);
    if (lineage.kind === "other" || (lineage.kind === "hook" && !hooks.test(lineage.fqcn))) continue;
    keep(id);
  }
  return [...kept].flatMap((id) => all.get(id) ?? []).filter((lineage) => lineage.kind !== "other");
}

// The spelling to know a lineage by: what airflow.sdk offers, else a definition that the newest release of its
// distribution still has, a provider's before the core's, else the one that lived longest.
function canonical(
  spellings: readonly Spelling[],
  editions: Lineage["editions"],
  versions: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const defined = new Set(editions.flatMap(({ snapshots }) => snapshots.map((snapshot) => snapshot.fqcn)));
  const rank = ({ fqcn, provider, versions: own }: Spelling): [number, number, string] => {
    const alive = own.at(-1) === versions.get(provider)?.at(-1);
    if (alive && /^airflow\.sdk\.\w+$/.test(fqcn)) return [4, 0, fqcn];
    if (!defined.has(fqcn)) return [-1, 0, fqcn];
    if (fqcn.startsWith("airflow.sdk.")) return [3, Number(alive), fqcn];
    return [provider === "apache-airflow" ? 1 : 2, Number(alive), own.at(-1) ?? ""];
  };
  const order = spellings.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return right[0] - left[0] || right[1] - left[1] || compareVersions(right[2], left[2]);
  });
  const best = order[0];
  return best && rank(best)[0] >= 0 ? best.fqcn : undefined;
}

// A name that is no operator: where it can be imported from, by looking into every release.
function plain(
  name: string,
  modules: readonly string[],
  releases: readonly Release[],
  versions: ReadonlyMap<string, readonly string[]>,
): JsonClass {
  const spellings = modules.flatMap((module): JsonClass["spellings"] => {
    const having = releases.filter((release) => {
      const facts = release.modules[module];
      if (!facts) return false;
      return (
        facts.names.includes(name) ||
        name in facts.classes ||
        name in facts.imports ||
        `${module}.${name}` in facts.shims
      );
    });
    const provider = having[0]?.provider;
    if (provider === undefined) return [];
    const own = having.map((release) => release.version);
    const { since, until } = lifetime(own, versions.get(provider) ?? []);
    return [[`${module}.${name}`, provider, since ?? "", until ?? ""]];
  });
  const first = spellings.find(([, , , until]) => until === "") ?? spellings[0];
  if (!first) throw new Error(`${name} was found in none of ${modules.join(", ")}`);
  return { fqcn: first[0], kind: "other", editions: [], spellings };
}

function decoratorsOf(
  names: Names,
  releases: readonly Release[],
  kept: ReadonlyMap<string, string>,
  versions: ReadonlyMap<string, readonly string[]>,
): JsonDecorator[] {
  const found = new Map<string, { name: string; fqcn: string; provider: string; versions: string[] }>();
  for (const release of releases) {
    const add = (name: string, factory: string) => {
      const { module, name: attribute } = split(factory);
      const target = release.modules[module]?.decorated[attribute];
      const fqcn = target ? kept.get(names.resolve(release, target)) : undefined;
      if (fqcn === undefined) return;
      const key = `${name} ${release.provider}`;
      const entry = found.get(key) ?? { name, fqcn, provider: release.provider, versions: [] };
      entry.fqcn = fqcn;
      entry.versions.push(release.version);
      found.set(key, entry);
    };
    for (const [name, factory] of Object.entries(release.decorators)) add(name, factory);
    for (const [module, facts] of Object.entries(release.modules)) {
      if (!module.startsWith("airflow.decorators.")) continue;
      // airflow/decorators/bash.py: def bash_task(…)  →  @task.bash
      for (const factory of Object.keys(facts.decorated))
        if (!factory.startsWith("_")) add(factory.replace(/_task$/, ""), `${module}.${factory}`);
    }
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { name, fqcn, provider, versions: own }]) => {
      const { since } = lifetime(own, versions.get(provider) ?? []);
      return [name, fqcn, provider, since ?? ""];
    });
}

function providerLine(name: string, releases: readonly Release[]): string {
  const rows = releases.map(({ version, requires }) => {
    const bounds = requires.flatMap((line) => [...line.matchAll(/>=\s*([\d.]+\d)/g)].map((match) => match[1] ?? ""));
    return [version, name === "apache-airflow" ? version : (bounds.sort(compareVersions).at(-1) ?? "2.0.0")];
  });
  return `${JSON.stringify(name)}:${JSON.stringify(rows)}`;
}
