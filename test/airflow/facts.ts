import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { behaviours } from "../../server/src/catalog/behaviour.ts";
import { defaultOf, findClass, importPathOf, type ProviderVersions } from "../../server/src/catalog/index.ts";
import { listedSensors, sensorFacts } from "../../server/src/catalog/sensors.ts";
import { type ClassAnswer, type ClassQuestion, checkClasses } from "./classes.ts";
import type { Environment } from "./environment.ts";

/** Canonical name → the keywords that some fact gives it. */
function named(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (fqcn: string, keywords: readonly (string | undefined)[]) => {
    const known = found.get(fqcn) ?? new Set<string>();
    for (const keyword of keywords) if (keyword !== undefined) known.add(keyword);
    found.set(fqcn, known);
  };
  for (const { operator, wait, timeout, sensor } of behaviours) {
    const emitted = "emit" in wait ? (wait.emit ?? []) : [];
    add(operator, ["parameter" in wait ? wait.parameter : undefined, ...emitted.map(({ name }) => name)]);
    add(operator, [timeout?.parameter, timeout?.delay]);
    for (const imported of emitted.flatMap(({ imports }) => imports ?? [])) add(imported, []);
    if (!sensor) continue;
    add(operator, [...sensor.arguments.map(({ argument }) => argument), ...(sensor.copies ?? [])]);
    add(sensor.class, [...sensor.arguments.map(({ name }) => name), ...(sensor.copies ?? [])]);
  }
  for (const fqcn of listedSensors) {
    const cls = findClass(fqcn);
    const facts = cls && sensorFacts(cls);
    add(fqcn, [facts?.failureParameter, facts?.deferrable ? "deferrable" : undefined]);
  }
  return found;
}

function installedIn(environment: Environment): ProviderVersions {
  const lines = readFileSync(environment.lock, "utf8").matchAll(/^(apache-airflow[\w-]*)==([\d.]+)/gm);
  return Object.fromEntries([...lines].map(([, name = "", version]) => [name, version]));
}

// Nothing that a fix writes is imported from these; each would bring many packages with it.
const notInstalled = [
  "apache-airflow-providers-apache-druid",
  "apache-airflow-providers-papermill",
  "apache-airflow-providers-singularity",
  "apache-airflow-providers-teradata",
  "apache-airflow-providers-yandex",
  "astronomer-providers",
];

/** What the hand-written facts name exists in the real packages: fixes write these classes and keywords. */
export function factTests(environment: Environment): void {
  const providers = installedIn(environment);
  const questions: ClassQuestion[] = [];
  const gone: ClassQuestion[] = [];
  const unasked = new Set<string>();
  for (const [fqcn, keywords] of named()) {
    const cls = findClass(fqcn);
    if (!cls) throw new Error(`the catalogue has no ${fqcn}`);
    if (cls.provider !== "apache-airflow" && providers[cls.provider] === undefined) {
      unasked.add(cls.provider);
      continue;
    }
    const path = importPathOf(cls, { airflow: environment.airflow, providers });
    const parameters = [...keywords].filter((keyword) => defaultOf(cls, keyword, providers) !== undefined);
    if (path) questions.push({ fqcn: `${path.module}.${path.name}`, parameters });
    else gone.push({ fqcn, parameters: [] });
  }
  let answers: readonly ClassAnswer[] = [];
  const missing = (some: readonly ClassAnswer[]) => some.filter((answer) => "missing" in answer);

  beforeAll(async () => {
    answers = await checkClasses(environment, [...questions, ...gone]);
  });

  test("every other provider with a fact is installed", () => {
    expect([...unasked].sort()).toEqual(notInstalled);
  });

  test("every class that the catalogue promises for these versions can be imported", () => {
    expect(answers.length).toBe(questions.length + gone.length);
    expect(missing(answers.slice(0, questions.length))).toEqual([]);
  });

  test("no class that has gone by these versions can be imported", () => {
    expect(missing(answers.slice(questions.length)).length).toBe(gone.length);
  });

  test("every keyword that the catalogue promises for these versions is accepted", () => {
    expect(questions.flatMap(({ parameters }) => parameters).length).toBeGreaterThan(questions.length);
    const refused = answers.flatMap((answer) => {
      return "unknown" in answer ? answer.unknown.map((keyword) => `${answer.fqcn}: ${keyword}`) : [];
    });
    expect(refused).toEqual([]);
  });
}
