import { type DocumentDiagnosticReport, DocumentDiagnosticReportKind } from "vscode-languageserver";
import { type Context, guarded } from "./context.ts";
import { diagnosticOf } from "./diagnostic.ts";
import { follow } from "./follow.ts";

const nothing: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

/** `textDocument/diagnostic`: answered when typing has paused, for the version that the document has then. */
export function registerDiagnostics(context: Context): void {
  const { connection, session } = context;
  const told = guarded<undefined, void>(context, "Linting again", undefined, () => follow(context));
  connection.languages.diagnostics.on(
    guarded(context, "Linting", nothing, async ({ textDocument, previousResultId }, token) => {
      await session.configured;
      await session.quiet.of(textDocument.uri);
      const document = session.document(textDocument.uri);
      if (!document || token.isCancellationRequested) return nothing;
      const resultId = session.identity(document);
      if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
      const items = session.findings(document).map((finding) => diagnosticOf(context, document, finding));
      void told(undefined);
      return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    }),
  );
}
