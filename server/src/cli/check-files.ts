/** Goes over the files of a check: lints them, or fixes them one by one. */
import { join } from "node:path";
import { discover } from "../engine/discover.ts";
import { fixAll } from "../engine/fix.ts";
import { lint, settled } from "../engine/lint.ts";
import { encodeText, type ReadResult, readSource } from "../engine/read.ts";
import type { Settings } from "../engine/settings.ts";
import { lintWorkspace } from "../engine/workspace.ts";
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

function sorted(files: readonly CheckedFile[]): CheckedFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Lints everything below the paths. */
export async function lintFiles(
  paths: readonly string[],
  settingsFor: (path: string) => Settings,
  onProgress: OnProgress,
): Promise<Checked> {
  const files: CheckedFile[] = [];
  const { files: count } = await lintWorkspace(paths, settingsFor, {
    onProgress,
    onFile: ({ path, text = "", findings }) => {
      if (findings.length > 0) files.push({ path, text, findings });
    },
  });
  return { files: sorted(files), count, problems: [] };
}

/** A source read from anywhere, fixed in memory. */
export function fixSource(
  path: string,
  read: ReadResult,
  settings: Settings,
  unsafe: boolean,
): { readonly file: CheckedFile; readonly problem?: string } {
  if ("finding" in read) return { file: { path, text: "", findings: [read.finding] } };
  const { text } = read.source;
  const findings = settled(lint(read.source, settings).findings);
  if (findings.every((finding) => finding.fixes.length === 0)) return { file: { path, text, findings } };
  const fixed = fixAll(read.source, settings, unsafe ? "unsafe" : "safe");
  const file = { path, text: fixed.text, findings: fixed.remaining, before: { text, findings } };
  return fixed.problem === undefined ? { file } : { file, problem: fixed.problem };
}

/** Fixes everything below the paths; `write` puts the new texts into the files. */
export async function fixFiles(
  paths: readonly string[],
  settingsFor: (path: string) => Settings,
  options: { readonly unsafe: boolean; readonly write: boolean; readonly onProgress: OnProgress },
): Promise<Checked> {
  // Settings belong to a file's directory: any name below a directory asks for that directory's.
  const found = [...new Set(paths.flatMap((path) => [...discover([path], settingsFor(join(path, "any.py")))]))].sort();
  const files: CheckedFile[] = [];
  const problems: string[] = [];
  for (const [index, path] of found.entries()) {
    const read = readSource(path);
    const { file, problem } = fixSource(path, read, settingsFor(path), options.unsafe);
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
    let result = file;
    if (options.write && file.before && file.text !== file.before.text && "encoding" in read) {
      const bytes = encodeText(file.text, read.encoding);
      const failure = bytes ? await replaceFile(path, bytes) : `cannot be written in ${read.encoding}`;
      if (failure !== undefined) {
        problems.push(`${path}: not fixed: ${failure}`);
        result = { path, ...file.before };
      }
    }
    if (result.findings.length > 0 || result.text !== (result.before?.text ?? result.text)) files.push(result);
    options.onProgress(index + 1, found.length);
  }
  return { files, count: found.length, problems };
}
