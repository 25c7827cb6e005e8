import { configurationSchema, type OptionSchema } from "./option.ts";

/** Options that an editor may set, by their name in TOML; the others belong into the project's file. */
const editorOptions = ["profile", "select", "extend-select", "ignore", "exclude", "airflow-version"];

/** `extend-select` → `tether.extendSelect` */
function settingName(option: string): string {
  return `tether.${option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

function setting(option: OptionSchema): Record<string, unknown> {
  const { description, type = "string", pattern, items } = option;
  // `null` is "not set": only then does the project's own file speak.
  return {
    type: [type, "null"].flat(),
    ...(option.enum ? { enum: [...option.enum, null] } : {}),
    ...(pattern ? { pattern } : {}),
    ...(items ? { items: { type: items.type } } : {}),
    default: null,
    scope: "resource",
    markdownDescription: `${description ?? ""} Outweighs the configuration file.`,
  };
}

/** The settings of VS Code that come from the configuration schema: the manifest's `contributes.configuration.properties`. */
export function manifestSettings(): Record<string, unknown> {
  const { properties = {} } = configurationSchema();
  return Object.fromEntries(
    editorOptions.flatMap((name) => {
      const option = properties[name];
      return option ? [[settingName(name), setting(option)]] : [];
    }),
  );
}
