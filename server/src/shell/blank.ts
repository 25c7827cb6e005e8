/** Makes a folded text readable for a shell parser: same length, but no Jinja and no Python holes. */
import type { Folded, Hole } from "../syntax/folded.ts";

// A word character that is also a legal name and arithmetic operand, so that `$(( {{ n }} + 1 ))` still parses.
const filler = "_";

const opening = /^\{%-?\s*(?:if|for)\b/;
const branching = /^\{%-?\s*(?:else|elif)\b/;
const closing = /^\{%-?\s*(?:endif|endfor)\b/;
const separators = new Set(["", "\n", ";", "&", "|", "(", "{"]);

/**
 * The text with each hole replaced by as many characters: an unknown value or `{{ … }}` becomes one word,
 * `{% … %}` and `{# … #}` become blanks, or a `;` where the branches of an `{% if %}` would otherwise glue two commands.
 */
export function blank(folded: Folded): string {
  const { text, holes } = folded;
  if (holes.length === 0) return text;
  const out = text.split("");
  const fill = (start: number, end: number, character: string): void => {
    for (let at = start; at < end; at++) out[at] = character;
  };
  let filled = 0;
  for (const hole of holes) {
    // `{% if {flag} %}` in an f-string: a hole within a hole.
    if (hole.end <= filled) continue;
    filled = hole.end;
    const word = hole.kind === "python" || hole.kind === "jinja-expression";
    fill(hole.start, hole.end, word ? filler : " ");
  }
  const tags = holes.filter((hole) => hole.kind === "jinja-statement" || hole.kind === "jinja-comment");
  for (const tag of tags) trimAround(text, tag, fill);
  separateBranches(text, tags, out);
  return out.join("");
}

/** `{%-` eats the blanks before it and `-%}` those after it, line breaks too. */
function trimAround(text: string, tag: Hole, fill: (start: number, end: number, character: string) => void): void {
  if (text[tag.start + 2] === "-") {
    let start = tag.start;
    while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
    if (start > 0) fill(start, tag.start, " ");
  }
  if (text[tag.end - 3] === "-") {
    let end = tag.end;
    while (end < text.length && /\s/.test(text.charAt(end))) end++;
    fill(tag.end, end, " ");
  }
}

function separateBranches(text: string, tags: readonly Hole[], out: string[]): void {
  const blocks: boolean[] = [];
  for (const tag of tags) {
    const written = text.slice(tag.start, tag.end);
    const before = previous(out, tag.start);
    if (opening.test(written)) {
      blocks.push(separators.has(before));
      continue;
    }
    const ends = closing.test(written);
    if (!ends && !branching.test(written)) continue;
    // `cmd {% if x %}-a{% else %}-b{% endif %} arg` chooses arguments: nothing to separate.
    const holdsCommands = ends ? blocks.pop() : blocks.at(-1);
    if (!holdsCommands || separators.has(before)) continue;
    // `{% if x %}sudo {% endif %}cmd`: what follows on the line may go on with the branch, unless it is another block.
    if (ends && !tags.some((other) => other.start >= tag.end && onlyBlanks(out, tag.end, other.start))) continue;
    if (ends && !opening.test(text.slice(tags.find((other) => other.start >= tag.end)?.start))) continue;
    out[tag.start] = ";";
  }
}

function onlyBlanks(out: readonly string[], start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (out[at] !== " " && out[at] !== "\t") return false;
  return true;
}

/** The last character before that is no blank; a line break counts, "" is the start of the text. */
function previous(out: readonly string[], offset: number): string {
  for (let at = offset - 1; at >= 0; at--) {
    const character = out[at] ?? "";
    if (character !== " " && character !== "\t" && character !== "\r") return character;
  }
  return "";
}
