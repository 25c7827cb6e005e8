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

/** All versions, as the catalogue's look-ups want them for one class. */
function versionsFor(project: Project, cls: OperatorClass): ProviderVersions {
  const { airflow, providers } = project.target;
  return { ...providers, [cls.provider]: providerVersion(project, cls.provider), "apache-airflow": airflow };
}

/** The default of a task's parameter in the project's versions; undefined: it has no such parameter there. */
export function parameterDefault(project: Project, task: Task, name: string): Default | undefined {
  const { known } = task.operator;
  return known && defaultOf(known, name, versionsFor(project, known));
}

/** Whether a class has a parameter of that name in the project's versions. */
export function hasParameter(project: Project, cls: OperatorClass, name: string): boolean {
  return defaultOf(cls, name, versionsFor(project, cls)) !== undefined;
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

/** Whether the project's Airflow is at least that version. */
export function airflowAtLeast(project: Project, version: string): boolean {
  return compareVersions(project.target.airflow, version) >= 0;
}

/** Airflow 1.10: no providers, no TaskFlow, no triggerer. */
export function isAirflow1(project: Project): boolean {
  return airflowMajor(project.target) === 1;
}
