import fc from "fast-check";
import { expect, test } from "vitest";
import { lineEdits } from "../../server/src/lsp/lineEdits.ts";
import { applyEdits } from "../../server/src/text/edit.ts";

const text = fc
  .array(fc.constantFrom("a\n", "b\n", "c\r\n", "\n", "d"), { maxLength: 12 })
  .map((lines) => lines.join(""));

test("line edits turn one text into the other", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applyEdits(before, lineEdits(before, after))).toBe(after);
    }),
  );
});

test("equal texts need none", () => {
  fc.assert(
    fc.property(text, (same) => {
      expect(lineEdits(same, same)).toEqual([]);
    }),
  );
});

test("a change at both ends leaves the middle alone", () => {
  expect(lineEdits("a\nb\nc\n", "A\nb\nc\nd\n")).toEqual([
    { span: { start: 0, end: 2 }, text: "A\n" },
    { span: { start: 6, end: 6 }, text: "d\n" },
  ]);
});

test("two long texts without a common line cost one edit", () => {
  const before = Array.from({ length: 2_500 }, (_, index) => `before ${index}\n`).join("");
  const after = before.replaceAll("before", "after");
  expect(lineEdits(before, after)).toEqual([{ span: { start: 0, end: before.length }, text: after }]);
});
