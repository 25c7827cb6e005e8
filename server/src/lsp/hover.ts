import { type Hover, type HoverParams, MarkupKind } from "vscode-languageserver";
import type { Finding } from "../rules/rule.ts";
import type { Fix } from "../text/edit.ts";
import { contains, cover } from "../text/span.ts";
import { type Context, guarded } from "./context.ts";
import { rangeOf } from "./diagnostic.ts";
import { fixesOf, titleOf } from "./quickFixes.ts";

/** `textDocument/hover`: on a finding, what its rule is about. */
export function registerHover(context: Context): void {
  const { connection, session } = context;
  connection.onHover(
    guarded<HoverParams, Hover | null>(context, "Hovering", null, async ({ textDocument, position }) => {
      await session.configured;
      const document = session.document(textDocument.uri);
      if (!document) return null;
      const { encoding, markdown } = session.client;
      const at = document.lines.offset(position, encoding);
      const found = session.findings(document).filter(({ span }) => contains(span, { start: at, end: at }));
      if (found.length === 0) return null;
      const value = found.map((finding) => page(context, finding, markdown)).join(markdown ? "\n\n---\n\n" : "\n\n");
      const kind = markdown ? MarkupKind.Markdown : MarkupKind.PlainText;
      const span = found.map((finding) => finding.span).reduce(cover);
      return { contents: { kind, value }, range: rangeOf(document.lines, span, encoding) };
    }),
  );
}

function page(context: Context, finding: Finding, markdown: boolean): string {
  const { rule, code, severity, message, hint } = finding;
  const papers = context.parts.papers(rule);
  const head = `${code} ${rule}`;
  const links = papers?.page === undefined ? (papers?.links ?? []) : [papers.page, ...papers.links];
  const lines = [
    markdown ? `**${head}** · ${severity}` : `${head} (${severity})`,
    markdown ? escaped(message) : message,
    ...(hint === undefined ? [] : [markdown ? escaped(hint) : hint]),
    ...(papers ? [papers.why.trim()] : []),
    fixesOf(context, finding)
      .map((fix) => `- ${markdown ? escaped(described(fix)) : described(fix)}`)
      .join("\n"),
    [...new Set(links)]
      .map((link) => (markdown ? `[${label(link, rule)}](${link})` : link))
      .join(markdown ? " · " : "\n"),
  ];
  return lines.filter((line) => line !== "").join("\n\n");
}

// "Run it in the foreground (unsafe): the task now fails when the command does."
function described(fix: Fix): string {
  return fix.safety === "safe" ? fix.title : `${titleOf(fix)}: ${fix.why}`;
}

// `[core] <x>` in a message is no markup, but what stands in backticks is.
function escaped(text: string): string {
  return text.replaceAll(/(`[^`]*`)|([\\*_<>[\]])/g, (whole, code?: string) => code ?? `\\${whole}`);
}

function label(link: string, rule: string): string {
  return link.startsWith("file:") ? `About ${rule}` : new URL(link).host;
}
