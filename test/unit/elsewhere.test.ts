import { describe, expect, test } from "vitest";
import { editFolded, sourceSpan } from "../../server/src/syntax/folded.ts";
import { dedented, joined, part, produced, seenThrough, textOfFile } from "../../server/src/syntax/pieces.ts";

const reference = { start: 40, end: 58 };
const script = textOfFile("cd /opt\n./load --all &\n", "/dags/scripts/run.sh", reference);

describe("text of another file", () => {
  test("a part of it is shown at the reference, and says where it stands", () => {
    expect(sourceSpan(script, { start: 8, end: 14 })).toEqual({
      ...reference,
      elsewhere: { path: "/dags/scripts/run.sh", span: { start: 8, end: 14 } },
    });
  });

  test("cut and moved, it still knows where it stands", () => {
    const line = part(dedented(script), 10, 22);
    expect(line.text).toBe("load --all &");
    expect(sourceSpan(line, { start: 5, end: 10 }).elsewhere?.span).toEqual({ start: 15, end: 20 });
    const named = seenThrough(line, { start: 90, end: 93 });
    expect(sourceSpan(named, { start: 0, end: 4 }).elsewhere?.span).toEqual({ start: 10, end: 14 });
  });

  test("mixed with text of the file, a part is shown where they are joined", () => {
    const mixed = joined([produced("nice ", { start: 30, end: 37 }), script], { start: 30, end: 58 });
    expect(sourceSpan(mixed, { start: 0, end: 12 })).toEqual({ start: 30, end: 58 });
    expect(sourceSpan(mixed, { start: 5, end: 7 }).elsewhere?.span).toEqual({ start: 0, end: 2 });
  });

  test("what stands for a part of it, such as a decoded escape, stands there too", () => {
    const blank = produced(" ", sourceSpan(script, { start: 7, end: 8 }));
    expect(sourceSpan(blank, { start: 0, end: 1 }).elsewhere?.span).toEqual({ start: 7, end: 8 });
  });

  test("it is not edited", () => {
    expect(editFolded(script, { start: 21, end: 22 }, "")).toBeUndefined();
    expect(editFolded(script, { start: 0, end: 0 }, "set -e\n")).toBeUndefined();
  });
});
