import { z } from "zod";
import { optionsSchema } from "../config/schema.ts";
import type { Overrides } from "../engine/settings.ts";

/** The `tether` section of an editor's settings, as far as the server reads it. */
export type EditorSettings = { readonly enable: boolean; readonly overrides: Overrides };

/** An editor that says nothing. */
export const defaultEditorSettings: EditorSettings = { enable: true, overrides: {} };

const { shape } = optionsSchema;
// A setting that is not set is `null`.
const schema = z.strictObject({
  enable: z.boolean().nullish(),
  profile: shape.profile.unwrap().nullish(),
  select: shape.select.unwrap().nullish(),
  extendSelect: shape["extend-select"].unwrap().nullish(),
  ignore: shape.ignore.unwrap().nullish(),
  exclude: shape.exclude.unwrap().nullish(),
  airflowVersion: shape["airflow-version"].unwrap().nullish(),
  trace: z.unknown().optional(),
});
const section = z.record(z.string(), z.unknown());

/** Reads the section. What is wrong in it is left out and told, one line each. */
export function readEditorSettings(value: unknown): { settings: EditorSettings; problems: string[] } {
  if (value === null || value === undefined) return { settings: defaultEditorSettings, problems: [] };
  const given = section.safeParse(value);
  if (!given.success) return { settings: defaultEditorSettings, problems: ["`tether` is not a table of settings"] };
  const problems: string[] = [];
  const good = Object.fromEntries(
    Object.entries(given.data).filter(([name, one]) => {
      const issue = schema.safeParse({ [name]: one }).error?.issues[0];
      if (issue) {
        const unknown = issue.code === "unrecognized_keys";
        problems.push(`\`tether.${name}\` ${unknown ? "is no setting" : `is ignored: ${issue.message}`}`);
      }
      return !issue;
    }),
  );
  const { enable, profile, select, extendSelect, ignore, exclude, airflowVersion } = schema.parse(good);
  const overrides: Overrides = {
    profile: profile ?? undefined,
    select: select ?? undefined,
    extendSelect: extendSelect ?? undefined,
    ignore: ignore ?? undefined,
    exclude: exclude ?? undefined,
    airflowVersion: airflowVersion ?? undefined,
  };
  return { settings: { enable: enable ?? true, overrides }, problems };
}
