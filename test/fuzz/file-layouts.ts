/**
 * Writes a whole Python file in another layout, without changing what it means: another spacing and breaking of every
 * bracketed list, other quotes, parentheses, backslashes, comments, blank lines, `;`, tabs, line ends.
 */
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Expr, Module, Stmt, StringLiteral } from "../../server/src/syntax/python.ts";
import { bodiesOf, expressionsOf, partsOf, walkStatements } from "../../server/src/syntax/traverse.ts";

/** Decides in turn how each place is written: by chance from `seed`, but the places from `keep` before `length` on only. */
export type Tape = { readonly seed: number; readonly length: number; readonly keep: number };

function numberAt({ seed, length, keep }: Tape, index: number): number {
  if (index >= length || index < length - keep) return 0;
  let mixed = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) & 0xffff;
}

/** What is decided once for a whole file. */
export type Whole = {
  readonly newline: "\n" | "\r\n";
  readonly mark: "" | "\uFEFF";
  /** How the file ends. */
  readonly ending: "keep" | "none" | "two";
  /** How often a place is written anew: in 1 of so many. */
  readonly sparse: number;
};

/** A file taken apart for being written anew. */
export type Parts = {
  readonly module: Module;
  readonly sites: readonly Site[];
  /** A name that stands for a known mapping: `COMMON = dict(owner="me")`. */
  readonly mapping: string | undefined;
};

type List = {
  readonly kind: "list";
  readonly open: number;
  readonly close: number;
  readonly items: readonly { readonly start: number; readonly end: number }[];
  readonly commas: readonly (number | undefined)[];
  /** The last comma must stay, or none may come. */
  readonly fixedEnd: boolean;
  /** An operator's call, which takes `**{}`. */
  readonly call: boolean;
};
type Gap = {
  readonly kind: "keyword" | "operator";
  readonly start: number;
  readonly end: number;
  readonly sign: string;
};
type Text = { readonly kind: "string"; readonly literal: StringLiteral; readonly alone: boolean };
type Wrap = { readonly kind: "value"; readonly start: number; readonly end: number; readonly assigned: boolean };
type Names = { readonly kind: "names"; readonly start: number; readonly end: number };
type Line = {
  readonly kind: "statement";
  readonly start: number;
  readonly end: number;
  readonly simple: boolean;
  readonly decorator: boolean;
  /** The simple statement in front of it, on the line before, to which `;` could join it. */
  readonly before: number | undefined;
};
type Block = { readonly kind: "block"; readonly joints: readonly { readonly start: number; readonly end: number }[] };
type Site = List | Gap | Text | Wrap | Names | Line | Block;

/** Takes a file apart. */
export function partsOfFile(text: string, mapping?: string): Parts {
  const module = lowerModule(text);
  const sites: Site[] = [];
  const { body } = module;
  walkStatements(body, (statement) => {
    collectStatement(module, statement, sites);
    for (const block of bodiesOf(statement)) collectBlock(module, block, sites);
    return true;
  });
  for (const [index, statement] of body.entries()) sites.push(lineOf(module, statement, body[index - 1]));
  const at = (site: Site): number =>
    site.kind === "string"
      ? site.literal.span.start
      : site.kind === "list"
        ? site.open
        : site.kind === "block"
          ? (site.joints[0]?.start ?? 0)
          : site.start;
  return { module, sites: sites.sort((a, b) => at(a) - at(b)), mapping };
}

const compound = new Set(["function", "class", "if", "for", "while", "try", "with", "match"]);

function isSimple(module: Module, statement: Stmt): boolean {
  if (compound.has(statement.kind)) return false;
  return !(
    statement.kind === "other" && /:\s*(?:#.*)?[\r\n]/.test(module.text.slice(statement.span.start, statement.span.end))
  );
}

function lineOf(module: Module, statement: Stmt, previous: Stmt | undefined): Line {
  const { text } = module;
  const { start, end } = statement.span;
  const simple = isSimple(module, statement);
  const between = previous ? text.slice(previous.span.end, start) : "x";
  const joins = simple && previous && isSimple(module, previous) && /^\s*\n[ \t]*$/.test(between);
  return { kind: "statement", start, end, simple, decorator: false, before: joins ? previous.span.end : undefined };
}

function collectBlock(module: Module, block: readonly Stmt[], sites: Site[]): void {
  for (const [index, statement] of block.entries()) sites.push(lineOf(module, statement, block[index - 1]));
  const [first] = block;
  if (!first || block.length > 3 || !block.every((one) => isSimple(module, one))) return;
  const { text } = module;
  let start = first.span.start;
  while (start > 0 && /\s/.test(text[start - 1] ?? "")) start--;
  if (text[start - 1] !== ":" || module.comments.some((one) => one.span.start < start && start <= one.span.end)) return;
  const joints = block.map((one, index) => ({ start: block[index - 1]?.span.end ?? start, end: one.span.start }));
  if (joints.every((one) => /^\s*$/.test(text.slice(one.start, one.end)))) sites.push({ kind: "block", joints });
}

function collectStatement(module: Module, statement: Stmt, sites: Site[]): void {
  const { text } = module;
  if (statement.kind === "import-from" && statement.names.every((one) => one.name !== "*")) {
    const [first] = statement.names;
    const last = statement.names.at(-1);
    if (first && last && !statement.parenthesized)
      sites.push({ kind: "names", start: first.span.start, end: last.span.end });
    else if (first) {
      const open = text.lastIndexOf("(", first.span.start) + 1;
      pushList(module, { open, close: statement.span.end - 1, items: statement.names.map((one) => one.span) }, sites);
    }
  }
  if (statement.kind === "function")
    for (const { span } of statement.decorators)
      sites.push({ kind: "statement", ...span, simple: true, decorator: true, before: undefined });
  if (statement.kind === "with") {
    const first = statement.items[0]?.span;
    const last = statement.items.at(-1)?.span;
    if (first && last && text[first.start - 1] === " ")
      sites.push({ kind: "value", start: first.start, end: last.end, assigned: false });
  }
  const value =
    statement.kind === "assign" ? statement.value : statement.kind === "expression" ? statement.expr : undefined;
  const isDoc = statement.kind === "expression" && statement.expr.kind === "string";
  if (value && !isDoc && value.kind !== "starred" && value.kind !== "await")
    sites.push({ kind: "value", ...value.span, assigned: statement.kind === "assign" });
  for (const expr of expressionsOf(statement)) if (!isDoc) collectExpression(module, expr, sites);
}

function pushList(module: Module, list: Pick<List, "open" | "close" | "items">, sites: Site[], call = false): void {
  const { text, comments } = module;
  const commas = list.items.map((item, index) => {
    const to = list.items[index + 1]?.start ?? list.close;
    for (let offset = item.end; offset < to; offset++) {
      const comment = comments.find((one) => one.span.start === offset);
      if (comment) offset = comment.span.end - 1;
      else if (text[offset] === ",") return offset;
      // Brackets of the grammar's own making.
      else if (!/[\s\\]/.test(text[offset] ?? "")) return undefined;
    }
    return undefined;
  });
  if (commas.slice(0, -1).some((one) => one === undefined)) return;
  sites.push({ kind: "list", ...list, commas, fixedEnd: list.items.length === 0, call });
}

function collectExpression(module: Module, expr: Expr, sites: Site[]): void {
  const { text } = module;
  switch (expr.kind) {
    case "call": {
      const { start, end } = expr.argumentsSpan;
      const items = expr.args.map((one) => one.span);
      if (text[start] !== "(" || items[0]?.start === start) break;
      const named = /(?:^|\.)([A-Z]\w*(?:Operator|Sensor|Trigger\w*))$/.test(
        text.slice(expr.func.span.start, expr.func.span.end),
      );
      const call = named && expr.args.every((one) => one.form === "keyword");
      pushList(module, { open: start + 1, close: end - 1, items }, sites, call);
      for (const { nameSpan, value } of expr.args)
        if (nameSpan && /^\s*=\s*$/.test(text.slice(nameSpan.end, value.span.start)))
          sites.push({ kind: "keyword", start: nameSpan.end, end: value.span.start, sign: "=" });
      break;
    }
    case "list":
    case "set":
    case "tuple": {
      const { start, end } = expr.span;
      const bracketed = /[[({]/.test(text[start] ?? "") && expr.items[0]?.span.start !== start;
      if (bracketed && (expr.kind !== "tuple" || expr.items.length > 1))
        pushList(module, { open: start + 1, close: end - 1, items: expr.items.map((one) => one.span) }, sites);
      break;
    }
    case "dict":
      pushList(
        module,
        { open: expr.span.start + 1, close: expr.span.end - 1, items: expr.entries.map((one) => one.span) },
        sites,
      );
      break;
    case "binary": {
      const start = expr.left.span.end;
      const end = expr.right.span.start;
      if (expr.operator && text.slice(start, end).trim() === expr.operator)
        sites.push({ kind: "operator", start, end, sign: expr.operator });
      break;
    }
    case "string":
      for (const literal of expr.literals) sites.push({ kind: "string", literal, alone: expr.literals.length === 1 });
      // What stands in the braces of an f-string has rules of its own before Python 3.12.
      return;
    default:
  }
  for (const part of partsOf(expr)) collectExpression(module, part, sites);
}

// Where several stand at one offset: what closes, what parts, what opens.
type Change = { readonly start: number; readonly end: number; readonly text: string; readonly rank: 0 | 1 | 2 };

/** The file in another layout. */
export function written({ module, sites, mapping }: Parts, tape: Tape, whole: Whole): string {
  const { text } = module;
  let at = 0;
  let count = 0;
  const number = (): number => numberAt(tape, at++);
  const pick = (options: number): number => number() % options;
  /** One of the options, or 0 for leaving it. */
  const seldom = (options: number): number => {
    const value = number();
    if (value === 0 || value % whole.sparse !== 0) return 0;
    return (Math.floor(value / whole.sparse) % options) + 1;
  };
  const comment = (): string => `# note ${++count}${count % 3 === 0 ? ", (a=1" : ""}`;
  const indentAt = (offset: number): string => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
  };
  const unit = /^\t/m.test(text) ? "\t" : "    ";
  const changes: Change[] = [];
  const put = (start: number, end: number, put: string, rank: Change["rank"] = 1): void => {
    changes.push({ start, end, text: put, rank });
  };
  /** Statements whose line end is taken. */
  const taken = new Set<number>();
  const blocked: { readonly start: number; readonly end: number }[] = [];

  for (const site of sites) {
    switch (site.kind) {
      case "list":
        list(site);
        break;
      case "keyword": {
        const style = seldom(4);
        if (style > 0 && !text.slice(site.start, site.end).includes("#"))
          put(
            site.start,
            site.end,
            ["=", " = ", "= ", ` =\n${indentAt(site.start)}${unit}${unit}`, "= \\\n  "][style] ?? "=",
          );
        break;
      }
      case "operator": {
        const style = seldom(2);
        const indent = indentAt(site.start) + unit;
        if (style === 1) put(site.start, site.end, ` \\\n${indent}${site.sign} `);
        if (style === 2) put(site.start, site.end, ` ${site.sign} \\\n${indent}`);
        break;
      }
      case "string":
        string(site);
        break;
      case "value": {
        const style = seldom(4);
        const indent = indentAt(site.start);
        if (style === 1) wrap(site, "(", ")");
        if (style === 2) wrap(site, `(\n${indent}${unit}`, `\n${indent})`);
        if (style === 3) wrap(site, `(  ${comment()}\n${indent}${unit}`, `  ${comment()}\n${indent})`);
        if (style === 4 && site.assigned && /[ =]/.test(text[site.start - 1] ?? ""))
          put(site.start, site.start, `\\\n${indent}${unit}`, 2);
        break;
      }
      case "names": {
        const style = seldom(2);
        if (text.slice(site.start, site.end).includes("\\")) break;
        if (style === 1) wrap(site, "(", ")");
        if (style === 2) wrap(site, `(\n${unit}`, `,  ${comment()}\n)`);
        break;
      }
      case "block": {
        if (
          pick(12) !== 11 ||
          blocked.some((one) => site.joints.some((joint) => joint.start < one.end && one.start < joint.end))
        )
          break;
        for (const [index, one] of site.joints.entries()) {
          put(one.start, one.end, index === 0 ? " " : "; ");
          blocked.push(one);
        }
        break;
      }
      case "statement":
        line(site);
        break;
    }
  }

  function wrap(where: { start: number; end: number }, before: string, after: string): void {
    put(where.start, where.start, before, 2);
    put(where.end, where.end, after, 0);
  }

  function list({ open, close, items, commas, fixedEnd, call }: List): void {
    const style = pick(12);
    const extra =
      call && pick(8) === 7 ? (pick(2) === 1 && mapping !== undefined ? `**${mapping}` : "**{}") : undefined;
    if (items.length === 0) {
      const blank = text.slice(open, close).trim() === "";
      if (style === 2 && blank) put(open, close, `\n${indentAt(open)}`);
      if (style === 6 && blank) put(open, close, `\n${indentAt(open)}${unit}${comment()}\n${indentAt(open)}`);
      return;
    }
    const outer = indentAt(open);
    const inner = outer + unit;
    const gap = (start: number, end: number, how: string): void => {
      if (/^[\s\\]*$/.test(text.slice(start, end))) put(start, end, how);
    };
    const mixed = (spaced: string): string => {
      switch (pick(8)) {
        case 1:
          return `\n${inner}`;
        case 2:
          return `  ${comment()}\n${inner}`;
        case 3:
          return `\n${inner}${comment()}\n${inner}`;
        case 4:
          return `\n\n${inner}`;
        case 5:
          return ` \\\n${inner}`;
        case 6:
          return "   ";
        default:
          return spaced;
      }
    };
    const last = items.length - 1;
    const end = items[last]?.end ?? close;
    const trailing = commas[last];
    const first = items[0]?.start ?? open;
    /** From the last item to the bracket. */
    const tail = (comma: "keep" | boolean, how: string): void => {
      const hasComma = comma === "keep" || fixedEnd ? trailing !== undefined : comma;
      const added = extra === undefined ? "" : `, ${extra}`;
      const rest = text.slice(end, close);
      if (/^[\s\\,]*$/.test(rest)) put(end, close, `${added}${hasComma ? "," : ""}${how}`);
      else if (added) put(end, end, added);
    };
    const between = (how: () => string, before = (): string => ""): void => {
      for (let index = 0; index < last; index++) {
        const comma = commas[index];
        const next = items[index + 1];
        const item = items[index];
        if (comma === undefined || !next || !item) continue;
        gap(item.end, comma, before());
        gap(comma + 1, next.start, how());
      }
    };
    switch (style) {
      case 1:
        gap(open, first, "");
        between(() => " ");
        tail(false, "");
        break;
      case 2:
        gap(open, first, `\n${inner}`);
        between(() => `\n${inner}`);
        tail(true, `\n${outer}`);
        break;
      case 3:
        gap(open, first, `\n${inner}`);
        between(() => `\n${inner}`);
        tail(false, `\n${outer}`);
        break;
      case 4:
        gap(open, first, "");
        between(() => `\n${inner}${unit}`);
        tail(false, "");
        break;
      case 5:
        gap(open, first, mixed(""));
        between(
          () => mixed(" "),
          () => (pick(9) === 8 ? mixed("") : ""),
        );
        tail(pick(2) === 1, mixed(""));
        break;
      case 6:
        gap(open, first, `  ${comment()}\n${inner}`);
        between(() => (pick(2) === 1 ? `  ${comment()}\n${inner}` : `\n${inner}${comment()}\n${inner}`));
        tail(true, `  ${comment()}\n${outer}`);
        break;
      case 7:
        gap(open, first, `\n${inner}  `);
        between(
          () => " ",
          () => `\n${inner}`,
        );
        tail(false, `\n${outer}`);
        break;
      case 8:
        gap(open, first, " ");
        between(
          () => " ",
          () => " ",
        );
        tail("keep", " ");
        break;
      case 9:
        gap(open, first, `\n${inner}${comment()}\n${inner}`);
        between(() => `\n\n${inner}`);
        tail(pick(2) === 1, `\n${inner}${comment()}\n${outer}`);
        break;
      case 10:
        gap(open, first, "");
        between(() => "");
        tail(true, "");
        break;
      case 11:
        gap(open, first, "");
        between(() => " ");
        tail(false, `  ${comment()}\n${outer}`);
        break;
      default:
        if (extra !== undefined) tail("keep", /\n/.test(text.slice(end, close)) ? `\n${outer}` : "");
    }
  }

  function string({ literal, alone }: Text): void {
    const { prefix, quote, contentSpan, span } = literal;
    const content = text.slice(contentSpan.start, contentSpan.end);
    const style = seldom(7);
    if (style === 0 || /[bf]/.test(prefix)) return;
    const spelled = text.slice(span.start, contentSpan.start - quote.length);
    const plain = !content.includes('"') && !content.includes("'") && !content.includes("\\");
    if (style === 1 && quote.length === 1 && !content.endsWith(quote) && !content.includes(quote))
      put(span.start, span.end, spelled + quote.repeat(3) + content + quote.repeat(3));
    if (style === 2 && quote.length === 1 && plain) {
      const other = quote === '"' ? "'" : '"';
      put(span.start, span.end, spelled + other + content + other);
    }
    if (style === 3 && quote.length === 1 && plain) put(span.start, span.end, `${spelled}"""${content}"""`);
    const around = indentAt(span.start) + unit;
    if (style === 6 && alone) wrap(span, "(", ")");
    if (style === 7 && alone) wrap(span, `(\n${around}`, `  ${comment()}\n${around})`);
    // In two literals, as the linter of long lines has it.
    const space = content.indexOf(" ", Math.floor(content.length / 2)) + 1;
    if ((style === 4 || style === 5) && quote.length === 1 && plain && alone && space > 0 && space < content.length) {
      const indent = indentAt(span.start) + unit;
      const parting = style === 4 ? `\n${indent}` : `  ${comment()}\n${indent}`;
      const halves = `${spelled}${quote}${content.slice(0, space)}${quote}${parting}${spelled}${quote}${content.slice(space)}${quote}`;
      put(span.start, span.end, `(${halves})`);
    }
  }

  function line({ start, end, simple, decorator, before }: Line): void {
    const style = seldom(6);
    const at = text.lastIndexOf("\n", start - 1) + 1;
    const own = /^[ \t]*$/.test(text.slice(at, start));
    const free = !blocked.some((one) => one.start < start && start <= one.end);
    if (style === 1 && own && free) put(at, at, `${text.slice(at, start)}${comment()}\n`, 1);
    if (style === 2 && own && free && at > 0) put(at, at, "\n", 1);
    if (style === 6 && own && free && at > 0) put(at, at, `\n${comment()}\n`, 1);
    const rest = /^[^\n]*/.exec(text.slice(end))?.[0] ?? "";
    const behind = sites.some(
      (one) => one.kind === "block" && one.joints.some((joint) => joint.start === end && blocked.includes(joint)),
    );
    if (style === 3 && simple && rest.trim() === "" && !behind) {
      put(end, end + rest.length, `  ${comment()}`);
      taken.add(end);
    }
    if (style === 4 && simple && !decorator && rest.trim() === "" && !behind) {
      put(end, end + rest.length, ";");
      taken.add(end);
    }
    if (style === 5 && before !== undefined && free && !taken.has(before)) {
      put(before, start, "; ");
      blocked.push({ start: before, end: start });
    }
  }

  changes.sort((a, b) => a.start - b.start || a.rank - b.rank || a.end - b.end);
  let result = "";
  let done = 0;
  for (const one of changes) {
    // Two that want the same place: the first has it.
    if (one.start < done) continue;
    result += text.slice(done, one.start) + one.text;
    done = one.end;
  }
  result += text.slice(done);
  if (whole.ending === "none") result = result.trimEnd();
  if (whole.ending === "two") result = `${result.trimEnd()}\n\n`;
  return whole.mark + (whole.newline === "\n" ? result : result.replaceAll("\n", whole.newline));
}
