import type { TextDocumentContentChangeEvent, TextDocumentItem } from "vscode-languageserver";
import { belongsToTests, isSkipped } from "../engine/discover.ts";
import { matchesGlob, type Settings } from "../engine/settings.ts";
import type { Finding } from "../rules/rule.ts";
import { type Client, plainClient } from "./client.ts";
import { changedDocument, type OpenDocument, openDocument } from "./document.ts";
import { type Folder, folderAround, folderOf } from "./folder.ts";
import { Neighbours } from "./neighbours.ts";
import type { Parts } from "./parts.ts";
import { Quiet } from "./quiet.ts";
import { scriptFindings } from "./scriptFindings.ts";

type Found = { readonly id: string; readonly findings: readonly Finding[] };

/** How long, in milliseconds, nothing must be typed before a document is linted. */
const typingPause = 150;

/** All that the server remembers between two messages. */
export class Session {
  client: Client = plainClient;
  /** Settles when the editor's settings are known; features wait for it. */
  configured: Promise<void> = Promise.resolve();
  /** The `tether` settings of a client that sends them instead of being asked. */
  given: unknown;
  /** The workspace lint under way. */
  running: AbortController | undefined;
  /** The look through the workspace that was begun under the configuration of now. */
  survey: AbortController | undefined;
  /** What was last sent: URI → something that is different for different content. */
  readonly sent = new Map<string, string>();
  /** Absolute paths of the files that the last workspace lint looked at: their findings are shown while they are closed. */
  readonly linted = new Set<string>();
  readonly quiet: Quiet;
  readonly #parts: Parts;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #found = new Map<string, Found>();
  /** Configurations so far: findings made under an earlier one no longer count. */
  #generation = 0;
  #openings = 0;
  #neighbours: Neighbours;
  /** File → how often what it was linted with has changed. */
  readonly #revisions = new Map<string, number>();
  /** Scripts whose findings come from files that were linted since. */
  readonly #shown = new Set<string>();
  #folders: readonly Folder[] = [];
  #elsewhere: Folder;

  constructor(parts: Parts, directory: string) {
    this.#parts = parts;
    this.quiet = new Quiet(parts.clock, typingPause);
    this.#elsewhere = folderOf(parts, { uri: undefined, path: directory });
    this.#neighbours = this.#newNeighbours();
  }

  /** What the files have to do with one another. */
  get neighbours(): Neighbours {
    return this.#neighbours;
  }

  /** The workspace's folders, in the editor's order. */
  get folders(): readonly Folder[] {
    return this.#folders;
  }

  /** What holds for files in no folder. */
  get elsewhere(): Folder {
    return this.#elsewhere;
  }

  /** Takes folders and settings anew; whatever was found before counts no more. */
  configure(folders: readonly Folder[], elsewhere: Folder): void {
    this.#folders = folders;
    this.#elsewhere = elsewhere;
    this.#generation++;
    this.#found.clear();
    this.#neighbours = this.#newNeighbours();
    this.survey?.abort();
    this.survey = undefined;
  }

  open(item: TextDocumentItem): void {
    this.#documents.set(item.uri, openDocument(item, (this.#folders[0] ?? this.#elsewhere).path, ++this.#openings));
    this.#found.delete(item.uri);
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const document = this.#documents.get(uri);
    if (!document) return;
    this.#documents.set(uri, changedDocument(document, version, changes, this.client.encoding));
    this.quiet.disturb(uri);
  }

  close(uri: string): void {
    this.#documents.delete(uri);
    this.#found.delete(uri);
    this.quiet.release(uri);
  }

  document(uri: string): OpenDocument | undefined {
    return this.#documents.get(uri);
  }

  documents(): readonly OpenDocument[] {
    return [...this.#documents.values()];
  }

  /** The open document of a file. */
  documentAt(path: string): OpenDocument | undefined {
    return this.documents().find((document) => document.path === path);
  }

  /** The texts of the open documents, by path. */
  texts(): ReadonlyMap<string, string> {
    return new Map(this.documents().map(({ path, text }) => [path, text]));
  }

  /** Names a document's text under the settings and beside the files of now: equal names, equal findings. */
  identity({ opening, version, path }: OpenDocument): string {
    return `${opening}.${version}.${this.#generation}.${this.#revisions.get(path) ?? 0}`;
  }

  /** What a file was linted with has changed. */
  outdate(path: string): void {
    this.#revisions.set(path, (this.#revisions.get(path) ?? 0) + 1);
  }

  /** Takes which other files were read for one. */
  depends(path: string, dependencies: readonly string[]): void {
    const read = [...this.#neighbours.dependencies(path), ...dependencies];
    this.#neighbours.depends(path, dependencies);
    for (const other of read) {
      const document = this.documentAt(other);
      if (document && document.language !== "python") this.#shown.add(other);
    }
  }

  /** The files of which, since this was last asked, linting others has told something new. */
  drain(): string[] {
    const told = [...this.#neighbours.uses.drain(), ...this.#shown];
    this.#shown.clear();
    return told;
  }

  /** What the engine says about a document as it is now; looked at once per version. */
  findings(document: OpenDocument): readonly Finding[] {
    const id = this.identity(document);
    const known = this.#found.get(document.uri);
    if (known?.id === id) return known.findings;
    const { path, text, language } = document;
    const findings = language === "python" ? this.#linted(path, text) : this.#inScript(path);
    this.#found.set(document.uri, { id, findings });
    return findings;
  }

  #linted(path: string, text: string): readonly Finding[] {
    const settings = this.settingsFor(path);
    if (!this.folderFor(path).editor.enable || this.excluded(path)) return [];
    // Without word of changes on disk, nothing known of it can be trusted.
    if (!this.client.watches) this.#neighbours.files.forget();
    const around = this.#neighbours.around(path, settings);
    const { findings, runs, dependencies } = this.#parts.lint({ path, text }, settings, around);
    this.#neighbours.uses.take(path, runs);
    this.depends(path, dependencies);
    return findings;
  }

  // Scripts have no findings of their own: the files that name them do.
  #inScript(script: string): readonly Finding[] {
    const files = this.#neighbours.dependents(script).map((path) => {
      const document = this.documentAt(path);
      return [path, document ? this.findings(document) : this.#closed(path)] as const;
    });
    return scriptFindings(script, files);
  }

  #closed(path: string): readonly Finding[] {
    const text = this.#neighbours.files.around(path, this.settingsFor(path)).read(path);
    return text === undefined ? [] : this.#linted(path, text);
  }

  folderFor(path: string): Folder {
    return folderAround(this.#folders, path) ?? this.#elsewhere;
  }

  settingsFor(path: string): Settings {
    return this.folderFor(path).resolver.for(path);
  }

  /** Whether the configuration takes a file out. */
  excluded(path: string): boolean {
    const settings = this.settingsFor(path);
    return matchesGlob(settings, settings.exclude, path);
  }

  /** Whether a file, changed on disk, counts as the workspace's own: other than those of a virtual environment. */
  surveys(path: string): boolean {
    const folder = folderAround(this.#folders, path);
    if (!folder?.editor.enable || this.documentAt(path)) return false;
    if (!this.settingsFor(path).includeTests && belongsToTests(folder.path, path)) return false;
    return !isSkipped(folder.path, path) && !this.excluded(path);
  }

  #newNeighbours(): Neighbours {
    const openText = (path: string) => this.documentAt(path)?.text;
    return new Neighbours({ openText, roots: this.#folders.map(({ path }) => path) });
  }
}
