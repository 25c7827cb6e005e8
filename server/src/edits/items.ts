/** Edits of a bracketed, comma-separated list — a call's arguments, a dict, a list, imported names — that fit its layout and keep its comments. */
import type { Comment, Module } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import type { Span } from "../text/span.ts";
import { afterBreak, layoutOf, lineEnd, lineIndent, lineStart, startsLine, withNewlines } from "./layout.ts";

/** Items between two offsets, `open` after the opening bracket, `close` at the closing one. */
export type ItemList = { readonly open: number; readonly close: number; readonly items: readonly Span[] };

/** What becomes of the items. Texts are Python; their line breaks become the file's. */
export type ItemChanges = {
  /** Item index → the items that take its place; none: it is removed. */
  readonly replace?: ReadonlyMap<number, readonly string[]>;
  readonly insert?: readonly string[];
  /** The index before which `insert` goes; the default is behind the last item. */
  readonly at?: number;
};

/** Where the code after an offset goes on: on the same line, or not before the next. */
type Rest = {
  readonly inline: boolean;
  /** The next code on this line; else where the line's text ends, its comment included. */
  readonly at: number;
  readonly comment: Comment | undefined;
};

/**
 * Non-overlapping edits, in no particular order; several insertions are one edit.
 * Comments inside an item that goes move above it; undefined where no line is free for them.
 */
export function editItems(module: Module, list: ItemList, changes: ItemChanges): readonly Edit[] | undefined {
  const { text } = module;
  const layout = layoutOf(module);
  const items = list.items;
  const replace = new Map(changes.replace ?? []);
  let insert = changes.insert ?? [];
  const at = changes.at ?? items.length;
  const comments = commentsIn(module, { start: list.open, end: list.close });

  const commaAfter = (index: number): number | undefined => {
    const from = items[index]?.end ?? list.open;
    const to = items[index + 1]?.start ?? list.close;
    for (let offset = from; offset < to; offset++) {
      const comment = comments.find((one) => one.span.start === offset);
      if (comment) offset = comment.span.end - 1;
      else if (text[offset] === ",") return offset;
    }
    return undefined;
  };
  /** What parts the item from the one before it, where its comma leads its line: a=1 ⏎ , b=2 */
  const leading = (index: number): string | undefined => {
    const comma = commaAfter(index - 1);
    const here = index > 0 && comma !== undefined && startsLine(text, comma);
    return here ? `\n${lineIndent(text, comma)}${text.slice(comma, items[index]?.start)}` : undefined;
  };
  const hasComment = (from: number, to: number): boolean =>
    comments.some((one) => from <= one.span.start && one.span.end <= to);
  const rest = (from: number): Rest => {
    let offset = from;
    while (text[offset] === " " || text[offset] === "\t") offset++;
    const comment = comments.find((one) => one.span.start === offset);
    if (comment) return { inline: false, at: comment.span.end, comment };
    const broken = text[offset] === "\n" || text[offset] === "\r";
    return { inline: !broken, at: broken ? from : offset, comment: undefined };
  };
  const blankBefore = (offset: number): number => {
    let start = offset;
    while (text[start - 1] === " " || text[start - 1] === "\t") start--;
    return start;
  };
  const edit = (start: number, end: number, written: string): Edit => ({
    span: { start, end },
    text: withNewlines(layout, written),
  });
  const edits: Edit[] = [];

  // Additions beside an item that goes take its place, so that its line and comment serve them.
  const before = replace.get(at - 1);
  const behind = replace.get(at);
  if (insert.length > 0 && before) {
    replace.set(at - 1, [...before, ...insert]);
    insert = [];
  } else if (insert.length > 0 && behind && at === 0) {
    replace.set(at, [...insert, ...behind]);
    insert = [];
  }

  if (insert.length > 0) {
    const anchor = items[at - 1];
    const first = items[0];
    if (anchor) {
      const comma = commaAfter(at - 1);
      const sameLine = comma === undefined || !/[\r\n#]/.test(text.slice(anchor.end, comma));
      const next = rest(comma === undefined ? anchor.end : comma + 1);
      const indent = `\n${lineIndent(text, anchor.start)}`;
      const line = leading(at - 1);
      const own = rest(anchor.end);
      if (line !== undefined && (!own.inline || own.at === list.close) && !/[\r\n#]/.test(line.slice(1))) {
        const end = own.inline ? anchor.end : own.at;
        edits.push(edit(end, end, insert.map((one) => line + one).join("")));
      } else if (!startsLine(text, anchor.start) || !sameLine || (next.inline && next.at !== list.close)) {
        edits.push(edit(anchor.end, anchor.end, insert.map((one) => `, ${one}`).join("")));
      } else if (next.inline) {
        edits.push(edit(anchor.end, anchor.end, insert.map((one) => `,${indent}${one}`).join("")));
      } else {
        const lines = insert.map((one) => indent + one).join(",") + (comma === undefined ? "" : ",");
        if (comma !== undefined) edits.push(edit(next.at, next.at, lines));
        else if (next.at === anchor.end) edits.push(edit(anchor.end, anchor.end, `,${lines}`));
        else edits.push(edit(anchor.end, anchor.end, ","), edit(next.at, next.at, lines));
      }
    } else {
      const opened = rest(list.open);
      const inside =
        first && startsLine(text, first.start) ? first : comments.find((one) => startsLine(text, one.span.start))?.span;
      const indent = `\n${inside ? lineIndent(text, inside.start) : lineIndent(text, list.open) + layout.indent}`;
      if (!opened.inline) edits.push(edit(opened.at, opened.at, insert.map((one) => `${indent}${one},`).join("")));
      else if (first) edits.push(edit(first.start, first.start, insert.map((one) => `${one}, `).join("")));
      else edits.push(edit(list.open, list.close, insert.join(", ")));
    }
  }

  const gone = (index: number): boolean => replace.get(index)?.length === 0;
  const everythingGoes = items.length > 0 && insert.length === 0 && items.every((_, index) => gone(index));
  if (everythingGoes && !hasComment(list.open, list.close)) return [edit(list.open, list.close, "")];

  // The items at the end that go: what is then the last one loses its comma, unless the list ended in one.
  let tail = items.length;
  if (commaAfter(items.length - 1) === undefined) while (tail > 0 && gone(tail - 1)) tail--;
  const kept = items[tail - 1];
  const last = items.at(-1);
  if (kept && last && tail < items.length) {
    const comma = commaAfter(tail - 1) ?? kept.end;
    // An addition behind the last kept item still needs its comma.
    const joined = insert.length > 0 && at === tail;
    if (!joined) {
      const inline = rest(last.end).inline && !hasComment(kept.end, list.close);
      const led = leading(tail) !== undefined && !hasComment(kept.end, last.end);
      if (inline || led) {
        edits.push(edit(kept.end, last.end, ""));
        for (let index = tail; index < items.length; index++) replace.delete(index);
      } else edits.push(edit(blankBefore(comma), comma + 1, ""));
    }
  }

  for (const [index, texts] of replace) {
    const item = items[index];
    if (!item) continue;
    const own = startsLine(text, item.start);
    const comma = commaAfter(index);
    const inner = commentsIn(module, item);
    if (inner.length > 0 && !own) return undefined;
    const indent = lineIndent(text, item.start);
    const above = inner.map((one) => `${one.text}\n${indent}`).join("");
    if (texts.length > 0) {
      const next = rest(comma === undefined ? item.end : comma + 1);
      const ends = !next.inline || next.at === list.close;
      const line = leading(index);
      const led = line !== undefined && !/[\r\n#]/.test(line.slice(1)) && !rest(item.end).inline ? line : ", ";
      edits.push(edit(item.start, item.end, above + texts.join(own && ends ? `,\n${indent}` : led)));
      continue;
    }
    if (comma !== undefined && /[\r\n#]/.test(text.slice(item.end, comma))) {
      // The comma leads the next line: a=1 ⏎ , b=2
      const previous = items[index - 1];
      const following = items[index + 1];
      if (previous && !gone(index - 1) && !hasComment(previous.end, item.end)) {
        edits.push(edit(previous.end, item.end, ""));
        continue;
      }
      if (!previous && following && !hasComment(item.start, following.start)) {
        edits.push(edit(item.start, following.start, ""));
        continue;
      }
      edits.push(edit(item.start, item.end, above), edit(comma, comma + 1, ""));
      continue;
    }
    const end = comma === undefined ? item.end : comma + 1;
    const next = rest(end);
    let leads = true;
    for (let other = index - 1; other >= 0 && leads; other--) {
      const sibling = items[other];
      if (!sibling || /[\r\n]/.test(text.slice(sibling.end, item.start))) break;
      leads = gone(other);
    }
    if (own && next.comment) edits.push(edit(item.start, next.comment.span.start, above));
    else if (own && above)
      edits.push(edit(item.start, next.inline ? next.at : end, next.inline ? above : above.trimEnd()));
    else if (own && !next.inline) {
      const breakAt = skipBlanks(text, end);
      edits.push(edit(lineStart(text, item.start), afterBreak(text, breakAt), ""));
    } else if (leads && next.inline) edits.push(edit(item.start, next.at, ""));
    else edits.push(edit(leads ? item.start : blankBefore(item.start), end, ""));
  }
  return withoutEmptyLines(text, edits);
}

/** A line of which edits leave nothing but blanks goes with its break. */
function withoutEmptyLines(text: string, edits: readonly Edit[]): readonly Edit[] {
  const left: Edit[] = [];
  const lines = new Map<number, Edit[]>();
  for (const one of edits) {
    const start = lineStart(text, one.span.start);
    const alone = one.text === "" && one.span.end > one.span.start && one.span.end <= lineEnd(text, start);
    if (alone) lines.set(start, [...(lines.get(start) ?? []), one]);
    else left.push(one);
  }
  for (const [start, own] of lines) {
    const end = lineEnd(text, start);
    let rest = "";
    let at = start;
    for (const { span } of own.sort((a, b) => a.span.start - b.span.start)) {
      rest += text.slice(at, span.start);
      at = span.end;
    }
    rest += text.slice(at, end);
    const touched = left.some(({ span }) => span.start <= end && start <= span.end);
    if (rest.trim() !== "" || touched) left.push(...own);
    else left.push({ span: { start, end: afterBreak(text, end) }, text: "" });
  }
  return left;
}

/** The comments that stand inside a span, without the carriage return that a grammar may count to them. */
export function commentsIn(module: Module, where: Span): readonly Comment[] {
  return module.comments
    .filter((one) => where.start <= one.span.start && one.span.start < where.end)
    .map((one) => {
      const text = one.text.trimEnd();
      return { text, span: { start: one.span.start, end: one.span.start + text.length } };
    });
}

function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
