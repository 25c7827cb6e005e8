/**
 * Reads and rewrites `test/rules/<rule-name>.md`: one `##` section a case, with a `py` block, and where the case
 * wants them a `toml` block (the configuration), a `fixed` block and `fixed: <title>` blocks.
 *
 * A marker `# error: [rule-name]`, `# warning: […]` or `# info: […]` stands at the end of the line where the finding
 * starts; a part of the message may follow in double quotes. Markers are cut out of the file before it is checked, so
 * they may stand anywhere, in the middle of a shell text too.
 */
import type { Severity } from "../server/src/rules/rule.ts";

/** One finding that a case expects. */
export type Marker = {
  readonly rule: string;
  readonly severity: Severity;
  /** Zero-based line of the file without its markers, which has as many lines. */
  readonly line: number;
  /** What the message must contain, when the marker says so. */
  readonly message: string | undefined;
};

/** A fenced block of the document. */
export type Block = {
  readonly info: string;
  readonly content: string;
  /** Offsets of the content in the document, without the fence lines. */
  readonly start: number;
  readonly end: number;
};

/** One section of a document. */
export type Case = {
  readonly title: string;
  /** The prose before the first block. */
  readonly sentence: string;
  /** One-based line of the heading. */
  readonly line: number;
  readonly py: Block;
  /** The file as it is checked. */
  readonly text: string;
  readonly markers: readonly Marker[];
  readonly toml: string;
  /** The file after all preferred fixes of the rule; undefined when the case does not show it. */
  readonly fixed: Block | undefined;
  /** The file after the one fix of that title, by a part of the title. */
  readonly alternatives: readonly { readonly title: string; readonly block: Block }[];
};

const markerPattern = /[ \t]*#[ \t]*(error|warning|info):[ \t]*\[([a-z0-9-]+)\](?:[ \t]*"((?:[^"\\]|\\.)*)")?/g;
const markerTail = new RegExp(`(?:${markerPattern.source})+[ \\t]*$`);

function severityOf(word: string | undefined): Severity {
  return word === "error" || word === "warning" ? word : "info";
}

/** The file without its markers, and the markers. */
export function readMarkers(py: string): { readonly text: string; readonly markers: readonly Marker[] } {
  const markers: Marker[] = [];
  const lines = py.split("\n").map((line, index) => {
    const tail = markerTail.exec(line);
    if (!tail) return line;
    for (const [, severity, rule = "", message] of tail[0].matchAll(markerPattern)) {
      markers.push({
        rule,
        severity: severityOf(severity),
        line: index,
        message: message?.replaceAll(/\\(.)/g, "$1"),
      });
    }
    return line.slice(0, tail.index);
  });
  return { text: lines.join("\n"), markers };
}

function blocksOf(section: string, offset: number): Block[] {
  return [...section.matchAll(/^(`{3,})([^\n`]*)\n([\s\S]*?)^\1[ \t]*$/gm)].map((match) => {
    const [, fence = "", info = "", content = ""] = match;
    const start = offset + match.index + fence.length + info.length + 1;
    return { info: info.trim(), content, start, end: start + content.length };
  });
}

/** The cases of a document, or the complaint of the first section that is not one. */
export function readCases(document: string): readonly Case[] | { readonly problem: string } {
  // A `## comment` at the start of a Python line is no heading.
  const shadow = document.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1[ \t]*$/gm, (block) =>
    block.replaceAll(/[^\n]/g, "·"),
  );
  const heads = [...shadow.matchAll(/^## .*$/gm)];
  const cases: Case[] = [];
  for (const [index, head] of heads.entries()) {
    const end = heads[index + 1]?.index ?? document.length;
    const section = document.slice(head.index, end);
    const line = document.slice(0, head.index).split("\n").length;
    const title = head[0].slice(3).trim();
    const blocks = blocksOf(section, head.index);
    const [py, ...more] = blocks.filter((block) => block.info === "py");
    const strange = blocks.find((block) => !/^(py|toml|fixed|fixed: .+)$/.test(block.info));
    if (!py || more.length > 0) return { problem: `line ${line}: "${title}" needs exactly one py block` };
    if (strange) return { problem: `line ${line}: "${title}" has a block of the unknown kind "${strange.info}"` };
    cases.push({
      title,
      sentence: section.slice(head[0].length, section.indexOf("```")).trim(),
      line,
      py,
      ...readMarkers(py.content),
      toml: blocks.find((block) => block.info === "toml")?.content ?? "",
      fixed: blocks.find((block) => block.info === "fixed"),
      alternatives: blocks.flatMap((block) =>
        block.info.startsWith("fixed: ") ? [{ title: block.info.slice("fixed: ".length), block }] : [],
      ),
    });
  }
  return cases;
}

/** The document with the contents of some blocks replaced. */
export function replaceBlocks(
  document: string,
  replacements: readonly { readonly block: Block; readonly content: string }[],
): string {
  return [...replacements]
    .sort((a, b) => b.block.start - a.block.start)
    .reduce((text, { block, content }) => text.slice(0, block.start) + content + text.slice(block.end), document);
}

/** The `py` block with a marker's quoted message replaced by the message that was found; markers stay as they are. */
export function replaceMessage(py: string, marker: Marker, message: string): string {
  const lines = py.split("\n");
  const line = lines[marker.line] ?? "";
  lines[marker.line] = line.replace(markerTail, (tail) =>
    tail.replaceAll(markerPattern, (text, _severity, rule, quoted) =>
      rule === marker.rule && quoted !== undefined
        ? `${text.slice(0, text.indexOf("]") + 1)} ${JSON.stringify(message)}`
        : text,
    ),
  );
  return lines.join("\n");
}
