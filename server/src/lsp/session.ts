import type { TextDocumentContentChangeEvent, TextDocumentItem } from "vscode-languageserver";
import { matchesGlob, type Settings } from "../engine/settings.ts";
import type { Finding } from "../rules/rule.ts";
import { type Client, plainClient } from "./client.ts";
import { changedDocument, type OpenDocument, openDocument } from "./document.ts";
import { type Folder, folderAround, folderOf } from "./folder.ts";
import type { Parts } from "./parts.ts";
import { Quiet } from "./quiet.ts";

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
  #folders: readonly Folder[] = [];
  #elsewhere: Folder;

  constructor(parts: Parts, directory: string) {
    this.#parts = parts;
    this.quiet = new Quiet(parts.clock, typingPause);
    this.#elsewhere = folderOf(parts, { uri: undefined, path: directory });
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

  /** Names a document's text under the settings of now: equal names, equal findings. */
  identity({ opening, version }: OpenDocument): string {
    return `${opening}.${version}.${this.#generation}`;
  }

  /** What the engine says about a document as it is now; looked at once per version. */
  findings(document: OpenDocument): readonly Finding[] {
    const id = this.identity(document);
    const known = this.#found.get(document.uri);
    if (known?.id === id) return known.findings;
    const findings = this.#wanted(document)
      ? this.#parts.lint({ path: document.path, text: document.text }, this.settingsFor(document.path)).findings
      : [];
    this.#found.set(document.uri, { id, findings });
    return findings;
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

  #wanted({ path, language }: OpenDocument): boolean {
    return language === "python" && this.folderFor(path).editor.enable && !this.excluded(path);
  }
}
