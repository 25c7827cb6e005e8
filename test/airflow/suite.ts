/** The frame of every test that needs a real Airflow. */
import { describe, expect, test } from "vitest";
import { airflowEnvironments, type Environment } from "./environment.ts";

/**
 * Defines the tests of `body` once for each environment. A missing environment is printed and skipped; where `CI` is
 * set it is a failure, because there everything is installed first.
 */
export function describeInEachAirflow(body: (environment: Environment) => void): void {
  const { CI } = process.env;
  for (const environment of airflowEnvironments()) {
    if (!("missing" in environment)) {
      describe(`${environment.name} (Airflow ${environment.airflow})`, () => body(environment));
    } else if (CI) {
      test(`${environment.name} is installed`, () => expect.fail(environment.missing));
    } else {
      console.warn(`skipped: ${environment.missing}`);
      test.skip(environment.missing, () => undefined);
    }
  }
}
