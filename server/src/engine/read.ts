import { readFileSync, statSync } from "node:fs";
import { TextDecoder } from "node:util";
import type { Source } from "../airflow/build.ts";
import { systemReason } from "../config/systemReason.ts";
import type { Finding } from "../rules/rule.ts";
import { ownFinding, unreadableFile } from "./own.ts";

/** Why a file was not looked at. */
export type Skipped = "no-trigger" | "binary" | "too-large" | "unreadable";

/** A text and the encoding to write it back in, or the finding that says why there is none. */
export type ReadResult =
  | { readonly source: Source; readonly encoding: string }
  | { readonly finding: Finding; readonly skipped: Skipped };

/** Files above this size, in bytes, are data rather than DAGs. */
export const largestFile = 2 * 1024 * 1024;

/** Reads and decodes one file. Never throws. */
export function readSource(path: string): ReadResult {
  let bytes: Buffer;
  try {
    if (statSync(path).size > largestFile) return tooLarge();
    bytes = readFileSync(path);
  } catch (error) {
    return refuse("unreadable", `The file can't be read: ${systemReason(error)}.`);
  }
  return decodeSource(path, bytes);
}

/** Decodes a file as Python would: UTF-8, or what its coding line (PEP 263) declares. */
export function decodeSource(path: string, bytes: Uint8Array): ReadResult {
  if (bytes.byteLength > largestFile) return tooLarge();
  if (bytes.includes(0)) return refuse("binary", "The file holds NUL bytes: it is binary, not Python source.");
  const encoding = declaredEncoding(bytes);
  if (encoding === "latin1") return { source: { path, text: Buffer.from(bytes).toString("latin1") }, encoding };
  if (encoding === "windows-1252") return { source: { path, text: windows1252(bytes) }, encoding };
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    return refuse("unreadable", `The file declares the encoding "${encoding}", which Tether doesn't know.`);
  }
  try {
    return { source: { path, text: decoder.decode(bytes) }, encoding };
  } catch {
    return refuse(
      "unreadable",
      `The file is not valid ${encoding.toUpperCase()}${badLine(bytes, encoding)}: Python can't read it either.`,
    );
  }
}

/** The bytes of an edited text in the encoding it was read in; undefined when that encoding can't hold it. */
export function encodeText(text: string, encoding: string): Uint8Array | undefined {
  if (encoding === "utf-8") return Buffer.from(text, "utf8");
  if (encoding === "latin1" && !/[^\0-\xff]/.test(text)) return Buffer.from(text, "latin1");
  return undefined;
}

// # -*- coding: latin-1 -*-   on the first or second line, by the pattern of PEP 263
function declaredEncoding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 400))
    .toString("latin1")
    .split(/\r\n|\r|\n/, 2);
  for (const [index, line] of head.entries()) {
    const name = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line.replace(/^\xef\xbb\xbf/, ""))?.[1];
    if (name !== undefined) return normalEncoding(name.toLowerCase().replaceAll("_", "-"));
    // A second line counts only behind a comment or a blank first line.
    if (index === 0 && !/^(?:\xef\xbb\xbf)?[ \t\f]*(?:#.*)?$/.test(line)) break;
  }
  return "utf-8";
}

function normalEncoding(name: string): string {
  if (/^(utf-?8|utf-8-.*|utf8-.*|u8|ascii|us-ascii)$/.test(name)) return "utf-8";
  // The web's "latin1" is windows-1252; Python's is ISO 8859-1, which is Node's own.
  if (/^(latin-?1|iso-?8859-1|l1|cp819)(-.*)?$/.test(name)) return "latin1";
  return name
    .replace(/^cp(125\d)$/, "windows-$1")
    .replace(/^cp932$/, "shift_jis")
    .replace(/^latin-9$/, "iso-8859-15");
}

// Node's own decoder for it gives ISO 8859-1 in several releases.
function windows1252(bytes: Uint8Array): string {
  const high = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";
  const text = Buffer.from(bytes).toString("latin1");
  return text.replace(/[\x80-\x9f]/g, (char) => high[char.charCodeAt(0) - 0x80] ?? char);
}

function badLine(bytes: Uint8Array, encoding: string): string {
  if (encoding !== "utf-8") return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const next = bytes.indexOf(10, start);
    const end = next < 0 ? bytes.length : next + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return ` on line ${line}`;
    }
    start = end;
  }
  return "";
}

function tooLarge(): ReadResult {
  return refuse("too-large", `The file is larger than ${largestFile / 1024 / 1024} MB and is not checked.`);
}

function refuse(skipped: Skipped, message: string): ReadResult {
  return { skipped, finding: ownFinding(unreadableFile, { start: 0, end: 0 }, message, unreadableFile.severity) };
}
