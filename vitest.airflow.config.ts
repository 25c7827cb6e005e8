import { defineConfig } from "vitest/config";

// Imports of a real Airflow with its providers take seconds when cached and minutes after an installation.
export default defineConfig({
  test: {
    include: ["test/airflow/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
  },
});
