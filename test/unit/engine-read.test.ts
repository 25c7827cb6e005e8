import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeSource, encodeText, largestFile, readSource } from "../../server/src/engine/read.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-read-"));
afterAll(() => rmSync(folder, { recursive: true }));

function text(bytes: Uint8Array): string {
  const read = decodeSource("/a.py", bytes);
  return "source" in read ? read.source.text : `${read.skipped}: ${read.finding.code} ${read.finding.message}`;
}

describe("decoding", () => {
  test("UTF-8, its byte order mark kept", () => {
    expect(text(Buffer.from("\uFEFFx = 'ü€😀'\r\n"))).toBe("\uFEFFx = 'ü€😀'\r\n");
  });
  test.each([
    ["latin-1", "# -*- coding: latin-1 -*-\nx = '\xe9\x93'\n", "\xe9\x93"],
    ["behind a first line", "#!/usr/bin/env python\n# vim: set fileencoding=iso_8859_1 :\nx = '\xe9'\n", "\xe9"],
    ["cp1252", "# coding: cp1252\nx = '\x93'\n", "“"],
    ["koi8-r", "# coding=koi8-r\nx = '\xc1'\n", "а"],
  ])("the coding line is obeyed: %s", (_, source, expected) => {
    expect(text(Buffer.from(source, "latin1"))).toContain(expected);
  });
  test("a coding line below code means nothing", () => {
    expect(text(Buffer.from("x = 1\n# coding: latin-1\ny = 'ü'\n"))).toContain("'ü'");
  });
  test("bad UTF-8 is told with its line", () => {
    expect(text(Buffer.from("import airflow\nx = '\xe9'\n", "latin1"))).toBe(
      "unreadable: TET903 The file is not valid UTF-8 on line 2: Python can't read it either.",
    );
  });
  test("an unknown encoding is told by name", () => {
    expect(text(Buffer.from("# coding: klingon\n"))).toContain('"klingon"');
  });
  test("binary and too large", () => {
    expect(text(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1))).toMatch(/^binary: TET903/);
    expect(text(new Uint8Array(largestFile + 1).fill(0x20))).toMatch(/^too-large: TET903/);
    expect(text(new Uint8Array(largestFile).fill(0x20))).toHaveLength(largestFile);
  });
  test("an edited text goes back in its own encoding, or not at all", () => {
    expect(encodeText("é", "latin1")).toEqual(Buffer.from([0xe9]));
    expect(encodeText("é", "utf-8")).toEqual(Buffer.from([0xc3, 0xa9]));
    expect(encodeText("€", "latin1")).toBeUndefined();
    expect(encodeText("é", "koi8-r")).toBeUndefined();
  });
});

describe("reading", () => {
  const refusal = (path: string) => {
    const read = readSource(path);
    return "finding" in read ? read.finding.message : "read";
  };
  test("what does not exist, a directory, a link in a circle", () => {
    symlinkSync(join(folder, "loop.py"), join(folder, "loop.py"));
    expect(refusal(join(folder, "missing.py"))).toBe("The file can't be read: it does not exist.");
    expect(refusal(folder)).toBe("The file can't be read: it is a directory.");
    expect(refusal(join(folder, "loop.py"))).toBe("The file can't be read: its symbolic links lead in a circle.");
  });
});
