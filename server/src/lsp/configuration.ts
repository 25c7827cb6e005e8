import { type Context, guarded } from "./context.ts";
import { type EditorSettings, readEditorSettings } from "./editorSettings.ts";
import { type Folder, folderOf } from "./folder.ts";
import { lintAgain } from "./lintAgain.ts";

type Place = Pick<Folder, "uri" | "path">;

/**
 * Reads the editor's settings and the projects' configuration files anew and lints again what is shown.
 * `change` answers the folders that there are from now on.
 */
export function reload(
  context: Context,
  change: (folders: readonly Place[]) => readonly Place[] = (same) => same,
): void {
  const { session } = context;
  const before = session.configured;
  const read = guarded<undefined, void>(context, "Reading the settings", undefined, async () => {
    await before;
    const places = [...change(session.folders), { uri: undefined, path: session.elsewhere.path }];
    const editor = await editorSettings(context, places);
    const read = places.map((place, index) => folderOf(context.parts, place, editor[index]));
    const elsewhere = read.pop();
    if (elsewhere) session.configure(read, elsewhere);
  });
  session.configured = read(undefined);
  void guarded<undefined, void>(context, "Linting again", undefined, async () => {
    await session.configured;
    await lintAgain(context);
  })(undefined);
}

async function editorSettings(
  { connection, session }: Context,
  places: readonly Place[],
): Promise<readonly EditorSettings[]> {
  const sections: readonly unknown[] = session.client.configures
    ? await connection.workspace.getConfiguration(
        places.map(({ uri }) => ({ section: "tether", ...(uri === undefined ? {} : { scopeUri: uri }) })),
      )
    : places.map(() => session.given);
  const told = new Set<string>();
  const read = places.map((_, index) => readEditorSettings(sections[index]));
  for (const { problems } of read) for (const problem of problems) told.add(problem);
  for (const problem of told) connection.console.warn(`Settings: ${problem}.`);
  return read.map(({ settings }) => settings);
}
