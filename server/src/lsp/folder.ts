import { sep } from "node:path";
import type { WorkspaceFolder } from "vscode-languageserver";
import type { SettingsResolver } from "../engine/settings.ts";
import { pathOf } from "./document.ts";
import { defaultEditorSettings, type EditorSettings } from "./editorSettings.ts";
import type { Parts } from "./parts.ts";

/** A workspace folder with what holds in it. */
export type Folder = {
  /** Undefined for the place of files that are in no workspace folder. */
  readonly uri: string | undefined;
  /** Absolute. */
  readonly path: string;
  readonly editor: EditorSettings;
  readonly resolver: SettingsResolver;
};

/** A folder as the editor's settings make it; its configuration files are read when first needed. */
export function folderOf(
  parts: Pick<Parts, "settingsResolver">,
  { uri, path }: Pick<Folder, "uri" | "path">,
  editor: EditorSettings = defaultEditorSettings,
): Folder {
  return { uri, path, editor, resolver: parts.settingsResolver(editor.overrides) };
}

/** The folders that are directories of this machine. */
export function onDisk(folders: readonly WorkspaceFolder[]): Pick<Folder, "uri" | "path">[] {
  return folders.flatMap(({ uri }) => {
    const path = pathOf(uri);
    return path === undefined ? [] : [{ uri, path }];
  });
}

/** The innermost folder that holds a path. */
export function folderAround<F extends Pick<Folder, "path">>(folders: readonly F[], path: string): F | undefined {
  return folders
    .filter((folder) => path.startsWith(folder.path.endsWith(sep) ? folder.path : folder.path + sep))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
