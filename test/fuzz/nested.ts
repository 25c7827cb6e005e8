/** The same DAG file with other surroundings: in blocks, with tabs, with decorators, with a mapping to unpack. */
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Module, Stmt } from "../../server/src/syntax/python.ts";
import { everyExpression, walkStatements } from "../../server/src/syntax/traverse.ts";

/** A file in other surroundings, and the name of the mapping that its calls may unpack. */
export type Variant = { readonly name: string; readonly text: string; readonly mapping?: string };

/** Offsets of the lines that begin in a string. */
function insideStrings(module: Module): ReadonlySet<number> {
  const inside = new Set<number>();
  everyExpression(module.body, (expr) => {
    if (expr.kind !== "string") return;
    for (const { span } of expr.literals)
      for (
        let at = module.text.indexOf("\n", span.start);
        at >= 0 && at < span.end;
        at = module.text.indexOf("\n", at + 1)
      )
        inside.add(at + 1);
  });
  return inside;
}

function mapLines(module: Module, change: (line: string, start: number) => string): string {
  const inside = insideStrings(module);
  let start = 0;
  return module.text
    .split("\n")
    .map((line) => {
      const at = start;
      start += line.length + 1;
      return inside.has(at) || line.trim() === "" ? line : change(line, at);
    })
    .join("\n");
}

function isHeader(statement: Stmt): boolean {
  if (statement.kind === "expression") return statement.expr.kind === "string";
  return statement.kind === "import" || statement.kind === "import-from";
}

function within(module: Module, before: string, after: string): string | undefined {
  const first = module.body.find((one) => !isHeader(one));
  if (!first) return undefined;
  const from = module.text.lastIndexOf("\n", first.span.start - 1) + 1;
  if (module.text.slice(from, first.span.start).trim() !== "") return undefined;
  const text = mapLines(module, (line, start) => (start < from ? line : `    ${line}`));
  return `${text.slice(0, from)}${before}\n${text.slice(from).trimEnd()}\n${after}`;
}

function withSteps(module: Module, step: string): string {
  return mapLines(module, (line) => {
    const blanks = /^ */.exec(line)?.[0].length ?? 0;
    return step.repeat(Math.floor(blanks / 4)) + " ".repeat(blanks % 4) + line.slice(blanks);
  });
}

function withDefinition(module: Module, definition: string): string | undefined {
  const first = module.body.find((one) => !isHeader(one));
  if (!first) return undefined;
  const from = module.text.lastIndexOf("\n", first.span.start - 1) + 1;
  if (module.text.slice(from, first.span.start).trim() !== "") return undefined;
  return `${module.text.slice(0, from)}${definition}\n\n${module.text.slice(from)}`;
}

function decorated(module: Module): string | undefined {
  const starts: number[] = [];
  walkStatements(module.body, (one) => {
    if (one.kind === "function" && one.decorators.length === 0) starts.push(one.span.start);
    return true;
  });
  if (starts.length === 0) return undefined;
  let { text } = module;
  for (const start of starts.sort((a, b) => b - a)) {
    const line = text.lastIndexOf("\n", start - 1) + 1;
    if (text.slice(line, start).trim() !== "") return undefined;
    text = `${text.slice(0, line)}${text.slice(line, start)}@keep  # kept\n${text.slice(line)}`;
  }
  return withDefinition(lowerModule(text), "def keep(function):\n    return function\n");
}

/** All that can be made of a file, itself first. */
export function variantsOf(text: string): readonly Variant[] {
  const module = lowerModule(text);
  const made: { readonly name: string; readonly text: string | undefined; readonly mapping?: string }[] = [
    { name: "plain", text },
    { name: "tabs", text: withSteps(module, "\t") },
    { name: "two spaces", text: withSteps(module, "  ") },
    { name: "if", text: within(module, "if True:", "") },
    { name: "try", text: within(module, "try:", "finally:\n    print()\n") },
    { name: "with", text: within(module, "import contextlib\n\nwith contextlib.suppress(ValueError):", "") },
    { name: "def", text: within(module, "def make():", "\n\nmake()\n") },
    { name: "decorated", text: decorated(module) },
    { name: "mapping", text: withDefinition(module, 'COMMON = dict(owner="me")'), mapping: "COMMON" },
  ];
  const seen = new Set<string>();
  return made.flatMap(({ name, text, mapping }) => {
    if (text === undefined || seen.has(text)) return [];
    seen.add(text);
    return [{ name, text, ...(mapping === undefined ? {} : { mapping }) }];
  });
}
