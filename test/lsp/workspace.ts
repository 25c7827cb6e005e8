import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";

/** A folder on disk for one test. */
export class Workspace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "tether-lsp-")));

  constructor(files: Readonly<Record<string, string>>) {
    // The search for configuration ends at a repository's root.
    mkdirSync(join(this.path, ".git"));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    onTestFinished(() => rmSync(this.path, { recursive: true }));
  }

  get uri(): string {
    return pathToFileURL(this.path).href;
  }

  write(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  delete(name: string): void {
    rmSync(join(this.path, name));
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  uriOf(name: string): string {
    return pathToFileURL(join(this.path, name)).href;
  }
}
