import { type Hover, MarkupKind } from "vscode-languageserver";
import type { Finding } from "../rules/rule.ts";
import { contains, cover } from "../text/span.ts";
import { type Context, guarded } from "./context.ts";
import { rangeOf } from "./diagnostic.ts";
import { titleOf } from "./quickFixes.ts";

/** `textDocument/hover`: on a finding, what its rule is about. */
export function registerHover(context: Context): void {
  const { connection, session } = context;
  connection.onHover(
    guarded<{ textDocument: { uri: string }; position: { line: number; character: number } }, Hover | null>(
      context,
      "Hovering",
      null,
      async ({ textDocument, position }) => {
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
      },
    ),
  );
}

function page({ parts }: Context, finding: Finding, markdown: boolean): string {
  const { rule, code, severity, message, hint, fixes } = finding;
  const papers = parts.papers(rule);
  const head = `${code} ${rule}`;
  const links = papers?.page === undefined ? (papers?.links ?? []) : [papers.page, ...papers.links];
  const lines = [
    markdown ? `**${head}** · ${severity}` : `${head} (${severity})`,
    markdown ? escaped(message) : message,
    ...(hint === undefined ? [] : [markdown ? escaped(hint) : hint]),
    ...(papers ? [papers.why.trim()] : []),
    fixes.map((fix) => `- ${titleOf(fix)}`).join("\n"),
    [...new Set(links)]
      .map((link) => (markdown ? `[${label(link, rule)}](${link})` : link))
      .join(markdown ? " · " : "\n"),
  ];
  return lines.filter((line) => line !== "").join("\n\n");
}

// `[core] <x>` in a message is no markup.
function escaped(text: string): string {
  return text.replaceAll(/[\\*_<>[\]]/g, "\\$&");
}

function label(link: string, rule: string): string {
  return link.startsWith("file:") ? `About ${rule}` : new URL(link).host;
}
