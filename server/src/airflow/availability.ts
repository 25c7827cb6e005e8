/** What exists in the project's versions: classes, their parameters and defaults. */
import { compareVersions, defaultOf, importPathOf, newestProviderFor } from "../catalog/index.ts";
import type { Default, OperatorClass, ProviderVersions } from "../catalog/operator.ts";
import type { Task } from "./dagfile.ts";
import { airflowMajor, type Project } from "./target.ts";

/**
 * The version of a provider that the project has: its own pin, else the newest that its Airflow can have.
 * Undefined: this Airflow has no such provider (1.10, or a provider younger than it).
 */
export function providerVersion(project: Project, provider: string): string | undefined {
  const { target } = project;
  return target.providers[provider] ?? newestProviderFor(provider, target.airflow);
}

/** What was looked up for one class in one project: each task is asked by many rules. */
type Known = { readonly versions: ProviderVersions; readonly defaults: Map<string, Default | undefined> };
const known = new WeakMap<Project, Map<OperatorClass, Known>>();

function knownOf(project: Project, cls: OperatorClass): Known {
  let classes = known.get(project);
  if (!classes) {
    classes = new Map();
    known.set(project, classes);
  }
  let one = classes.get(cls);
  if (!one) {
    const { airflow, providers } = project.target;
    const versions = {
      ...providers,
      [cls.provider]: providerVersion(project, cls.provider),
      "apache-airflow": airflow,
    };
    one = { versions, defaults: new Map() };
    classes.set(cls, one);
  }
  return one;
}

/** All versions, as the catalogue's look-ups want them for one class. */
function versionsFor(project: Project, cls: OperatorClass): ProviderVersions {
  return knownOf(project, cls).versions;
}

/** The default of a class's parameter in the project's versions; undefined: it has no such parameter there. */
function defaultIn(project: Project, cls: OperatorClass, name: string): Default | undefined {
  const { versions, defaults } = knownOf(project, cls);
  if (!defaults.has(name)) defaults.set(name, defaultOf(cls, name, versions));
  return defaults.get(name);
}

/** The default of a task's parameter in the project's versions; undefined: it has no such parameter there. */
export function parameterDefault(project: Project, task: Task, name: string): Default | undefined {
  return task.operator.known && defaultIn(project, task.operator.known, name);
}

/** Whether a class has a parameter of that name in the project's versions. */
export function hasParameter(project: Project, cls: OperatorClass, name: string): boolean {
  return defaultIn(project, cls, name) !== undefined;
}

/** Where to import a class from in the project's versions; undefined: it does not exist there. */
export function importPath(
  project: Project,
  cls: OperatorClass,
): { readonly module: string; readonly name: string } | undefined {
  return importPathOf(cls, { airflow: project.target.airflow, providers: versionsFor(project, cls) });
}

/** Whether the project's provider is at least that version; false when this Airflow has no such provider. */
export function providerAtLeast(project: Project, provider: string, version: string): boolean {
  const have = providerVersion(project, provider);
  return have !== undefined && compareVersions(have, version) >= 0;
}

/**
 * Whether the project tells its version of a provider: by a pin of its own, or by an Airflow 3, which takes only
 * today's. Else the newest that its Airflow can have is taken, and an older one may be installed.
 */
export function providerIsKnown({ target }: Project, provider: string): boolean {
  if (target.providers[provider] !== undefined) return true;
  return target.origin !== "default" && airflowMajor(target) >= 3;
}

/** Whether the project's Airflow is at least that version. */
export function airflowAtLeast(project: Project, version: string): boolean {
  return compareVersions(project.target.airflow, version) >= 0;
}

/** Airflow 1.10: no providers, no TaskFlow, no triggerer. */
export function isAirflow1(project: Project): boolean {
  return airflowMajor(project.target) === 1;
}
