import { type CodeAction, CodeActionKind } from "vscode-languageserver";
import type { Finding } from "../rules/rule.ts";
import type { Fix } from "../text/edit.ts";
import { type Context, described } from "./context.ts";
import { diagnosticOf } from "./diagnostic.ts";
import type { OpenDocument } from "./document.ts";
import { documentEdit } from "./documentEdit.ts";

/** What the light bulb offers for one finding: its fixes, then "ignore here". */
export function quickFixes(context: Context, document: OpenDocument, finding: Finding): CodeAction[] {
  const { client } = context.session;
  const diagnostics = [diagnosticOf(context, document, finding)];
  const action = (fix: Fix, isPreferred = false): CodeAction => ({
    title: titleOf(fix),
    kind: CodeActionKind.QuickFix,
    diagnostics,
    ...(isPreferred ? { isPreferred } : {}),
    edit: documentEdit(client, document, fix.edits, fix.safety === "safe" ? undefined : annotationOf(fix)),
  });
  const fixes = fixesOf(context, finding);
  // "Auto fix" takes the preferred one without asking.
  const preferred = fixes.find(({ safety }) => safety === "safe");
  // The tool's own findings say that something was not checked; there is nothing to agree with.
  const ignorable = finding.group !== "tether" && document.language === "python";
  const ignore = !ignorable ? undefined : context.parts.ignoreFix(document.text, finding);
  return [...fixes.map((fix) => action(fix, fix === preferred)), ...(ignore ? [action(ignore)] : [])];
}

/** A finding's fixes, built now; none, and a line in the log, when its rule fails to build them. */
export function fixesOf({ connection }: Pick<Context, "connection">, finding: Finding): readonly Fix[] {
  try {
    return finding.fixes;
  } catch (error) {
    connection.console.error(`Building the fixes of ${finding.rule} failed: ${described(error)}`);
    return [];
  }
}

/** A fix by its name, short enough for a menu. */
export function titleOf({ title, safety }: Fix): string {
  return safety === "safe" ? title : `${title} (unsafe)`;
}

// Shown where the edit is previewed; who applies it at once has read "unsafe".
function annotationOf(fix: Fix & { readonly safety: "unsafe" }) {
  return { label: titleOf(fix), description: fix.why, needsConfirmation: false };
}
