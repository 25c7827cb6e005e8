import { Disposable, LanguageStatusSeverity, languages } from "vscode";
import { type LanguageClient, State } from "vscode-languageclient/node";
import { type StatusParams, statusNotification } from "../../server/src/lsp/protocol.ts";

const words = { starting: "Starting", ready: "Ready", linting: "Linting", error: "Error" } as const;

/** The item behind `{}` in the status bar of a Python editor: what the server does, and a way to its output. */
export class Status implements Disposable {
  readonly #item = languages.createLanguageStatusItem("tether.status", { language: "python" });

  constructor() {
    this.#item.name = "Tether";
    this.#item.text = "Tether";
    this.#item.command = { command: "tether.showOutput", title: "Show Output" };
  }

  /** Shows what this client's server does, until the answer is disposed of. */
  follow(client: LanguageClient): Disposable {
    return Disposable.from(
      client.onNotification(statusNotification, (params: StatusParams) => this.#show(params)),
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Starting) this.#show({ state: "starting" });
        if (newState === State.Running) this.#show({ state: "ready" });
        if (newState === State.StartFailed) this.#show({ state: "error", message: "The server did not start" });
        if (newState === State.Stopped) this.#show({ state: "error", message: "The server is stopped" });
      }),
    );
  }

  dispose(): void {
    this.#item.dispose();
  }

  #show({ state, message }: StatusParams): void {
    this.#item.busy = state === "starting" || state === "linting";
    this.#item.severity = state === "error" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    this.#item.detail = message ?? words[state];
  }
}
