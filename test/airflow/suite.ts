/** All tests of one real Airflow. Each Airflow has files of its own, so that they run side by side. */
import { describe, expect, test } from "vitest";
import { airflowEnvironment, type Environment } from "./environment.ts";
import { factTests } from "./facts.ts";
import { fixesTests } from "./fixes.ts";
import { importTests } from "./imports.ts";
import type { EnvironmentName } from "./layout.ts";

/**
 * Defines tests that need an installed Airflow. A missing environment is printed and skipped; where `CI` is set it is a
 * failure, because there everything is installed first.
 */
export function withAirflow(name: EnvironmentName, define: (environment: Environment) => void): void {
  const { CI } = process.env;
  const environment = airflowEnvironment(name);
  if (!("missing" in environment)) {
    describe(`${environment.name} (Airflow ${environment.airflow})`, () => define(environment));
  } else if (CI) {
    test(`${environment.name} is installed`, () => expect.fail(environment.missing));
  } else {
    console.warn(`skipped: ${environment.missing}`);
    test.skip(environment.missing, () => undefined);
  }
}

/** The tests that load DAG files and classes, and run nothing. */
export function testAirflow(name: EnvironmentName): void {
  withAirflow(name, (environment) => {
    importTests(environment);
    factTests(environment);
    fixesTests(environment);
  });
}
