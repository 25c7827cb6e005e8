import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import { invalidConfig } from "../engine/own.ts";
import type { ConfigProblem } from "../engine/settings.ts";
import type { Context } from "./context.ts";
import { diagnosticSource } from "./diagnostic.ts";
import { uriOf } from "./document.ts";
import { clear } from "./publish.ts";
import type { Session } from "./session.ts";

/** What is wrong in the configuration files read since the last reload. */
export function configProblems(session: Session): ConfigProblem[] {
  const all = [...session.folders, session.elsewhere].flatMap(({ resolver }) => resolver.problems());
  const known = new Map(all.map((problem) => [JSON.stringify(problem), problem]));
  return [...known.values()];
}

/** Shows them in their files and takes back those that are gone. */
export function publishConfigProblems(context: Context): void {
  const { connection, session } = context;
  const byUri = new Map<string, Diagnostic[]>();
  for (const { path, line = 1, message } of configProblems(session)) {
    const uri = uriOf(path);
    const range = { start: { line: line - 1, character: 0 }, end: { line, character: 0 } };
    const { code } = invalidConfig;
    const diagnostic = { range, severity: DiagnosticSeverity.Error, source: diagnosticSource, code, message };
    byUri.set(uri, [...(byUri.get(uri) ?? []), diagnostic]);
  }
  for (const [uri, id] of session.sent) if (id.startsWith("config ") && !byUri.has(uri)) clear(context, uri);
  for (const [uri, diagnostics] of byUri) {
    const id = `config ${JSON.stringify(diagnostics)}`;
    if (session.sent.get(uri) === id) continue;
    session.sent.set(uri, id);
    void connection.sendDiagnostics({ uri, diagnostics });
  }
}
