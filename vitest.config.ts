import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/vscode/**", "test/airflow/**", "test/bench/**"],
    testTimeout: 60_000,
  },
});
