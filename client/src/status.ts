import { Disposable, LanguageStatusSeverity, languages } from "vscode";
import { type LanguageClient, State } from "vscode-languageclient/node";
import { type StatusParams, statusNotification } from "../../server/src/lsp/protocol.ts";

/** The item behind `{}` in the status bar of a Python editor: what the server does, and a way to its output. */
export function createStatus(client: LanguageClient): Disposable {
  const item = languages.createLanguageStatusItem("tether.status", { language: "python" });
  item.name = "Tether";
  item.text = "Tether";
  item.command = { command: "tether.showOutput", title: "Show Output" };

  const show = ({ state, message }: StatusParams): void => {
    item.busy = state === "starting" || state === "linting";
    item.severity = state === "error" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    item.detail = message ?? words[state];
  };
  return Disposable.from(
    item,
    client.onNotification(statusNotification, show),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) show({ state: "starting" });
      if (newState === State.Running) show({ state: "ready" });
      if (newState === State.StartFailed) show({ state: "error", message: "The server did not start" });
      // A restart passes through here too, and then on to `Starting`.
      if (newState === State.Stopped) show({ state: "error", message: "The server is stopped" });
    }),
  );
}

const words = { starting: "Starting", ready: "Ready", linting: "Linting", error: "Error" } as const;
