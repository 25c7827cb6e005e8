import { type ListedRule, optionTable } from "./listed.ts";
import { configurationSchema, type OptionSchema, ruleOptionSchema } from "./option.ts";

/** What a value may be, in a few words: `list of strings`, `"error"`, `"warning"`. */
function typeOf(option: OptionSchema): string {
  if (option.enum) return option.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  if (option.type === "array") return `list of ${many(option.items ?? {})}`;
  if (option.type === "object" && typeof option.additionalProperties === "object") {
    const value = option.additionalProperties;
    if (value.anyOf && tableOf(value)) return "a severity or a table for each name";
    return tableOf(value) ? "a table for each name" : `table of ${many(value)}`;
  }
  if (option.type === "object") return "table";
  return [option.type ?? "anything"].flat().join(" or ");
}

/** The form of a value that is a table, if one is: the other is short for it. */
function tableOf(value: OptionSchema): OptionSchema | undefined {
  return [value, ...(value.anyOf ?? [])].find((one) => one.type === "object");
}

/** The same for several values. */
function many(option: OptionSchema): string {
  return option.type === "array" ? `lists of ${many(option.items ?? {})}` : `${typeOf(option)}s`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function section(name: string, option: OptionSchema, depth: number): string {
  const facts = [`Type: ${typeOf(option)}`];
  if (!isEmpty(option.default)) facts.push(`Default: \`${JSON.stringify(option.default)}\``);
  let result = `${"#".repeat(depth)} \`${name}\`\n\n${option.description ?? ""}\n\n${facts.join(" · ")}\n\n`;
  const inner =
    option.properties ??
    (typeof option.additionalProperties === "object" ? tableOf(option.additionalProperties)?.properties : undefined);
  for (const [key, value] of Object.entries(inner ?? {})) {
    result += section(`${option.properties ? name : `${name}.<name>`}.${key}`, value, depth + 1);
  }
  return result;
}

/** `docs/configuration.md` */
export function configurationPage(rules: readonly ListedRule[]): string {
  const { properties = {} } = configurationSchema();
  let page = `# Configuration

Tether reads the nearest \`tether.toml\`, or the \`[tool.tether]\` table of the nearest \`pyproject.toml\`, in the folder of a file or above it. Options of the command line and settings of the editor outweigh the file. A wrong option is reported and left out; the others count.

\`\`\`toml
# tether.toml; in pyproject.toml the same stands below [tool.tether]
airflow-version = "2.11"
ignore = ["missing-execution-timeout"]

[limits]
execution-timeout = "2h"

[ssh-connections]
"etl.example.com" = "ssh_etl"

[rules]
ssh-no-batchmode = "off"

[rules.sensor-poke-mode-long-wait]
severity = "info"
short-wait = "20m"
\`\`\`

A TOML editor can check the file against [tether.schema.json](tether.schema.json).

`;
  for (const [name, option] of Object.entries(properties)) page += section(name, option, 2);
  page += `### Options of single rules

A rule's name with a severity alone is short for a table with that severity: \`ssh-no-batchmode = "off"\`. A table without \`severity\` leaves it to the profile, \`select\` and \`ignore\` whether the rule runs.

`;
  for (const { name, options = [] } of rules) {
    if (options.length > 0) page += `#### [\`rules.${name}\`](rules/${name}.md)\n\n${optionTable(options)}\n`;
  }
  return `${page.trimEnd()}\n`;
}

/** The values of one rule: a severity alone, or a table that takes the rule's own options, too. */
function ruleValues(any: OptionSchema, { options = [] }: ListedRule): OptionSchema {
  const own = Object.fromEntries(options.map((one) => [one.name, ruleOptionSchema(one)]));
  const anyOf = any.anyOf?.map((form) =>
    form.type === "object"
      ? { ...form, properties: { ...form.properties, ...own }, additionalProperties: false }
      : form,
  );
  return { ...any, anyOf };
}

/** `docs/tether.schema.json`: the schema, with every rule's name offered below `rules`. */
export function schemaFile(rules: readonly ListedRule[]): string {
  const schema = configurationSchema();
  const { rules: perRule = {}, ...properties } = schema.properties ?? {};
  const one = perRule.additionalProperties;
  const named = Object.fromEntries(
    rules.map((rule) => [
      rule.name,
      { ...(typeof one === "object" ? ruleValues(one, rule) : {}), description: rule.summary },
    ]),
  );
  const complete = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Tether",
    ...schema,
    properties: { ...properties, rules: { ...perRule, properties: named, additionalProperties: false } },
  };
  return `${JSON.stringify(complete, undefined, 2)}\n`;
}
