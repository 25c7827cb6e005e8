import { type Disposable, type LogOutputChannel, window } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { showCancellableProgress } from "./progress.ts";

/** The language server's process and the client that talks to it. */
export class Server {
  /** What the server and the client log. */
  readonly output: LogOutputChannel = window.createOutputChannel("Tether", { log: true });
  readonly #module: string;
  readonly #follow: (client: LanguageClient) => Disposable;
  #client: LanguageClient | undefined;
  #following: Disposable | undefined;

  /** `module` is the path of the server's bundle; `follow` is told of each client before it starts. */
  constructor(module: string, follow: (client: LanguageClient) => Disposable) {
    this.#module = module;
    this.#follow = follow;
  }

  /** The client, once {@link start} was called. */
  get client(): LanguageClient | undefined {
    return this.#client;
  }

  /** Starts the process. A failure does not reject: the client library shows it, and a restart may do better. */
  async start(): Promise<void> {
    // The id is also the section of the `<id>.trace.server` setting, which the client library reads itself.
    const client = new LanguageClient(
      "tether",
      "Tether",
      { module: this.#module, transport: TransportKind.ipc },
      {
        documentSelector: [
          { scheme: "file", language: "python" },
          { scheme: "untitled", language: "python" },
          { scheme: "file", language: "shellscript" },
        ],
        diagnosticCollectionName: "tether",
        outputChannel: this.output,
        middleware: { handleWorkDoneProgress: showCancellableProgress(() => this.#client) },
      },
    );
    this.#client = client;
    this.#following = this.#follow(client);
    await client.start().catch((error: unknown) => this.output.error(String(error)));
  }

  /** Ends the process, also one that hangs. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose().catch((error: unknown) => this.output.warn(String(error)));
    this.#following?.dispose();
  }

  /** Replaces the process and the client: the library cannot start a client again whose first start failed. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }
}
