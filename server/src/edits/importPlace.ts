/** Where a new import belongs: beside its kin, in the file's order. */
import type { Import, ImportFrom, Stmt } from "../syntax/python.ts";
import { lineEnd, lineStart, type SourceFile, startsLine } from "./layout.ts";
import { lineAfter } from "./paths.ts";

/** A place for whole lines. */
export type ImportPlace = {
  /** UTF-16 offset: a line's end for `after`, a line's start for `before`. */
  readonly offset: number;
  readonly side: "after" | "before";
  /** The import beside which it stands. */
  readonly anchor: Stmt | undefined;
  /** A blank line parts it from its neighbour. */
  readonly blank: boolean;
};

type ImportStmt = Import | ImportFrom;
/** The groups that isort and ruff make. */
type Section = "stdlib" | "third-party" | "local";

/** The standard library's modules that DAG files import most, and those that fixes emit. */
const stdlib = new Set(
  "abc argparse ast asyncio base64 collections concurrent contextlib copy csv dataclasses datetime decimal email enum ftplib functools getpass glob gzip hashlib hmac html http importlib inspect io itertools json logging math multiprocessing operator os pathlib pickle platform pprint random re shlex shutil signal smtplib socket ssl stat string struct subprocess sys tarfile tempfile textwrap threading time timeit traceback types typing unittest urllib uuid warnings xml zipfile zoneinfo".split(
    " ",
  ),
);

function moduleOf(statement: ImportStmt): string {
  return statement.kind === "import" ? (statement.names[0]?.name ?? "") : statement.module;
}

function rootOf(statement: ImportStmt): string {
  const name = moduleOf(statement);
  return name.split(".")[0] ?? name;
}

function sectionOf(root: string): Section {
  if (root === "") return "local";
  return stdlib.has(root) ? "stdlib" : "third-party";
}

/**
 * The place for `import module` or (`from`) `from module import …` in front of the offset `start`.
 * Undefined when no line before `start` can hold it.
 */
export function importPlace(file: SourceFile, module: string, from: boolean, start: number): ImportPlace | undefined {
  const root = module.split(".")[0] ?? module;
  const section = sectionOf(root);
  const imports = topLines(file, start).filter((one) => rootOf(one) !== "__future__");
  const header = imports.filter((one) => one.span.start < headerEnd(file));
  const kin =
    nonEmpty(header.filter((one) => rootOf(one) === root && section !== "stdlib")) ??
    nonEmpty(imports.filter((one) => rootOf(one) === root && section !== "stdlib")) ??
    nonEmpty(header.filter((one) => sectionOf(rootOf(one)) === section)) ??
    nonEmpty(imports.filter((one) => sectionOf(rootOf(one)) === section));
  if (kin) return among(file, kin, module, from);

  const [first] = imports;
  if (first && section === "stdlib") return beside(file, first, "before", true);
  const behind = header.filter((one) => sectionOf(rootOf(one)) === "stdlib").at(-1);
  if (behind) return beside(file, behind, "after", true);
  if (first) return beside(file, first, "before", true);
  return withoutImports(file, start);
}

/** Between those that sort before and those that sort behind; behind the last one when they are in no order. */
function among(file: SourceFile, kin: readonly ImportStmt[], module: string, from: boolean): ImportPlace | undefined {
  const same = kin.filter((one) => (one.kind === "import-from") === from);
  const last = kin.at(-1);
  if (same.length === 0) {
    // isort puts `import a` before `from a import b`.
    const [first] = kin;
    return from ? last && beside(file, last, "after", false) : first && beside(file, first, "before", false);
  }
  const order = same.map((one) => moduleOf(one).toLowerCase());
  const isSorted = order.every((one, index) => index === 0 || (order[index - 1] ?? "") <= one);
  const smaller = isSorted ? same.filter((one) => moduleOf(one).toLowerCase() <= module.toLowerCase()) : same;
  const target = smaller.at(-1);
  const [first] = same;
  if (target) return beside(file, target, "after", false);
  return first && beside(file, first, "before", false);
}

function beside(file: SourceFile, anchor: ImportStmt, side: ImportPlace["side"], blank: boolean): ImportPlace {
  const { text } = file.module;
  const offset = side === "after" ? lineEnd(text, anchor.span.end) : lineStart(text, anchor.span.start);
  return { offset, side, anchor, blank };
}

/** A file whose imports are none, or only `from __future__`, or in other blocks. */
function withoutImports(file: SourceFile, start: number): ImportPlace | undefined {
  const { text, body } = file.module;
  const future = topLines(file, start).findLast((one) => rootOf(one) === "__future__");
  if (future) return { ...beside(file, future, "after", true), anchor: undefined };
  const [first, second] = body;
  if (!first) return undefined;
  const isDocstring = first.kind === "expression" && first.expr.kind === "string";
  if (isDocstring && first.span.end <= start && !/\S/.test(text.slice(first.span.end, lineEnd(text, first.span.end))))
    return { offset: lineEnd(text, first.span.end), side: "after", anchor: undefined, blank: true };
  const target = isDocstring ? second : first;
  if (!target || target.span.start > start || !startsLine(text, target.span.start)) return undefined;
  return { offset: lineStart(text, target.span.start), side: "before", anchor: undefined, blank: true };
}

/** The imports before `start` that fill their lines alone: a place beside them is a place for a line. */
function topLines(file: SourceFile, start: number): readonly ImportStmt[] {
  return file.module.body.filter((one): one is ImportStmt => {
    if (one.kind !== "import" && one.kind !== "import-from") return false;
    const end = lineAfter(file.module, one);
    return end !== undefined && end <= start;
  });
}

/** Where the first statement begins that is no import, docstring, `try` or `if` around imports. */
function headerEnd(file: SourceFile): number {
  for (const statement of file.module.body) {
    const isString = statement.kind === "expression" && statement.expr.kind === "string";
    const isImport = statement.kind === "import" || statement.kind === "import-from";
    if (!isString && !isImport && statement.kind !== "try" && statement.kind !== "if") return statement.span.start;
  }
  return file.module.text.length;
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
