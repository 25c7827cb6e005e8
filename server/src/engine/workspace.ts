import type { Finding } from "../rules/rule.ts";
import type { Skipped } from "./read.ts";
import type { Settings } from "./settings.ts";

/** One file of a workspace lint. */
export type FileResult = {
  /** Absolute. */
  readonly path: string;
  /** The text that the findings' spans count in; only when there are findings and the file could be read. */
  readonly text?: string;
  readonly findings: readonly Finding[];
  readonly skipped?: Skipped;
};

/** What a workspace lint came to. */
export type Summary = {
  /** Files looked at, skipped ones included. */
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
};

/** How to go about it. */
export type WorkspaceOptions = {
  readonly signal?: AbortSignal;
  /** Worker threads; 0 lints in this thread. */
  readonly threads?: number;
  readonly onFile?: (result: FileResult) => void;
  readonly onProgress?: (done: number, total: number) => void;
  /** The text of a file that is open in an editor. */
  readonly openText?: (path: string) => string | undefined;
};

/** Lints every Python file below `paths`. Aborting ends it early with what was found until then. */
export function lintWorkspace(
  _paths: readonly string[],
  _settingsFor: (path: string) => Settings,
  _options: WorkspaceOptions = {},
): Promise<Summary> {
  return Promise.resolve({ files: 0, findings: 0, cancelled: false });
}
