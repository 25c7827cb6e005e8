import { defineConfig } from "vitest/config";

/** The tests that need a real Airflow: `npm run test:airflow`. Loading an Airflow takes its time. */
export default defineConfig({
  test: {
    include: ["test/airflow/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One process of Airflow at a time for each version.
    maxWorkers: 2,
  },
});
