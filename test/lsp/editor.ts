import { PassThrough } from "node:stream";
import { afterEach } from "vitest";
import { createConnection } from "vscode-languageserver";
import {
  ApplyWorkspaceEditRequest,
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  type Diagnostic,
  DiagnosticRefreshRequest,
  type DocumentDiagnosticReport,
  DocumentDiagnosticRequest,
  type Hover,
  HoverRequest,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  type Range,
  RegistrationRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type WorkDoneProgressBegin,
  WorkDoneProgressCreateRequest,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { Parts } from "../../server/src/lsp/parts.ts";
import { type StatusParams, statusNotification } from "../../server/src/lsp/protocol.ts";
import { createServer } from "../../server/src/lsp/server.ts";
import { ManualClock } from "./clock.ts";
import { nohupParts } from "./nohup.ts";
import { type Columns, offsetAt, positionAt } from "./position.ts";

/** What VS Code can do, as far as it matters here. */
export const able: ClientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  textDocument: {
    diagnostic: {},
    hover: { contentFormat: ["markdown", "plaintext"] },
    publishDiagnostics: { versionSupport: true },
  },
  window: { workDoneProgress: true },
  workspace: {
    applyEdit: true,
    configuration: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
    workspaceFolders: true,
  },
};

/** The same without asking for diagnostics. */
export const pushedTo: ClientCapabilities = {
  ...able,
  textDocument: { hover: { contentFormat: ["plaintext"] }, publishDiagnostics: { versionSupport: true } },
};

type Options = {
  readonly capabilities?: ClientCapabilities;
  readonly folder?: string;
  readonly settings?: unknown;
  readonly initializationOptions?: unknown;
  readonly parts?: Partial<Parts>;
};
type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;
type OpenText = { version: number; text: string };

/** An editor at the other end of a connection: speaks the protocol and keeps its own texts. */
export class Editor {
  readonly connection: ProtocolConnection;
  readonly clock = new ManualClock();
  /** URI → the last diagnostics sent for it. */
  readonly published = new Map<string, PublishDiagnosticsParams>();
  /** How many diagnostics notifications came. */
  publications = 0;
  readonly logged: string[] = [];
  readonly statuses: StatusParams[] = [];
  readonly registered: string[] = [];
  readonly progress: { readonly token: string | number; readonly value: Progress }[] = [];
  refreshes = 0;
  /** The `tether` section of its settings. */
  settings: unknown;
  /** What the server's process would have ended with. */
  exitCode: number | undefined;
  encoding: Columns = "utf-16";
  readonly #texts = new Map<string, OpenText>();
  readonly #watchers = new Set<() => void>();

  constructor({ parts, settings }: Options) {
    this.settings = settings;
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const watchDog = {
      shutdownReceived: false,
      initialize: () => {},
      exit: (code: number) => {
        this.exitCode = code;
        this.#tell();
      },
    };
    const server = createConnection(
      (logger) =>
        createProtocolConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient), logger),
      watchDog,
    );
    createServer(server, { ...nohupParts, clock: this.clock, ...parts });
    this.connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    this.#answer();
    this.connection.listen();
  }

  #answer(): void {
    const { connection } = this;
    connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.published.set(params.uri, params);
      this.publications++;
      this.#tell();
    });
    connection.onNotification(LogMessageNotification.type, ({ message }) => {
      this.logged.push(message);
      this.#tell();
    });
    connection.onNotification(statusNotification, (status: StatusParams) => {
      this.statuses.push(status);
      this.#tell();
    });
    connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => this.settings));
    connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      this.registered.push(...registrations.map(({ method }) => method));
      this.#tell();
    });
    connection.onRequest(WorkDoneProgressCreateRequest.type, () => {});
    connection.onNotification("$/progress", (params) => {
      this.progress.push(params);
      this.#tell();
    });
    connection.onRequest(DiagnosticRefreshRequest.type, () => {
      this.refreshes++;
      this.#tell();
    });
    connection.onRequest(ApplyWorkspaceEditRequest.type, ({ edit }) => {
      const failureReason = this.apply(edit);
      return failureReason === undefined ? { applied: true } : { applied: false, failureReason };
    });
  }

  #tell(): void {
    for (const check of [...this.#watchers]) check();
  }

  /** Settles once what the server has sent satisfies `holds`. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** Settles once the server has taken what was sent so far: messages keep their order. */
  async taken(): Promise<void> {
    const position = { line: 0, character: 0 };
    await this.connection.sendRequest(HoverRequest.type, { textDocument: { uri: "none:" }, position });
  }

  /** Lets typing pause for as long as the server waits for. */
  async pause(): Promise<void> {
    await this.taken();
    this.clock.advance(150);
  }

  /** The next diagnostics sent for a URI that satisfy `holds`. */
  async publishedFor(uri: string, holds: (found: readonly Diagnostic[]) => boolean = () => true) {
    const got = () => this.published.get(uri);
    await this.until(() => holds(got()?.diagnostics ?? []) && got() !== undefined);
    return got()?.diagnostics ?? [];
  }

  text(uri: string): string {
    return this.#open(uri).text;
  }

  #open(uri: string): OpenText {
    const open = this.#texts.get(uri);
    if (!open) throw new Error(`${uri} is not open`);
    return open;
  }

  open(uri: string, text: string, languageId = "python"): void {
    this.#texts.set(uri, { version: 1, text });
    void this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  close(uri: string): void {
    this.#texts.delete(uri);
    void this.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  /** Replaces the first `before` by `after`, telling the server only of that range. */
  replace(uri: string, before: string, after: string): void {
    const { text } = this.#open(uri);
    const start = text.indexOf(before);
    if (start < 0) throw new Error(`${before} is not in ${uri}`);
    this.#change(
      uri,
      [{ range: this.rangeOf(uri, before), text: after }],
      text.replace(before, () => after),
    );
  }

  #change(uri: string, contentChanges: readonly { range: Range; text: string }[], text: string): void {
    const open = this.#open(uri);
    open.version++;
    open.text = text;
    const textDocument = { uri, version: open.version };
    void this.connection.sendNotification("textDocument/didChange", { textDocument, contentChanges });
  }

  rangeOf(uri: string, wanted: string): Range {
    const { text } = this.#open(uri);
    const start = text.indexOf(wanted);
    if (start < 0) throw new Error(`${wanted} is not in ${uri}`);
    return {
      start: positionAt(text, start, this.encoding),
      end: positionAt(text, start + wanted.length, this.encoding),
    };
  }

  /** The text that a range of an open document covers. */
  textIn(uri: string, { start, end }: Range): string {
    const { text } = this.#open(uri);
    return text.slice(offsetAt(text, start, this.encoding), offsetAt(text, end, this.encoding));
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** The diagnostics of a full answer. */
  async pulled(uri: string): Promise<readonly Diagnostic[]> {
    const report = await this.pull(uri);
    if (report.kind !== "full") throw new Error(`the answer is ${report.kind}`);
    return report.items;
  }

  hover(uri: string, at: string): Promise<Hover | null> {
    return this.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: this.rangeOf(uri, at).start,
    });
  }

  /** The code actions at the first `at`, or at a range. */
  async actions(uri: string, at: string, only?: readonly string[], range?: Range): Promise<CodeAction[]> {
    const context = { diagnostics: [], ...(only ? { only: [...only] } : {}) };
    const params = { textDocument: { uri }, range: range ?? this.rangeOf(uri, at), context };
    const answer = await this.connection.sendRequest(CodeActionRequest.type, params);
    return (answer ?? []).filter((one): one is CodeAction => !("command" in one));
  }

  /** Applies an edit as an editor does, sending the changes on; answers why not. */
  apply(edit: WorkspaceEdit): string | undefined {
    const versioned = edit.documentChanges?.flatMap((one) => ("textDocument" in one ? [one] : [])) ?? [];
    for (const { textDocument } of versioned) {
      const { version } = this.#open(textDocument.uri);
      if (textDocument.version !== version) return `version ${textDocument.version} is not ${version}`;
    }
    for (const { textDocument, edits } of versioned) {
      this.#edit(
        textDocument.uri,
        edits.flatMap((one) => ("newText" in one ? [one] : [])),
      );
    }
    for (const [uri, edits] of Object.entries(edit.changes ?? {})) this.#edit(uri, edits);
    return undefined;
  }

  #edit(uri: string, edits: readonly { range: Range; newText: string }[]): void {
    // From the end, so that the places of the others stay.
    const changes = [...edits]
      .sort((a, b) => b.range.start.line - a.range.start.line || b.range.start.character - a.range.start.character)
      .map(({ range, newText }) => ({ range, text: newText }));
    let text = this.text(uri);
    for (const { range, text: added } of changes) {
      const start = offsetAt(text, range.start, this.encoding);
      text = text.slice(0, start) + added + text.slice(offsetAt(text, range.end, this.encoding));
    }
    this.#change(uri, changes, text);
  }
}

const started: Editor[] = [];
afterEach(() => {
  for (const editor of started.splice(0)) editor.connection.dispose();
});

/** An editor whose server is initialized and has read its settings. */
export async function startEditor(options: Options = {}): Promise<Editor & { readonly answer: InitializeResult }> {
  const editor = new Editor(options);
  started.push(editor);
  const folders = options.folder === undefined ? null : [{ uri: options.folder, name: "folder" }];
  const answer = await editor.connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities: options.capabilities ?? able,
    workspaceFolders: folders,
    initializationOptions: options.initializationOptions,
  });
  const { positionEncoding = "utf-16" } = answer.capabilities;
  if (positionEncoding === "utf-8" || positionEncoding === "utf-32") editor.encoding = positionEncoding;
  await editor.connection.sendNotification("initialized", {});
  await editor.until(() => editor.statuses.length > 0);
  return Object.assign(editor, { answer });
}
