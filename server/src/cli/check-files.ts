/** Goes over the files of a check: lints them, or fixes them one by one. */
import { dirname } from "node:path";
import { fixAll } from "../engine/fix.ts";
import { type Around, lint, settled } from "../engine/lint.ts";
import { encodeText, type ReadResult, readSource } from "../engine/read.ts";
import type { Settings } from "../engine/settings.ts";
import { holds, SourceFiles } from "../engine/sources.ts";
import { Uses } from "../engine/uses.ts";
import { type FileResult, lintWorkspace } from "../engine/workspace.ts";
import type { Finding } from "../rules/rule.ts";
import { replaceFile } from "./rewrite.ts";

/** What became of one file. */
export type CheckedFile = {
  /** Absolute. */
  readonly path: string;
  /** The text that the findings' spans count in. */
  readonly text: string;
  readonly findings: readonly Finding[];
  /** Only when it was to be fixed: its text and findings before. */
  readonly before?: { readonly text: string; readonly findings: readonly Finding[] };
};

/** A whole run. */
export type Checked = {
  /** Sorted by path; files without findings and without changes are left out. */
  readonly files: readonly CheckedFile[];
  /** How many were looked at. */
  readonly count: number;
  /** What went wrong with a fix or with writing a file. */
  readonly problems: readonly string[];
};

/** Called now and then with the number of files done and of all files. */
export type OnProgress = (done: number, total: number) => void;

/** What a run over files on disk goes by. */
export type FileOptions = {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Where the command runs: what belongs to one project, where no repository says so, lies below it. */
  readonly cwd: string;
  readonly settingsFor: (path: string) => Settings;
  readonly onProgress: OnProgress;
};

/** The directories below which files count as one project; the root of the file system is none. */
export function projectRoots(paths: readonly string[], cwd: string): string[] {
  return [...paths, ...(dirname(cwd) === cwd ? [] : [cwd])];
}

/** Lints everything below the paths, and the files whose functions their tasks run. */
export async function lintFiles(options: FileOptions): Promise<Checked> {
  const { count, results } = await lintAll(options);
  const files = results.flatMap(({ path, text = "", findings }) =>
    findings.length > 0 ? [{ path, text, findings }] : [],
  );
  return { files, count, problems: [] };
}

/** The last result of each file, sorted by path; without those that tell nothing. */
async function lintAll(
  { paths, cwd, settingsFor, onProgress }: FileOptions,
  uses?: Uses,
  open?: ReadonlyMap<string, string>,
): Promise<{ readonly count: number; readonly results: readonly FileResult[] }> {
  const results = new Map<string, FileResult>();
  const { files: count } = await lintWorkspace(paths, settingsFor, {
    onProgress,
    roots: projectRoots(paths, cwd),
    uses,
    open,
    onFile: (result) => {
      if (result.findings.length > 0 || result.dependencies) results.set(result.path, result);
      else results.delete(result.path);
    },
  });
  return { count, results: [...results.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** A source read from anywhere, fixed in memory. */
export function fixSource(
  path: string,
  read: ReadResult,
  settings: Settings,
  unsafe: boolean,
  around: Around,
): { readonly file: CheckedFile; readonly problem?: string } {
  if ("finding" in read) return { file: { path, text: "", findings: [read.finding] } };
  const { text } = read.source;
  const findings = settled(lint(read.source, settings, around).findings);
  if (findings.every((finding) => finding.fixes.length === 0)) return { file: { path, text, findings } };
  const fixed = fixAll(read.source, settings, unsafe ? "unsafe" : "safe", around);
  const file = { path, text: fixed.text, findings: fixed.remaining, before: { text, findings } };
  return fixed.problem === undefined ? { file } : { file, problem: fixed.problem };
}

/** Fixes everything below the paths; `write` puts the new texts into the files. Other files are only reported. */
export async function fixFiles(
  options: FileOptions & { readonly unsafe: boolean; readonly write: boolean },
): Promise<Checked> {
  const { paths, cwd, settingsFor, unsafe, write } = options;
  const uses = new Uses();
  const { count, results } = await lintAll(options, uses);
  const texts = new Map<string, string>();
  const sources = new SourceFiles({ openText: (path) => texts.get(path), roots: projectRoots(paths, cwd) });
  const problems: string[] = [];
  const files = new Map<string, CheckedFile>();
  for (const { path, text = "", findings } of results) {
    files.set(path, { path, text, findings });
    if (findings.every(({ fixes }) => fixes.length === 0) || !paths.some((one) => holds(one, path))) continue;
    const read = readSource(path);
    const settings = settingsFor(path);
    const around = { sources: sources.around(path, settings), users: uses.of(path) };
    const { file, problem } = fixSource(path, read, settings, unsafe, around);
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
    const changed = file.before && file.text !== file.before.text;
    const failure = write && changed && "encoding" in read ? await written(path, file.text, read.encoding) : undefined;
    if (failure !== undefined) problems.push(`${path}: not fixed: ${failure}`);
    else if (changed) texts.set(path, file.text);
    files.set(path, failure !== undefined && file.before ? { path, ...file.before } : file);
  }
  // What is fixed in one file can change what is found in those that read it.
  if (texts.size > 0 && results.some(({ dependencies }) => dependencies)) {
    const after = new Map((await lintAll(options, undefined, texts)).results.map((result) => [result.path, result]));
    for (const [path, file] of files) files.set(path, { ...file, findings: after.get(path)?.findings ?? [] });
    for (const [path, { text = "", findings }] of after)
      if (!files.has(path)) files.set(path, { path, text, findings });
  }
  const told = [...files.values()].filter(
    (file) => file.findings.length > 0 || file.text !== (file.before?.text ?? file.text),
  );
  return { files: told.sort((a, b) => (a.path < b.path ? -1 : 1)), count, problems };
}

async function written(path: string, text: string, encoding: string): Promise<string | undefined> {
  const bytes = encodeText(text, encoding);
  return bytes ? await replaceFile(path, bytes) : `cannot be written in ${encoding}`;
}
