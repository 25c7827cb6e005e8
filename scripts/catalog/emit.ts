import type { JsonClass, JsonDefault, JsonParameter } from "../../server/src/catalog/format.ts";
import { compareVersions } from "../../server/src/catalog/versions.ts";
import { type Edition, lifetime, type Snapshot } from "./history.ts";
import { type Spelling, split } from "./names.ts";
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
  listed: ReadonlyMap<string, readonly string[]>,
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
    spellings: inOrder(spellings, lineage, listed.get(lineage.fqcn) ?? []),
  };
}

// The spelling to write comes first: the listed modules in their order, the canonical one, where the class really is
// or was, then what lasts longest.
function inOrder(
  spellings: JsonClass["spellings"],
  lineage: Lineage,
  modules: readonly string[],
): JsonClass["spellings"] {
  const defined = new Set(lineage.editions.flatMap(({ snapshots }) => snapshots.map((snapshot) => snapshot.fqcn)));
  const rank = ([fqcn, provider]: JsonClass["spellings"][number]): number => {
    const place = modules.indexOf(split(fqcn).module);
    if (place >= 0) return place;
    if (fqcn === lineage.fqcn) return 100;
    if (provider === "apache-airflow-providers-common-compat") return 104;
    // `airflow.operators.BashOperator` was the way of 1.7 and went with 2.0.
    if (/^airflow\.(contrib\.)?(operators|sensors|hooks)\.[^.]+$/.test(fqcn)) return 103;
    return defined.has(fqcn) ? 101 : 102;
  };
  return spellings.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      compareVersions(b[3] || "999", a[3] || "999") ||
      compareVersions(b[2] || "0", a[2] || "0") ||
      (a[0] < b[0] ? -1 : 1),
  );
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
