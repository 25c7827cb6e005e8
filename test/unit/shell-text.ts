import { fileURLToPath } from "node:url";
import { beforeAll } from "vitest";
import { type LowerOptions, lowerScript } from "../../server/src/shell/lower.ts";
import type { Script, Statement, Word } from "../../server/src/shell/script.ts";
import type { Folded, Hole } from "../../server/src/syntax/folded.ts";
import { loadGrammars } from "../../server/src/syntax/parser.ts";
import { withJinja } from "../../server/src/syntax/pieces.ts";

const packaged = (path: string): string => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

/** Loads the grammars before the tests of the file that calls it. */
export function withGrammars(): void {
  beforeAll(() =>
    loadGrammars({
      runtime: packaged("web-tree-sitter/web-tree-sitter.wasm"),
      python: packaged("tree-sitter-python/tree-sitter-python.wasm"),
      bash: packaged("tree-sitter-bash/tree-sitter-bash.wasm"),
    }),
  );
}

/** A folded text that stands in its source as it is; `offset` is where. Jinja and each `\\uFFFC` become holes. */
export function folded(text: string, offset = 0): Folded {
  const source = { start: offset, end: offset + text.length };
  const unknown = [...text.matchAll(/\uFFFC/g)].map(
    ({ index }): Hole => ({ start: index, end: index + 1, kind: "python", expr: undefined }),
  );
  return withJinja({
    text,
    segments: [{ start: 0, end: text.length, source, exact: true, literal: undefined }],
    holes: unknown,
    span: source,
  });
}

/** Lowers a text as a BashOperator's command, or as told. */
export function lowered(text: string, options: Partial<LowerOptions> = {}): Script {
  return lowerScript(folded(text), { dialect: "bash", place: "worker", ...options });
}

const list = (body: readonly Statement[]): string => body.map(sketch).join(" ; ");
const redirects = (statement: { redirects: readonly { operator: string }[] }): string =>
  statement.redirects.map((one) => ` ${one.operator}`).join("");

/** A script in one line: `[nohup] job.sh:2 > &` is a wrapped command with two words, a redirection, in the background. */
export function sketchScript(script: Script): string {
  return list(script.body);
}

/** See {@link sketchScript}. */
export function sketch(statement: Statement): string {
  const end = statement.background ? " &" : "";
  switch (statement.kind) {
    case "command": {
      const wrappers = statement.wrappers.map((one) => `[${one.name}] `).join("");
      const inner = statement.nested ? ` <${statement.nested.by}: ${sketchScript(statement.nested.script)}>` : "";
      const run = substitutionsOf(statement.words);
      return `${wrappers}${statement.program ?? "?"}:${statement.words.length}${run}${redirects(statement)}${inner}${end}`;
    }
    case "pipeline":
      return `(${statement.stages.map(sketch).join(" | ")})${end}`;
    case "negation":
      return `!${sketch(statement.operand)}${end}`;
    case "and-or":
      return `(${sketch(statement.left)} ${statement.operator} ${sketch(statement.right)})${end}`;
    case "subshell":
    case "group":
      return `${statement.kind}{${list(statement.body)}}${redirects(statement)}${end}`;
    case "if":
      return `if${statement.branches.map((one) => `{${one.test ? `${list(one.test)} ? ` : ""}${list(one.body)}}`).join("")}${end}`;
    case "loop":
      return `${statement.keyword}{${list(statement.test)} ? ${list(statement.body)}}${redirects(statement)}${end}`;
    case "case":
      return `case${statement.branches.map((one) => `{${list(one)}}`).join("")}${end}`;
    case "function":
      return `${statement.name}(){${list(statement.body)}}${end}`;
    default:
      return `${statement.kind}${statement.substitutions.length > 0 ? `$(${list(statement.substitutions)})` : ""}${end}`;
  }
}

function substitutionsOf(words: readonly Word[]): string {
  const run = words.flatMap((word) => word.substitutions);
  return run.length > 0 ? `$(${list(run)})` : "";
}
