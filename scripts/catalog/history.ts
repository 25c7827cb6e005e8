import { compareVersions } from "../../server/src/catalog/versions.ts";
import { definitionOf, type Names } from "./names.ts";
import type { Definition, RawDefault, Release } from "./wheels.ts";

/** A class as one release of one distribution has it, what it inherits inside that distribution included. */
export type Snapshot = {
  version: string;
  fqcn: string;
  bases: string[];
  parameters: Map<string, RawDefault>;
  /** The constructor takes no further keywords, so nothing more is inherited. */
  closed: boolean;
  templateFields: string[];
  templateExt: string[];
  onKill: boolean;
  pokeOnly: boolean;
};

/** All snapshots of one lineage in one distribution, oldest first. */
export type Edition = { provider: string; releases: string[]; snapshots: Snapshot[] };

/** Reads a lineage's history, one edition per distribution that ever defined it. `stop`: lineages to inherit from elsewhere. */
export function editionsOf(
  names: Names,
  lineage: string,
  releases: ReadonlyMap<string, readonly Release[]>,
  stop: ReadonlySet<string>,
): Edition[] {
  const editions: Edition[] = [];
  const spellings = names.spellingsOf(lineage);
  for (const provider of new Set(spellings.map((spelling) => spelling.provider))) {
    const all = releases.get(provider) ?? [];
    const snapshots: Snapshot[] = [];
    for (const release of all) {
      const defined = spellings.filter(({ fqcn }) => definitionOf(release, fqcn));
      // The SDK's class before the scheduler's twin of the same name.
      const chosen = defined.find(({ fqcn }) => fqcn.startsWith("airflow.sdk.")) ?? defined[0];
      if (chosen) snapshots.push(snapshotOf(names, release, chosen.fqcn, stop));
    }
    if (snapshots.length > 0) editions.push({ provider, releases: all.map((r) => r.version), snapshots });
  }
  return editions.sort((a, b) => (a.provider < b.provider ? -1 : 1));
}

function snapshotOf(names: Names, release: Release, fqcn: string, stop: ReadonlySet<string>): Snapshot {
  const line = ancestors(names, release, fqcn, stop);
  const parameters = new Map<string, RawDefault>();
  let closed = false;
  for (const { found, unreached } of line) {
    if (found.init === undefined || unreached) continue;
    for (const [name, value] of found.init) if (!parameters.has(name)) parameters.set(name, value);
    if (!found.kwargs) {
      closed = true;
      break;
    }
  }
  const own = line[0]?.found;
  return {
    version: release.version,
    fqcn,
    bases: (own?.bases ?? []).map((base) => names.resolve(release, base)),
    parameters,
    closed,
    templateFields: fieldsOf(names, release, line, "template_fields"),
    templateExt: fieldsOf(names, release, line, "template_ext"),
    onKill: line.find(({ found }) => found.onKill !== undefined)?.found.onKill ?? false,
    pokeOnly: line.some(({ found }) => found.pokeOnly),
  };
}

/** `unreached`: a mixin behind a root class, such as `BaseOperator`, whose constructor calls no further one. */
type Ancestor = { fqcn: string; found: Definition; unreached?: boolean };

// The class and its bases within the release, nearest first, as Python would ask them (C3 on our small trees is
// depth-first with the last mention of a shared base kept).
function ancestors(names: Names, release: Release, fqcn: string, stop: ReadonlySet<string>): Ancestor[] {
  const found = definitionOf(release, fqcn);
  if (!found) return [];
  const line: Ancestor[] = [{ fqcn, found }];
  let unreached = false;
  for (const base of found.bases) {
    const lineage = names.resolve(release, base);
    if (stop.has(lineage)) {
      unreached = true;
      continue;
    }
    const target = definitionIn(names, release, lineage);
    if (target === undefined || target === fqcn) continue;
    for (const ancestor of ancestors(names, release, target, stop)) {
      const earlier = line.findIndex((entry) => entry.fqcn === ancestor.fqcn);
      if (earlier > 0) line.splice(earlier, 1);
      if (earlier !== 0) line.push(unreached ? { ...ancestor, unreached } : ancestor);
    }
  }
  return line;
}

function definitionIn(names: Names, release: Release, lineage: string): string | undefined {
  return names.spellingsOf(lineage).find(({ fqcn }) => definitionOf(release, fqcn))?.fqcn;
}

function fieldsOf(
  names: Names,
  release: Release,
  line: readonly Ancestor[],
  field: "template_fields" | "template_ext",
): string[] {
  const owner = line.find(({ found }) => found[field] !== undefined);
  const value = owner?.found[field];
  if (!value) return [];
  const inherited = value.from.flatMap((base) => {
    const target = definitionIn(names, release, names.resolve(release, base));
    return target === undefined || target === owner?.fqcn
      ? []
      : fieldsOf(names, release, ancestors(names, release, target, new Set()), field);
  });
  return [...new Set([...value.own, ...inherited])];
}

/** The span of versions in which something exists, with its ends left out where they are the history's own. */
export function lifetime(versions: readonly string[], all: readonly string[]): { since?: string; until?: string } {
  const sorted = [...versions].sort(compareVersions);
  const since = sorted[0];
  const until = sorted[sorted.length - 1];
  return {
    ...(since !== undefined && since !== all[0] ? { since } : {}),
    ...(until !== undefined && until !== all[all.length - 1] ? { until } : {}),
  };
}
