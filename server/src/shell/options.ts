/** getopt and getopt_long over the words of a command. */
import { unknownCharacter } from "../syntax/folded.ts";
import { lastName } from "../syntax/python.ts";
import type { Word } from "./script.ts";

/**
 * How a program reads its command line. `short`: a getopt string (`"ab:c::"`: `a` a flag, `b` with a value, `c` with one
 * only when attached). `long`: each name with `""`, `":"` or `"::"`. `permute`: options may follow operands (GNU).
 */
export type OptionSpec = {
  readonly short: string;
  readonly long?: Readonly<Record<string, "" | ":" | "::">>;
  readonly permute?: boolean;
  /** Long options with one dash: `java -jar`, `go run -race`. */
  readonly singleDash?: boolean;
};

/** One option as given. `value` is undefined for a flag; `text` is the value's text, also when it is attached. */
export type Option = {
  readonly name: string;
  readonly text: string | undefined;
  /** The word that the value stands in, whole: `-p22` for an attached one. */
  readonly word: Word;
};

/** A command line taken apart. */
export type ParsedOptions = {
  /** By name without dashes, in order of appearance; a name given twice has two entries. */
  readonly flags: ReadonlyMap<string, readonly Option[]>;
  readonly operands: readonly Word[];
  /** The index in the given words of the first word that is no option (after `--`); their number when all are options. */
  readonly endOfOptionsAt: number;
  /** An unquoted `$OPTS` stands where options may: absent options may be in it. */
  readonly unknownOptions: boolean;
};

/** Takes arguments apart. `words` are those after the program. An option that the spec does not know counts as a flag. */
export function options(words: readonly Word[], spec: OptionSpec): ParsedOptions {
  const flags = new Map<string, Option[]>();
  const operands: Word[] = [];
  let unknownOptions = false;
  let endOfOptionsAt: number | undefined;
  const add = (name: string, text: string | undefined, word: Word): void => {
    const given = flags.get(name);
    if (given) given.push({ name, text, word });
    else flags.set(name, [{ name, text, word }]);
  };
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at];
    if (!word) break;
    const { text } = word;
    if (text === "--") {
      endOfOptionsAt ??= at + 1;
      operands.push(...words.slice(at + 1));
      break;
    }
    if (looksLikeOptions(word)) {
      unknownOptions = true;
      continue;
    }
    if (text.length < 2 || !text.startsWith("-")) {
      endOfOptionsAt ??= at;
      if (!spec.permute) {
        operands.push(...words.slice(at));
        break;
      }
      operands.push(word);
      continue;
    }
    if (text.startsWith("--") || spec.singleDash) {
      at += readLong(text.replace(/^--?/, ""), word, words[at + 1], spec, add);
      continue;
    }
    at += readShort(text, word, words[at + 1], spec, add);
  }
  return { flags, operands, endOfOptionsAt: endOfOptionsAt ?? Math.min(at, words.length), unknownOptions };
}

type Add = (name: string, text: string | undefined, word: Word) => void;

/** Both readers return how many further words they took. */
function readLong(text: string, word: Word, next: Word | undefined, spec: OptionSpec, add: Add): number {
  const equals = text.indexOf("=");
  const given = equals < 0 ? text : text.slice(0, equals);
  const known = Object.keys(spec.long ?? {});
  const candidates = known.filter((one) => one.startsWith(given));
  const name = known.includes(given) ? given : candidates.length === 1 && candidates[0] ? candidates[0] : given;
  if (equals >= 0) add(name, text.slice(equals + 1), word);
  else if (spec.long?.[name] === ":") {
    add(name, next?.text, next ?? word);
    return next ? 1 : 0;
  } else add(name, undefined, word);
  return 0;
}

function readShort(text: string, word: Word, next: Word | undefined, spec: OptionSpec, add: Add): number {
  for (let index = 1; index < text.length; index++) {
    const letter = text.charAt(index);
    const at = letter === ":" ? -1 : spec.short.indexOf(letter);
    const takes = at >= 0 && spec.short[at + 1] === ":";
    const rest = text.slice(index + 1);
    if (!takes) add(letter, undefined, word);
    else if (rest !== "" || spec.short[at + 2] === ":") {
      add(letter, rest === "" ? undefined : rest, word);
      return 0;
    } else {
      add(letter, next?.text, next ?? word);
      return next ? 1 : 0;
    }
  }
  return 0;
}

/** `$SSH_OPTS`, `${SCP_FLAGS}`, `{{ params.ssh_options }}`, f"{options}" unquoted, and `*options` in a vector: an unknown number of options. */
function looksLikeOptions(word: Word): boolean {
  if (!word.dynamic) return false;
  const [hole, ...more] = word.folded.holes;
  if (word.text === unknownCharacter && hole?.expr && more.length === 0) {
    if (hole.expr.kind === "starred") return true;
    const named = hole.expr.kind === "call" ? hole.expr.func : hole.expr;
    return !word.quoted && /opt|(?<!t)arg|flag|param/i.test(lastName(named) ?? "");
  }
  return (
    !word.quoted &&
    /^(?:\$\{?|\{\{)[^}]*(?:opt|(?<!t)arg|flag|param_str)\w*\s*(?:\[[@*]\])?(?:\}\}?)?$/i.test(word.text)
  );
}
