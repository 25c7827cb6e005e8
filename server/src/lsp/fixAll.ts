import type { WorkspaceEdit } from "vscode-languageserver";
import { z } from "zod";
import type { FixMode } from "../engine/fix.ts";
import { type Context, reported } from "./context.ts";
import type { OpenDocument } from "./document.ts";
import { documentEdit } from "./documentEdit.ts";
import { lineEdits } from "./lineEdits.ts";
import { type FixAllResult, fixAllRequest } from "./protocol.ts";

const fixAllParams = z.object({ uri: z.string(), unsafe: z.boolean().optional() });

/** `tether/fixAll`: fixes one open document by an edit that the client applies. */
export function registerFixAll(context: Context): void {
  const { connection, session } = context;
  connection.onRequest(
    fixAllRequest,
    reported<unknown, FixAllResult>(context, "Fixing", async (params) => {
      const { uri, unsafe = false } = fixAllParams.parse(params);
      await session.configured;
      const document = session.document(uri);
      const fixed = document && fixedDocument(context, document, unsafe ? "unsafe" : "safe");
      if (!fixed) return { applied: 0 };
      const { applied, failureReason } = await connection.workspace.applyEdit({ label: "Tether", edit: fixed.edit });
      if (!applied) connection.console.warn(`The edit was not applied${failureReason ? `: ${failureReason}` : ""}.`);
      return { applied: applied ? fixed.applied : 0 };
    }),
  );
}

/** The edit that applies every fix of a mode, and how many they are; undefined when there is none. */
export function fixedDocument(
  { connection, session, parts }: Context,
  document: OpenDocument,
  mode: FixMode,
): { readonly edit: WorkspaceEdit; readonly applied: number } | undefined {
  // A document that is not looked at has no findings, and nothing is fixed in it.
  if (document.language !== "python" || session.findings(document).length === 0) return undefined;
  const { path, text } = document;
  const settings = session.settingsFor(path);
  const fixed = parts.fixAll({ path, text }, settings, mode, session.neighbours.around(path, settings));
  if (fixed.problem !== undefined) connection.console.warn(`${path}: ${fixed.problem}`);
  if (fixed.text === text) return undefined;
  return { edit: documentEdit(session.client, document, lineEdits(text, fixed.text)), applied: fixed.applied };
}
