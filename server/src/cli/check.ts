import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { missing } from "../engine/discover.ts";
import { ensureGrammars } from "../engine/grammars.ts";
import { lint, settled } from "../engine/lint.ts";
import { internalError } from "../engine/own.ts";
import { decodeSource } from "../engine/read.ts";
import { describeProblem, type Settings, settingsResolver } from "../engine/settings.ts";
import { SourceFiles } from "../engine/sources.ts";
import { type Checked, fixFiles, fixSource, lintFiles, projectRoots } from "./check-files.ts";
import { type CheckOptions, checkOptions, readCheckOptions } from "./check-options.ts";
import type { Command } from "./command.ts";
import { unifiedDiff } from "./diff.ts";
import { paint } from "./paint.ts";
import { shownPath } from "./place.ts";
import { progressLine } from "./progress.ts";
import { formats, readable } from "./reporters/formats.ts";
import { counted, fixable, goneByRule, statisticsJson, statisticsText, summaryText } from "./summary.ts";
import { exit, type Terminal } from "./terminal.ts";

/** Lints or fixes standard input; with `--fix` its text goes to standard output. */
async function checkStdin(
  name: string,
  options: CheckOptions,
  settingsFor: (path: string) => Settings,
  terminal: Terminal,
): Promise<Checked> {
  const path = resolve(terminal.cwd, name);
  const read = decodeSource(path, await terminal.stdin());
  const settings = settingsFor(path);
  const sources = new SourceFiles({ roots: projectRoots([], terminal.cwd) });
  const around = { sources: sources.around(path, settings) };
  if (options.mode === "report") {
    if ("finding" in read) return { files: [{ path, text: "", findings: [read.finding] }], count: 1, problems: [] };
    const findings = settled(lint(read.source, settings, around).findings);
    const files = findings.length > 0 ? [{ path, text: read.source.text, findings }] : [];
    return { files, count: 1, problems: [] };
  }
  const { file, problem } = fixSource(path, read, settings, options.unsafe, around);
  if (options.mode === "fix") terminal.out(file.text);
  return { files: [file], count: 1, problems: problem === undefined ? [] : [`${name}: ${problem}`] };
}

async function checkFiles(
  options: CheckOptions,
  settingsFor: (path: string) => Settings,
  terminal: Terminal,
): Promise<Checked> {
  const paths = options.paths.map((path) => resolve(terminal.cwd, path));
  const progress = progressLine(terminal, options.mode === "fix" ? "Fixing" : "Checking");
  try {
    const given = { paths, cwd: terminal.cwd, settingsFor, onProgress: progress.report };
    if (options.mode === "report") return await lintFiles(given);
    return await fixFiles({ ...given, unsafe: options.unsafe, write: options.mode === "fix" });
  } finally {
    progress.finish();
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The findings in the format asked for. Texts for people go on to the summary; for programs it would be noise. */
function report(checked: Checked, options: CheckOptions, terminal: Terminal): void {
  // Fixed standard input has standard output for itself.
  const out = options.stdin !== undefined && options.mode === "fix" ? terminal.err : terminal.out;
  const pens = paint(terminal.colors);
  const shown = (path: string) => shownPath(terminal.cwd, path);
  const all = checked.files.flatMap((file) => file.findings);
  const people = readable.has(options.format);
  if (options.statistics) out(people ? statisticsText(all, pens) : statisticsJson(all));
  else {
    const files = checked.files.map((file) => ({ ...file, path: shown(file.path) }));
    const reporter = formats.get(options.format);
    if (reporter) out(reporter(files, { pens, version: packageJson.version, shown, textOf }));
  }
  const fixed = checked.files.flatMap(({ path, findings, before, text }) =>
    before && before.text !== text ? [{ path: shown(path), gone: goneByRule(before.findings, findings) }] : [],
  );
  if (options.mode === "fix" && fixed.length > 0) {
    const lines = fixed.map(({ path, gone }) => `  ${path}: ${gone.join(", ")}\n`).join("");
    (people ? out : terminal.err)(`${pens.green("Fixed")} ${counted(fixed.length, "file")}:\n${lines}`);
  }
  if (!people) return;
  if (checked.count === 0)
    terminal.err(
      "tether: there are no Python files here (tests are looked at only when they are named, or by include-tests)\n",
    );
  else out(summaryText(all, checked.files.filter((file) => file.findings.length > 0).length, checked.count, pens));
}

/** The diff of a `--diff` run, and on standard error what it leaves alone. */
function showDiff(checked: Checked, options: CheckOptions, terminal: Terminal): void {
  const pens = paint(terminal.colors);
  let changed = 0;
  for (const { path, text, before } of checked.files) {
    const diff = unifiedDiff(shownPath(terminal.cwd, path), before?.text ?? text, text, pens);
    if (diff !== "") changed++;
    terminal.out(diff);
  }
  const left = checked.files.flatMap((file) => file.findings);
  const { unsafe } = fixable(left);
  let told = `${counted(changed, "file")} would change`;
  if (left.length > 0) told += `; ${counted(left.length, "finding")} would remain`;
  if (unsafe > 0 && !options.unsafe) told += `, ${unsafe} of them fixable with --unsafe-fixes`;
  terminal.err(`${told}.\n`);
}

async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const options = readCheckOptions(words);
  const { config } = options.overrides;
  const resolver = settingsResolver({
    ...options.overrides,
    config: config === undefined ? undefined : resolve(terminal.cwd, config),
  });
  if (options.stdin === undefined) {
    const absent = options.paths.filter((path) => missing([resolve(terminal.cwd, path)]).length > 0);
    for (const path of absent) terminal.err(`tether: there is no file or directory "${path}"\n`);
    if (absent.length > 0) return exit.error;
  }
  await ensureGrammars();
  const settingsFor = (path: string) => resolver.for(path);
  const checked =
    options.stdin === undefined
      ? await checkFiles(options, settingsFor, terminal)
      : await checkStdin(options.stdin, options, settingsFor, terminal);

  if (options.mode === "diff") showDiff(checked, options, terminal);
  else report(checked, options, terminal);
  for (const problem of checked.problems) terminal.err(`tether: ${problem}\n`);
  const wrong = resolver.problems();
  for (const problem of wrong) {
    terminal.err(`tether: ${describeProblem({ ...problem, path: shownPath(terminal.cwd, problem.path) })}\n`);
  }

  const findings = checked.files.flatMap((file) => file.findings);
  const failed = findings.some((finding) => finding.rule === internalError.name);
  if (failed || wrong.length > 0 || checked.problems.length > 0) return exit.error;
  const wouldChange =
    options.mode === "diff" &&
    checked.files.some((file) => file.before?.text !== undefined && file.before.text !== file.text);
  return (findings.length > 0 || wouldChange) && !options.exitZero ? exit.findings : exit.clean;
}

/** `tether check` */
export const check: Command = {
  name: "check",
  operands: "[PATH…]",
  summary: "Check DAG files, and fix what can be fixed.",
  details: `Without a path it checks the Python files below the working directory, but for those that .gitignore,
.airflowignore or \`exclude\` leave out, and for tests (\`include-tests\`). \`-\` stands for standard input.

A fault in a function that a checked DAG's tasks run is reported in the file that holds it, wherever in the project that
is. --fix changes only what lies below the paths.`,
  options: checkOptions,
  run,
};
