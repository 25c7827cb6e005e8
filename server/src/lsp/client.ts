import type { ClientCapabilities, InitializeParams } from "vscode-languageserver";
import type { Encoding } from "../text/lines.ts";

/** What the client at the other end can do, as far as the server acts on it. */
export type Client = {
  /** How both sides count columns. */
  readonly encoding: Encoding;
  /** It asks for the diagnostics of open documents; otherwise they are sent to it. */
  readonly pulls: boolean;
  /** It can be told to ask for them again. */
  readonly refreshes: boolean;
  /** It understands edits that name the document's version. */
  readonly versionedEdits: boolean;
  /** It shows with an edit why to think twice. */
  readonly annotatedEdits: boolean;
  readonly markdown: boolean;
  /** It answers `workspace/configuration`. */
  readonly configures: boolean;
  /** It tells of changed settings only when asked to. */
  readonly registersConfiguration: boolean;
  readonly watches: boolean;
  readonly folders: boolean;
};

/** The least that a client can do. */
export const plainClient: Client = {
  encoding: "utf-16",
  pulls: false,
  refreshes: false,
  versionedEdits: false,
  annotatedEdits: false,
  markdown: false,
  configures: false,
  registersConfiguration: false,
  watches: false,
  folders: false,
};

/** What a client says of itself. */
export function clientOf({ capabilities }: Pick<InitializeParams, "capabilities">): Client {
  const { general, textDocument, workspace } = capabilities;
  return {
    encoding: encodingOf(general),
    pulls: textDocument?.diagnostic !== undefined,
    refreshes: workspace?.diagnostics?.refreshSupport === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    annotatedEdits: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    markdown: textDocument?.hover?.contentFormat?.includes("markdown") === true,
    configures: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watches: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    folders: workspace?.workspaceFolders === true,
  };
}

const encodings: readonly Encoding[] = ["utf-8", "utf-16", "utf-32"];

// The client lists them by preference; silence means UTF-16.
function encodingOf(general: ClientCapabilities["general"]): Encoding {
  for (const offered of general?.positionEncodings ?? []) {
    const known = encodings.find((encoding) => encoding === offered);
    if (known) return known;
  }
  return "utf-16";
}
