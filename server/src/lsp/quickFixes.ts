import { type CodeAction, CodeActionKind } from "vscode-languageserver";
import type { Finding } from "../rules/rule.ts";
import type { Fix } from "../text/edit.ts";
import type { Context } from "./context.ts";
import { diagnosticOf } from "./diagnostic.ts";
import type { OpenDocument } from "./document.ts";
import { documentEdit } from "./documentEdit.ts";

/** What the light bulb offers for one finding: its fixes, then "ignore here". */
export function quickFixes(context: Context, document: OpenDocument, finding: Finding): CodeAction[] {
  const diagnostics = [diagnosticOf(context, document, finding)];
  const action = ({ title, edits }: Pick<Fix, "title" | "edits">, isPreferred = false): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    ...(isPreferred ? { isPreferred } : {}),
    edit: documentEdit(context.session.client, document, edits),
  });
  // "Auto fix" takes the preferred one without asking.
  const preferred = finding.fixes.find(({ safety }) => safety === "safe");
  // The tool's own findings say that something was not checked; there is nothing to agree with.
  const ignore = finding.group === "tether" ? undefined : context.parts.ignoreFix(document.text, finding);
  return [
    ...finding.fixes.map((fix) => action({ title: titleOf(fix), edits: fix.edits }, fix === preferred)),
    ...(ignore ? [action(ignore)] : []),
  ];
}

/** A fix by its name, and when it is unsafe what else it changes. */
export function titleOf(fix: Fix): string {
  return fix.safety === "safe" ? fix.title : `${fix.title} (unsafe: ${fix.why})`;
}
