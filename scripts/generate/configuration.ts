import type { ListedRule } from "./listed.ts";
import { configurationSchema, type OptionSchema } from "./option.ts";

/** What a value may be, in a few words: `list of strings`, `"error"`, `"warning"`. */
function typeOf(option: OptionSchema): string {
  if (option.enum) return option.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  if (option.type === "array") return `list of ${many(option.items ?? {})}`;
  if (option.type === "object" && typeof option.additionalProperties === "object") {
    const value = option.additionalProperties;
    return value.type === "object" ? "a table for each name" : `table of ${many(value)}`;
  }
  if (option.type === "object") return "table";
  return [option.type ?? "anything"].flat().join(" or ");
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
    (typeof option.additionalProperties === "object" ? option.additionalProperties.properties : undefined);
  for (const [key, value] of Object.entries(inner ?? {})) {
    result += section(`${option.properties ? name : `${name}.<name>`}.${key}`, value, depth + 1);
  }
  return result;
}

/** `docs/configuration.md` */
export function configurationPage(): string {
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

[rules.bash-ssh-call]
severity = "info"
\`\`\`

A TOML editor can check the file against [tether.schema.json](tether.schema.json).

`;
  for (const [name, option] of Object.entries(properties)) page += section(name, option, 2);
  return `${page.trimEnd()}\n`;
}

/** `docs/tether.schema.json`: the schema, with every rule's name offered below `rules`. */
export function schemaFile(rules: readonly ListedRule[]): string {
  const schema = configurationSchema();
  const { rules: perRule = {}, ...properties } = schema.properties ?? {};
  const one = perRule.additionalProperties;
  const named = Object.fromEntries(
    rules.map((rule) => [rule.name, { ...(typeof one === "object" ? one : {}), description: rule.summary }]),
  );
  const complete = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Tether",
    ...schema,
    properties: { ...properties, rules: { ...perRule, properties: named, additionalProperties: false } },
  };
  return `${JSON.stringify(complete, undefined, 2)}\n`;
}
