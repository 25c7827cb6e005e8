import { type CodeAction, CodeActionKind } from "vscode-languageserver";
import { overlaps } from "../text/span.ts";
import { type Context, guarded } from "./context.ts";
import type { OpenDocument } from "./document.ts";
import { fixedDocument } from "./fixAll.ts";
import { quickFixes } from "./quickFixes.ts";

/** The kind of "fix all that is safe", for `editor.codeActionsOnSave`. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.tether`;

/** `textDocument/codeAction`: the fixes of the findings at a place, "ignore here", and the file's safe fixes. */
export function registerCodeActions(context: Context): void {
  const { connection, session } = context;
  connection.onCodeAction(
    guarded(context, "Listing code actions", [], async ({ textDocument, range, context: asked }) => {
      await session.configured;
      const document = session.document(textDocument.uri);
      if (!document) return [];
      const { encoding } = session.client;
      const start = document.lines.offset(range.start, encoding);
      const here = { start, end: Math.max(start, document.lines.offset(range.end, encoding)) };
      const found = session.findings(document).filter((finding) => overlaps(finding.span, here));
      const actions = wanted(asked.only, CodeActionKind.QuickFix, true)
        ? found.flatMap((finding) => quickFixes(context, document, finding))
        : [];
      // Costs a whole fix loop, so only for those who ask.
      return wanted(asked.only, fixAllKind, false) ? [...actions, ...fixAllAction(context, document)] : actions;
    }),
  );
}

function fixAllAction(context: Context, document: OpenDocument): CodeAction[] {
  const fixed = fixedDocument(context, document, "safe");
  return fixed ? [{ title: "Fix all that is safe (Tether)", kind: fixAllKind, edit: fixed.edit }] : [];
}

// Kinds are dotted paths; a client asks for one and all below it.
function wanted(only: readonly string[] | undefined, kind: string, unasked: boolean): boolean {
  return only?.some((one) => one === "" || kind === one || kind.startsWith(`${one}.`)) ?? unasked;
}
