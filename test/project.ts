import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { loadSettings, type Settings } from "../server/src/engine/settings.ts";

/** A project on disk with a configuration of its own, taken away after the tests of the file. */
export class Project {
  readonly folder: string;
  /** Where its one DAG file would stand. */
  readonly path: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "tether-project-"));
    this.path = join(this.folder, "dag.py");
    // Nothing above a repository's root is the project's.
    mkdirSync(join(this.folder, ".git"));
    afterAll(() => rmSync(this.folder, { recursive: true }));
  }

  /** Settings by a `tether.toml`, running only the named rules; undefined: those that the configuration selects. */
  settings(toml: string, select: readonly string[] | undefined): Settings {
    writeFileSync(join(this.folder, "tether.toml"), toml);
    const { settings, problems } = loadSettings(this.folder, { select });
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
    return settings;
  }
}
