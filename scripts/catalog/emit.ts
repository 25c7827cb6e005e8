import type { JsonClass, JsonDefault, JsonParameter } from "../../server/src/catalog/format.ts";
import { compareVersions } from "../../server/src/catalog/versions.ts";
import { type Edition, lifetime, type Snapshot } from "./history.ts";
import type { Spelling } from "./names.ts";
import type { RawDefault } from "./wheels.ts";

/** A lineage on its way into operators.generated.json. */
export type Lineage = { id: string; fqcn: string; kind: JsonClass["kind"]; editions: Edition[]; spellings: Spelling[] };

/** The newest snapshot, of the edition that holds the canonical spelling. */
export function newest(lineage: Lineage): Snapshot | undefined {
  const edition = home(lineage);
  return edition?.snapshots[edition.snapshots.length - 1];
}

function home({ editions, spellings, fqcn }: Lineage): Edition | undefined {
  const provider = spellings.find((spelling) => spelling.fqcn === fqcn)?.provider;
  return editions.find((edition) => edition.provider === provider) ?? editions[editions.length - 1];
}

/** The record that the product reads; `canonical` names a lineage by its newest spelling, if the catalogue keeps it. */
export function record(
  lineage: Lineage,
  releases: ReadonlyMap<string, readonly string[]>,
  canonical: (id: string) => string | undefined,
): JsonClass {
  const last = newest(lineage);
  const first = home(lineage);
  const ordered = lineage.editions.toSorted((a, b) => Number(b === first) - Number(a === first));
  const bases = (last?.bases ?? []).map(canonical).filter((base) => base !== undefined);
  const spellings = lineage.spellings.map(({ fqcn, provider, versions }): JsonClass["spellings"][number] => {
    const { since, until } = lifetime(versions, releases.get(provider) ?? []);
    return [fqcn, provider, since ?? "", until ?? ""];
  });
  return {
    fqcn: lineage.fqcn,
    kind: lineage.kind,
    ...(bases.length > 0 ? { bases } : {}),
    ...(last?.templateFields.length ? { fields: last.templateFields } : {}),
    ...(last?.templateExt.length ? { ext: last.templateExt } : {}),
    ...(last?.onKill ? { onKill: true } : {}),
    ...(last?.pokeOnly ? { pokeOnly: true } : {}),
    ...(last?.closed ? { closed: true } : {}),
    editions: ordered.map((edition) => ({
      provider: edition.provider,
      ...lifetime(
        edition.snapshots.map((snapshot) => snapshot.version),
        edition.releases,
      ),
      parameters: parametersOf(edition.snapshots),
    })),
    spellings: spellings.filter(([, , , until], index) => keep(spellings, index, until)),
  };
}

// Among the many names of one thing, one per provider and module is enough.
function keep(spellings: JsonClass["spellings"], index: number, _until: string): boolean {
  const name = spellings[index]?.[0];
  return spellings.findIndex(([fqcn]) => fqcn === name) === index;
}

function parametersOf(snapshots: readonly Snapshot[]): Record<string, JsonParameter> {
  const versions = snapshots.map((snapshot) => snapshot.version);
  const timeline = new Map<string, { version: string; value: JsonDefault }[]>();
  for (const { version, parameters } of snapshots) {
    for (const [name, value] of parameters) {
      const entries = timeline.get(name) ?? [];
      entries.push({ version, value: compact(value) });
      timeline.set(name, entries);
    }
  }
  const out: Record<string, JsonParameter> = {};
  for (const [name, entries] of timeline) {
    const span = lifetime(
      entries.map((entry) => entry.version),
      versions,
    );
    const changes = entries
      .filter((entry, i) => JSON.stringify(entry.value) !== JSON.stringify(entries[i - 1]?.value))
      .toSorted((a, b) => compareVersions(a.version, b.version));
    const value = entries[entries.length - 1]?.value ?? null;
    const history = changes.map((entry): [string, JsonDefault] => [entry.version, entry.value]);
    out[name] =
      span.since === undefined && span.until === undefined && changes.length < 2
        ? value
        : { default: value, ...span, ...(changes.length > 1 ? { history } : {}) };
  }
  return out;
}

function compact(value: RawDefault): JsonDefault {
  if (typeof value !== "object" || value === null) return value;
  return "text" in value ? [value.text] : [];
}
