/** What a Python file says, whatever its layout: equal for two files that Python reads as the same program. */
import type { Expr, Module, Stmt } from "../../server/src/syntax/python.ts";

const layout = new Set(["span", "nameSpan", "defSpan", "contentSpan", "argumentsSpan", "parenthesized", "holes"]);

/** The imports of a module, sorted, and all else that it says. */
export type Meaning = { readonly imports: readonly string[]; readonly rest: string };

/**
 * Imports are compared as a set, keywords by name; blanks at the end of a string, and a `**` of nothing that matters,
 * are left out.
 */
export function meaning(module: Module): Meaning {
  const imports: string[] = [];
  const rest: Stmt[] = [];
  for (const one of module.body) {
    if (one.kind === "import") imports.push(...one.names.map((name) => `import ${name.name} as ${name.alias ?? ""}`));
    else if (one.kind === "import-from")
      imports.push(...one.names.map((name) => `from ${one.module} import ${name.name} as ${name.alias ?? ""}`));
    else rest.push(one);
  }
  return { imports: imports.sort(), rest: said(rest) };
}

function said(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(said).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const node = value as Expr;
  if (node.kind === "parenthesized") return said(node.inner);
  if (node.kind === "string") {
    let text = "";
    for (const literal of node.literals)
      for (const part of literal.parts)
        text += part.kind === "text" ? part.value.replaceAll("\r\n", "\n") : `\0${said(part.expr)}\0`;
    return `${node.bytes ? "b" : ""}${JSON.stringify(text.replace(/ +$/, ""))}`;
  }
  if (node.kind === "call") {
    const args = node.args.flatMap((one) => {
      if (one.form === "double-star" && /^(?:\{|COMMON)/.test(said(one.value))) return [];
      return [`${one.form === "keyword" ? `${one.name}=` : one.form}${said(one.value)}`];
    });
    const named = args.filter((_, index) => node.args[index]?.form === "keyword");
    const others = args.filter((one) => !named.includes(one));
    return `${said(node.func)}(${[...others, ...named.sort()].join(",")})`;
  }
  let result = "";
  for (const [key, inner] of Object.entries(node))
    if (!layout.has(key) && inner !== undefined) result += `${key}:${said(inner)} `;
  return `{${result}}`;
}
