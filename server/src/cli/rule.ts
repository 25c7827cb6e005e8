import { didYouMean } from "../config/nearest.ts";
import { optionKindNames, writtenOption } from "../config/ruleOptions.ts";
import { type OwnRule, ownRules } from "../engine/own.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import { type Command, commonOptions, parse, UsageError, wrap } from "./command.ts";
import { type Paint, paint } from "./paint.ts";
import { exit } from "./terminal.ts";

const options = {
  all: { type: "boolean", help: "List every rule." },
  "output-format": { type: "string", value: "FORMAT", help: "text or json; text by default." },
  ...commonOptions,
} as const;

type Listed = Rule | OwnRule;

function listed(): Listed[] {
  return [...rules, ...ownRules].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function find(word: string): Listed {
  const all = listed();
  const found = all.find((rule) => rule.name === word || rule.code === word.toUpperCase());
  if (found) return found;
  const guess = didYouMean(
    word,
    all.flatMap((rule) => [rule.name, rule.code]),
  );
  throw new UsageError(`there is no rule "${word}".${guess} \`tether rule --all\` lists them`);
}

function line(rule: Listed, pens: Paint, width: number): string {
  const tail = rule.profile === "strict" ? pens.dim(" (strict)") : "";
  return `${pens.bold(rule.code)}  ${rule.name.padEnd(width)}  ${pens.severity(rule.severity, rule.severity.padEnd(7))}  ${rule.summary.replace(/\.$/, "")}${tail}\n`;
}

function indented(text: string): string {
  return text.trim().replaceAll(/^(?=.)/gm, "    ");
}

function paragraph(text: string): string {
  return wrap(text.trim(), 96).join("\n");
}

function page(rule: Listed, pens: Paint): string {
  let text = `${pens.bold(`${rule.code} ${rule.name}`)}\n${rule.summary}\n\n`;
  text += `${pens.severity(rule.severity, rule.severity)} · ${rule.group} · ${rule.profile} · ${rule.status} · since ${rule.since}\n\n`;
  if (!("docs" in rule)) return `${text}${paragraph(rule.why)}\n`;
  const { why, bad, good, limits, links } = rule.docs;
  text += `${paragraph(why)}\n\n${pens.red("Bad")}\n\n${indented(bad)}\n\n${pens.green("Good")}\n\n${indented(good)}\n`;
  if (limits) text += `\n${pens.bold("Limits")}\n\n${paragraph(limits)}\n`;
  if (rule.options && rule.options.length > 0) {
    text += `\n${pens.bold("Options")} in [tool.tether.rules.${rule.name}], or [rules.${rule.name}] of tether.toml\n\n`;
    for (const { name, kind, default: value, description } of rule.options) {
      text += `${name} = ${writtenOption(kind, value)}   ${pens.dim(optionKindNames[kind])}\n${paragraph(description)}\n`;
    }
  }
  text += `\n${pens.bold("Ignore it")} with a comment on the line or above it: # tether: ignore[${rule.name}]\n`;
  if (links.length > 0) text += `\n${links.map((link) => `- ${link}\n`).join("")}`;
  return text;
}

function plain(rule: Listed): unknown {
  const { code, name, group, severity, summary, since, status, profile } = rule;
  const papers = "docs" in rule ? rule.docs : { why: rule.why };
  const own = ("options" in rule ? rule.options : undefined) ?? [];
  const options = own.map(({ name, kind, default: value, description }) => ({
    name,
    type: optionKindNames[kind],
    default: value,
    description,
  }));
  return { code, name, group, severity, summary, since, status, profile, ...papers, options };
}

/** `tether rule NAME|CODE|--all` */
export const rule: Command = {
  name: "rule",
  operands: "NAME|CODE",
  summary: "Explain a rule: what goes wrong in Airflow, and what to write instead.",
  options,
  async run(words, terminal) {
    const { values, positionals } = parse({ args: [...words], options, allowPositionals: true });
    const format = values["output-format"] ?? "text";
    if (format !== "text" && format !== "json") {
      throw new UsageError(`--output-format takes text or json, not "${format}"`);
    }
    if (!values.all && positionals.length === 0) throw new UsageError("which rule? Give a name or a code, or --all");
    const wanted = values.all ? listed() : positionals.map(find);
    const pens = paint(terminal.colors);
    if (format === "json") {
      const [only] = wanted;
      const single = !values.all && wanted.length === 1 && only !== undefined;
      terminal.out(`${JSON.stringify(single ? plain(only) : wanted.map(plain), undefined, 2)}\n`);
    } else if (values.all) {
      const width = Math.max(...wanted.map((one) => one.name.length));
      for (const one of wanted) terminal.out(line(one, pens, width));
    } else {
      terminal.out(wanted.map((one) => page(one, pens)).join("\n"));
    }
    return exit.clean;
  },
};
