import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layoutOf, quoteString } from "../../server/src/edits/layout.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import { grammarsLoaded } from "../grammars.ts";
import { source } from "./edits-source.ts";

await grammarsLoaded();

function stringValue(literal: string): string {
  const [statement] = lowerModule(literal).body;
  if (statement?.kind !== "expression" || statement.expr.kind !== "string") throw new Error(`no string: ${literal}`);
  expect(statement.expr.span).toEqual({ start: 0, end: literal.length });
  return statement.expr.literals
    .flatMap((one) => one.parts.map((part) => (part.kind === "text" ? part.value : "?")))
    .join("");
}

describe("the habits of a file", () => {
  it.each([
    ["", { quote: '"', indent: "    ", newline: "\n" }],
    ["x = 'a'\ny = 'b'\nz = \"c\"\n", { quote: "'", indent: "    ", newline: "\n" }],
    ['x = \'say "a"\'\ny = "b"\n', { quote: '"', indent: "    ", newline: "\n" }],
    ["if x:\n  y()\n", { quote: '"', indent: "  ", newline: "\n" }],
    ["if x:\r\n\ty()\r\n", { quote: '"', indent: "\t", newline: "\r\n" }],
    ["if x: y()\nwith d:\n   z()\n", { quote: '"', indent: "   ", newline: "\n" }],
  ])("%j", (text, habits) => {
    expect(layoutOf(lowerModule(text))).toEqual(habits);
  });
});

describe("quoteString", () => {
  it.each([
    ["x = 'a'", "it", "'it'"],
    ["x = 'a'", "it's", '"it\'s"'],
    ["", "say \"a\" and 'b'", '"say \\"a\\" and \'b\'"'],
    ["", "a\\b\t", '"a\\\\b\\t"'],
    ["", "a\nb\n", '"""a\nb\n"""'],
    ["x = 1\r\n", "a\nb", '"""a\r\nb"""'],
    ["", 'a\n"""', '"""a\n\\"\\"\\""""'],
    ["", 'a\n"', '"""a\n\\""""'],
  ])("in %j writes %j", (text, value, literal) => {
    expect(quoteString(source(text), value)).toBe(literal);
  });

  it("writes a literal that means the value", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "'", '"', "\\", "\n", "\t", "{", "é", "😀", "\u0007", "\r") });
    fc.assert(
      fc.property(text, fc.constantFrom("", "x = 'a'"), (value, file) => {
        expect(stringValue(quoteString(source(file), value))).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});
