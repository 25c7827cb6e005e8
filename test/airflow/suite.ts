/** All tests of one real Airflow. Each Airflow has a file of its own, so that they run side by side. */
import { describe, expect, test } from "vitest";
import { behaviourTests } from "./behaviour.ts";
import { airflowEnvironment } from "./environment.ts";
import { fixesTests } from "./fixes.ts";
import { importTests } from "./imports.ts";
import type { EnvironmentName } from "./layout.ts";

/**
 * Defines the tests. A missing environment is printed and skipped; where `CI` is set it is a failure, because there
 * everything is installed first.
 */
export function testAirflow(name: EnvironmentName): void {
  const { CI } = process.env;
  const environment = airflowEnvironment(name);
  if (!("missing" in environment)) {
    describe(`${environment.name} (Airflow ${environment.airflow})`, () => {
      importTests(environment);
      behaviourTests(environment);
      fixesTests(environment);
    });
  } else if (CI) {
    test(`${environment.name} is installed`, () => expect.fail(environment.missing));
  } else {
    console.warn(`skipped: ${environment.missing}`);
    test.skip(environment.missing, () => undefined);
  }
}
