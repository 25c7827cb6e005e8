import { decorators, recordOf, releases } from "./data.ts";
import type { JsonClass, JsonDefault, JsonParameter } from "./format.ts";
import type { Default, OperatorClass, Parameter, ProviderVersions } from "./operator.ts";
import { compareVersions } from "./versions.ts";

export type { Default, OperatorClass, OperatorKind, Parameter, ProviderVersions } from "./operator.ts";
export { compareVersions } from "./versions.ts";

type Edition = JsonClass["editions"][number];

const built = new Map<JsonClass, OperatorClass>();

/** The class behind any spelling it ever had; `undefined` where the catalogue knows none. */
export function findClass(fqcn: string): OperatorClass | undefined {
  const record = recordOf(fqcn);
  return record && classOf(record);
}

/** A keyword of the constructor, own or inherited (up to BaseOperator), in the class's newest edition that has it. */
export function parameterOf(cls: OperatorClass, name: string): Parameter | undefined {
  const record = recordOf(cls.fqcn);
  if (!record) return undefined;
  const own = ownParameter(record, name);
  const owner = inheritedFrom(cls, name);
  const inherited = owner && parameterOf(owner, name);
  if (own === undefined) return inherited && { ...inherited, inherited: inherited.inherited ?? owner.fqcn };
  // Once the class's own, now a base's: it is still there.
  if (own.until !== undefined && inherited) {
    const { until: _, ...lasting } = own;
    return { ...lasting, default: inherited.default };
  }
  return owner && recordOf(owner.fqcn) !== record ? { ...own, inherited: inherited?.inherited ?? owner.fqcn } : own;
}

/**
 * The default of a keyword in the version of its provider (or, for what lived in the core then, of Airflow) that is
 * installed; the newest one's where the version is not known. `undefined`: no such keyword there.
 */
export function defaultOf(cls: OperatorClass, name: string, versions: ProviderVersions): Default | undefined {
  const record = recordOf(cls.fqcn);
  if (!record) return undefined;
  const edition = editionFor(record, versions);
  const version = edition && versions[edition.provider];
  const raw = edition?.parameters[name];
  if (edition !== undefined && raw !== undefined) {
    const story = storyOf(raw);
    if (version === undefined)
      return story.until === undefined ? toDefault(story.default) : fromBases(cls, name, versions);
    if (isWithin(edition.provider, version, story.since, story.until)) {
      const entry = story.history?.findLast(([since]) => compareVersions(since, version) <= 0);
      return toDefault(entry ? entry[1] : story.default);
    }
  }
  return fromBases(cls, name, versions);
}

/** Whether a class is, or descends from, the class with that name (any spelling). Every rule asks it of every task. */
export function isSubclassOf(cls: OperatorClass, fqcn: string): boolean {
  return cls.lineage.has(fqcn);
}

/** Every spelling of a class and of all that it descends from. */
function lineageOf(fqcn: string): string[] {
  const record = recordOf(fqcn);
  if (!record) return [fqcn];
  return [fqcn, ...record.spellings.map(([spelling]) => spelling), ...(record.bases ?? []).flatMap(lineageOf)];
}

/** Where to import a class from in a project with these versions; `undefined`: it does not exist there. */
export function importPathOf(
  cls: OperatorClass,
  target: { airflow: string; providers: ProviderVersions },
): { module: string; name: string } | undefined {
  const record = recordOf(cls.fqcn);
  if (!record) return undefined;
  const usable = record.spellings.filter(([, provider, since, until]) => {
    const version = installed(provider, target);
    return version !== undefined && isWithin(provider, version, since || undefined, until || undefined);
  });
  // What the core itself holds needs no further package, and is certain to be there.
  const declared = target.providers[cls.provider] !== undefined;
  const core = !declared && coreHolds(record, target.airflow);
  const chosen = (core ? usable.find(([, provider]) => provider === "apache-airflow") : undefined) ?? usable[0];
  return chosen && { module: moduleOf(chosen[0]), name: nameOf(chosen[0]) };
}

/** The TaskFlow decorator `task.<name>` (`"task.bash"`): the operator class behind it and the versions that have it. */
export function decoratorOf(
  name: string,
): { name: string; operator: string; since: { provider: string; version: string | undefined }[] } | undefined {
  const short = name.replace(/^task\./, "");
  const rows = decorators().filter(([each]) => each === short);
  // The class of the newest home: a provider's before the core's.
  const row = rows.findLast(([, , provider]) => provider !== "apache-airflow") ?? rows[0];
  if (!row) return undefined;
  const since = rows.map(([, , provider, version]) => ({ provider, version: version || undefined }));
  return { name: short, operator: row[1], since };
}

/**
 * The newest release of a provider, among those that were read, that runs with this Airflow. `undefined` where there
 * is none (providers began with Airflow 2.0) or the provider is not known.
 */
export function newestProviderFor(provider: string, airflow: string): string | undefined {
  if (provider === "apache-airflow") return airflow;
  if (compareVersions(airflow, "2.0.0") < 0) return undefined;
  return releases[provider]?.findLast(([, oldest]) => compareVersions(oldest, airflow) <= 0)?.[0];
}

/** The oldest Airflow that a release of a provider runs with (of the nearest older release that was read). */
export function oldestAirflowFor(provider: string, version: string): string | undefined {
  return releases[provider]?.findLast(([each]) => compareVersions(each, version) <= 0)?.[1];
}

function classOf(record: JsonClass): OperatorClass {
  const known = built.get(record);
  if (known) return known;
  const edition = record.editions[0];
  const provider = record.spellings.find(([fqcn]) => fqcn === record.fqcn)?.[1] ?? "apache-airflow";
  const cls: OperatorClass = {
    name: nameOf(record.fqcn),
    module: moduleOf(record.fqcn),
    fqcn: record.fqcn,
    provider,
    kind: record.kind,
    bases: record.bases ?? [],
    lineage: new Set(lineageOf(record.fqcn)),
    ...(edition?.since === undefined ? {} : { since: edition.since }),
    ...(edition?.until === undefined ? {} : { until: edition.until }),
    templateFields: record.fields ?? [],
    templateExt: record.ext ?? [],
    hasOnKill: record.onKill ?? false,
  };
  built.set(record, cls);
  return cls;
}

function ownParameter(record: JsonClass, name: string): Parameter | undefined {
  for (const edition of record.editions) {
    const raw = edition.parameters[name];
    if (raw === undefined) continue;
    const { since, until, history, default: value } = storyOf(raw);
    const from = since ?? edition.since;
    const to = until ?? edition.until;
    return {
      name,
      default: toDefault(value),
      ...(from === undefined ? {} : { since: from }),
      ...(to === undefined ? {} : { until: to }),
      ...(history === undefined
        ? {}
        : { history: history.map(([version, each]) => ({ since: version, default: toDefault(each) })) }),
    };
  }
  return undefined;
}

function inheritedFrom(cls: OperatorClass, name: string): OperatorClass | undefined {
  if (recordOf(cls.fqcn)?.closed) return undefined;
  for (const base of cls.bases) {
    const found = findClass(base);
    if (found && parameterOf(found, name)) return found;
  }
  return undefined;
}

function fromBases(cls: OperatorClass, name: string, versions: ProviderVersions): Default | undefined {
  if (recordOf(cls.fqcn)?.closed) return undefined;
  for (const base of cls.bases) {
    const found = findClass(base);
    const value = found && defaultOf(found, name, versions);
    if (value) return value;
  }
  return undefined;
}

// The edition that is installed: the provider's where its version is known, the core's while that still had the class.
function editionFor(record: JsonClass, versions: ProviderVersions): Edition | undefined {
  const known = record.editions.find((edition) => {
    const version = versions[edition.provider];
    return version !== undefined && isWithin(edition.provider, version, edition.since, edition.until);
  });
  return known ?? record.editions[0];
}

// What the last release read had is taken to last until the next one read, which had it no longer.
function isWithin(provider: string, version: string, since: string | undefined, until: string | undefined): boolean {
  if (since !== undefined && compareVersions(version, since) < 0) return false;
  if (until === undefined) return true;
  const next = releases[provider]?.find(([each]) => compareVersions(each, until) > 0);
  return next === undefined || compareVersions(version, next[0]) < 0;
}

function installed(provider: string, target: { airflow: string; providers: ProviderVersions }): string | undefined {
  if (provider === "apache-airflow") return target.airflow;
  return target.providers[provider] ?? newestProviderFor(provider, target.airflow);
}

function coreHolds(record: JsonClass, airflow: string): boolean {
  const core = record.editions.find((edition) => edition.provider === "apache-airflow");
  return core !== undefined && isWithin(core.provider, airflow, core.since, core.until);
}

function storyOf(raw: JsonParameter): Exclude<JsonParameter, JsonDefault> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) ? raw : { default: raw };
}

function toDefault(raw: JsonDefault): Default {
  if (!Array.isArray(raw)) return { kind: "literal", value: raw };
  const text = raw[0];
  return text === undefined ? { kind: "required" } : { kind: "expression", text };
}

function moduleOf(fqcn: string): string {
  return fqcn.slice(0, fqcn.lastIndexOf("."));
}

function nameOf(fqcn: string): string {
  return fqcn.slice(fqcn.lastIndexOf(".") + 1);
}
