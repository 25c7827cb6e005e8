import fc from "fast-check";

/** A comma-separated list in some layout, between `f(` and `)` or `{` and `}`. */
export type Layout = {
  /** The whole file. */
  readonly text: string;
  readonly names: readonly string[];
  /** Names of items whose values hold a comment. */
  readonly commented: readonly string[];
};

const names = ["a", "b", "c", "d", "e"];

const values = [
  "1",
  '"x, y # no comment"',
  "'{{ ds }}'",
  '"""\n  ssh host # none, none\n"""',
  "g(a=1, b=[2, 3])",
  "(\n  'p'  # inner 1\n  'q'\n  )",
  "[\n    1,\n    # inner 2\n    2,\n]",
  "lambda x, y: (x, y)",
  "{**k, 'a': 1}",
  'f"{x, y} #"',
  "x if y else z",
  "[i for i in (1, 2)]",
  "-1",
];

/** What stands around the list; `@` is its place. Blocks are indented by `>`. */
const surroundings = [
  "x = @\n",
  "x = @  # tail\ny = 1\n",
  "with d:\n>x = @\n\ny = 2\n",
  "def m():\n>return @\n",
  "h(1, @, z=3)\n",
  "h(\n>z=@,\n>y=2,  # after\n)\n",
  "x = [@, 9]\n",
  "x = @.expand(q=1)\n",
  "a >> @ >> b\n",
  "if y:\n>@\nelse:\n>pass\n",
];

const separators = [", ", ",", ",\n|", ",  # between §\n|", "\n| , ", ",\n|# own §\n|", ",\n\n|", ",\n| ", " \\\n|, "];
const openings = ["", "", "\n|", "\n|", "  # open §\n|", "\n|# first §\n|", " "];
const closings = ["", ",", ",\n^", "\n^", ",  # last §\n^", "  # last §\n^", ",\n|# end §\n^", " "];

/** Layouts of a call of `f`, or of a dict, with distinct names; `extras` adds positional and starred arguments. */
export function layouts(kind: "call" | "dict"): fc.Arbitrary<Layout> {
  return fc
    .record({
      items: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)), {
        selector: ([name]) => name,
        maxLength: 5,
      }),
      vertical: fc.boolean(),
      separators: fc.array(fc.constantFrom(...separators), { minLength: 8, maxLength: 8 }),
      opening: fc.constantFrom(...openings),
      closing: fc.constantFrom(...closings),
      around: fc.constantFrom(...surroundings, ...(kind === "call" ? ["@=\ndef k(): ...\n"] : [])),
      indent: fc.constantFrom("    ", "  ", "\t"),
      newline: fc.constantFrom("\n", "\n", "\r\n"),
      mark: fc.constantFrom("", "", "\uFEFF"),
      first: fc.constantFrom("", "", "1", "*rest"),
      last: fc.constantFrom("", "", "**more"),
      head: fc.constantFrom("", "import os\n", '"""Doc."""\n\n'),
    })
    .map((parts) => {
      const written = parts.items.map(([name, value]) =>
        kind === "call" ? `${name}=${value}` : `"${name}": ${value}`,
      );
      if (kind === "call" && parts.first) written.unshift(parts.first);
      if (parts.last) written.push(parts.last);
      let body = "";
      let count = 0;
      const numbered = (piece: string): string => piece.replace("§", () => String(++count));
      written.forEach((item, index) => {
        const separator = parts.vertical ? ",\n|" : (parts.separators[index] ?? ", ");
        body += (index > 0 ? numbered(separator) : "") + item;
      });
      const opening = numbered(parts.vertical ? "\n|" : parts.opening);
      let closing = numbered(parts.closing);
      if (written.length === 0) closing = closing.replace(",", "");
      const list = opening + body + closing;
      const [before = "", after = ""] = parts.around.split("@");
      const decorator = parts.around.startsWith("@=");
      const outer = before.endsWith(">") || before.includes("\n>") ? parts.indent : "";
      const placed = list.replaceAll("|", outer + parts.indent).replaceAll("^", outer);
      const target = kind === "call" ? `f(${placed})` : `{${placed}}`;
      const text = decorator
        ? `@${target}${"\ndef k(): ...\n"}`
        : (before + target + after).replaceAll(/^>/gm, parts.indent);
      return {
        text: parts.mark + (parts.head + text).replaceAll("\n", parts.newline),
        names: parts.items.map(([name]) => name),
        commented: parts.items.filter(([, value]) => value.includes("# inner")).map(([name]) => name),
      };
    });
}
