/** The words of PowerShell and cmd texts: enough to tell commands and their parameters apart, no more. */
import type { Span } from "../text/span.ts";

/** A word after quote removal; `span`: where it stands, quotes and all. */
export type WindowsWord = { readonly text: string; readonly span: Span; readonly quoted: boolean };

/** A command, as its words stand. */
export type WindowsWords = {
  readonly words: readonly WindowsWord[];
  /** Where it ends, the parentheses and script blocks that it is given included. */
  readonly end: number;
  /** Its output goes to another command. */
  readonly piped: boolean;
  /** Its output goes to a variable, or to what stands around its parentheses. */
  readonly held: boolean;
  /** It stands in a script block or in parentheses. */
  readonly inner: boolean;
};

type Frame = { words: WindowsWord[]; held: boolean };

/** Reads a text character by character; `quote` and `escape` are the dialect's. */
class Reader {
  readonly text: string;
  readonly found: WindowsWords[] = [];
  at = 0;
  private frames: Frame[] = [];
  private frame: Frame = { words: [], held: false };
  private start: number | undefined;
  private word = "";
  private quoted = false;
  private end = 0;

  constructor(text: string) {
    this.text = text;
  }

  add(characters: string, length: number, quoted = false): void {
    this.start ??= this.at;
    this.word += characters;
    this.quoted ||= quoted;
    this.at += length;
    this.end = this.at;
  }

  get inWord(): boolean {
    return this.start !== undefined;
  }

  endWord(): void {
    if (this.start === undefined) return;
    this.frame.words.push({ text: this.word, span: { start: this.start, end: this.at }, quoted: this.quoted });
    this.start = undefined;
    this.word = "";
    this.quoted = false;
  }

  endCommand(piped = false): void {
    this.endWord();
    const { words, held } = this.frame;
    if (words.length > 0) this.found.push({ words, end: this.end, piped, held, inner: this.frames.length > 0 });
    this.frame = { words: [], held: false };
  }

  /** `(`, `{`: what stands inside are commands of their own; the one around goes on behind it. */
  open(held: boolean): void {
    this.endWord();
    this.frames.push(this.frame);
    this.frame = { words: [], held };
    this.at++;
  }

  close(): void {
    this.endCommand();
    this.frame = this.frames.pop() ?? { words: [], held: false };
    this.at++;
    this.end = this.at;
  }

  finish(): WindowsWords[] {
    while (this.frames.length > 0) this.close();
    this.endCommand();
    return this.found;
  }
}

/** The commands of a PowerShell text, those in its script blocks and parentheses too. */
export function powershellWords(text: string): WindowsWords[] {
  const reader = new Reader(text);
  while (reader.at < text.length) {
    const rest = text.slice(reader.at, reader.at + 2);
    const character = text.charAt(reader.at);
    const literal = /^@(['"])[ \t]*\r?\n/.exec(text.slice(reader.at, reader.at + 40));
    if (literal) reader.add("", until(text, `\n${literal[1]}@`, reader.at), true);
    else if (rest === "<#") reader.at += until(text, "#>", reader.at);
    else if (character === "#" && !reader.inWord) reader.at += until(text, "\n", reader.at, 0);
    else if (character === "'" || character === '"') {
      const end = closing(text, reader.at, character);
      reader.add(text.slice(reader.at + 1, end), end + 1 - reader.at, true);
    } else if (character === "`") {
      const line = /^`\r?\n/.exec(text.slice(reader.at, reader.at + 3));
      if (line) reader.endWord();
      if (line) reader.at += line[0].length;
      else reader.add(text.charAt(reader.at + 1), 2);
    } else if (character === "\n" || character === ";") {
      reader.endCommand();
      reader.at++;
    } else if (rest === "&&" || rest === "||") {
      reader.endCommand();
      reader.at += 2;
    } else if (character === "|") {
      reader.endCommand(true);
      reader.at++;
    } else if (character === "&" || /\s/.test(character)) {
      reader.endWord();
      reader.at++;
    } else if (character === "(" || character === "{") reader.open(character === "(");
    else if (character === ")" || character === "}") reader.close();
    else reader.add(character, 1);
  }
  return inOrder(reader.finish().flatMap(withoutAssignment));
}

/** `$p = Start-Process x`, `return Start-Process x`: the command behind. */
function withoutAssignment(one: WindowsWords): WindowsWords[] {
  const [first, second, ...rest] = one.words;
  if (!first) return [];
  const glued = /^(?:\[[\w.]+\])?\$[\w:]+\+?=/.exec(first.text);
  if (glued && !first.quoted) {
    const word = { ...first, text: first.text.slice(glued[0].length) };
    const start = word.span.start + glued[0].length;
    const words =
      word.text === "" ? one.words.slice(1) : [{ ...word, span: { start, end: word.span.end } }, ...one.words.slice(1)];
    return words.length > 0 ? [{ ...one, words, held: true }] : [];
  }
  if (second && /^\+?=$/.test(second.text)) return rest.length > 0 ? [{ ...one, words: rest, held: true }] : [];
  if (/^(?:return|else|do|try|finally)$/i.test(first.text) && second) return [{ ...one, words: one.words.slice(1) }];
  return [one];
}

/** The commands of a cmd text, those behind `if`, `for … do` and `call` too. */
export function cmdWords(text: string): WindowsWords[] {
  const reader = new Reader(text);
  while (reader.at < text.length) {
    const character = text.charAt(reader.at);
    const line = /^(?:\s*@?(?:rem\b|::)[^\n]*)/i.exec(text.slice(reader.at, reader.at + 400));
    const atStart = reader.at === 0 || text.charAt(reader.at - 1) === "\n";
    if (atStart && line) reader.at += line[0].length;
    else if (character === '"') {
      const end = text.indexOf('"', reader.at + 1);
      const close = end < 0 ? text.length : end;
      reader.add(text.slice(reader.at + 1, close), close + 1 - reader.at, true);
    } else if (character === "^") {
      const next = /^\^\r?\n/.exec(text.slice(reader.at, reader.at + 3));
      if (next) reader.at += next[0].length;
      else reader.add(text.charAt(reader.at + 1), 2);
    } else if (/[&|\n]/.test(character)) {
      const pipe = character === "|" && text.charAt(reader.at + 1) !== "|";
      reader.endCommand(pipe);
      reader.at++;
    } else if (character === "(" && !reader.inWord) reader.open(false);
    else if (character === ")") reader.close();
    else if (/\s/.test(character)) {
      reader.endWord();
      reader.at++;
    } else reader.add(character, 1);
  }
  return inOrder(reader.finish().flatMap(behindCondition));
}

/** `if exist x start job`, `for %%f in (…) do start job`, `call start job`, `@start job` */
function behindCondition(one: WindowsWords): WindowsWords[] {
  let words = [...one.words];
  for (let before = -1; before !== words.length; ) {
    before = words.length;
    const [first] = words;
    const name = first?.text.replace(/^@/, "").toLowerCase();
    if (first && name !== undefined && first.text.startsWith("@"))
      words[0] = { ...first, text: first.text.slice(1), span: { start: first.span.start + 1, end: first.span.end } };
    if (name === "call" || name === "else") words = words.slice(1);
    else if (name === "for")
      words = words.slice(words.findIndex((word) => /^do$/i.test(word.text)) + 1 || words.length);
    else if (name === "do") words = words.slice(1);
    else if (name === "if") {
      let at = 1;
      while (/^(?:\/i|not)$/i.test(words[at]?.text ?? "")) at++;
      const test = words[at]?.text ?? "";
      const length = /^(?:exist|defined|errorlevel)$/i.test(test) ? 2 : test.includes("==") ? 1 : 3;
      words = words.slice(at + length);
    }
  }
  return words.length > 0 ? [{ ...one, words }] : [];
}

/** By where they stand; what stands in parentheses was read before the command around it. */
function inOrder(found: readonly WindowsWords[]): WindowsWords[] {
  return found.toSorted((a, b) => (a.words[0]?.span.start ?? 0) - (b.words[0]?.span.start ?? 0));
}

/** How many characters to the end of the next `mark`, or to the end of the text. */
function until(text: string, mark: string, from: number, more = mark.length): number {
  const found = text.indexOf(mark, from);
  return (found < 0 ? text.length : found + more) - from;
}

/** Where a PowerShell string ends: a doubled quote and a backtick's next character do not end it. */
function closing(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === "`") at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at;
      at++;
    }
  }
  return text.length;
}
