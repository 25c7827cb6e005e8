/**
 * `npm test`: every check there is, one after the other, so that one failure does not hide the next. What a machine
 * lacks (Chromium, Python, sshd) is skipped by the runner concerned, which says how to get it; with `CI=true` a skip is
 * a failure. Names on the command line run only those: `npm test -- unit grammar`.
 */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each step is the npm script of that name. */
const steps = [
  "typecheck",
  "lint",
  "generate:check",
  "build",
  "test:unit",
  "test:grammar",
  "test:vscode",
  "test:airflow",
];

const words = process.argv.slice(2);
const chosen = words.length === 0 ? steps : steps.filter((step) => words.includes(step.replace(/^test:/, "")));
if (chosen.length < words.length) {
  console.error(`there are the steps ${steps.map((step) => step.replace(/^test:/, "")).join(", ")}`);
  process.exit(2);
}
const results = chosen.map((step) => {
  console.log(`\n── ${step}`);
  const begun = performance.now();
  const { status } = spawnSync("npm", ["run", "--silent", step], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return { step, ok: status === 0, seconds: (performance.now() - begun) / 1000 };
});
console.log("");
for (const { step, ok, seconds } of results) {
  console.log(`${ok ? "ok    " : "FAILED"}  ${step.padEnd(16)} ${seconds.toFixed(1)} s`);
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
