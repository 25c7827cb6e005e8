/** A shell text as statements. */
import type { Folded } from "../syntax/folded.ts";
import { type ConcreteNode, child, parseBash } from "../syntax/parser.ts";
import type { Span } from "../text/span.ts";
import { blank } from "./blank.ts";
import { knownOutput, type Lowering, lowerCommand, type Redirected, redirectedBy, substitutionsIn } from "./command.ts";
import { hideHereDocuments } from "./heredoc.ts";
import { nestedText } from "./nested.ts";
import type { Branching, Dialect, Place, Script, Statement } from "./script.ts";
import { startsStrict } from "./strict.ts";

/** Which shell reads the text, where, and how it was started (`bash -e`, `-o pipefail`). */
export type LowerOptions = {
  readonly dialect: Dialect;
  readonly place: Place;
  readonly errexit?: boolean;
  readonly pipefail?: boolean;
};

// A text inside a text inside a text … beyond this is no program that somebody wrote.
const deepest = 8;

/** Lowers a shell text. Never throws on bad syntax: see `Script.errors`. PowerShell and cmd texts get an empty body. */
export function lowerScript(folded: Folded, given: LowerOptions, depth = 0): Script {
  const { dialect, place } = given;
  const { errexit = false, pipefail = false } = given;
  if (dialect === "powershell" || dialect === "cmd") {
    return { folded, dialect, place, dynamic: folded.holes.length > 0, errexit, pipefail, body: [], errors: [] };
  }
  return new LoweredScript(folded, given, depth);
}

type Lowered = Pick<Script, "body" | "errors" | "errexit" | "pipefail">;

/** Most texts hold no word that any rule asks for, and are never parsed: see `mentions`. */
class LoweredScript implements Script {
  readonly folded: Folded;
  readonly dialect: Dialect;
  readonly place: Place;
  readonly dynamic: boolean;
  readonly #given: LowerOptions;
  readonly #depth: number;
  #lowered: Lowered | undefined;

  constructor(folded: Folded, given: LowerOptions, depth: number) {
    this.folded = folded;
    this.dialect = given.dialect;
    this.place = given.place;
    this.dynamic = folded.holes.length > 0;
    this.#given = given;
    this.#depth = depth;
  }

  get body(): readonly Statement[] {
    return this.#ready().body;
  }

  get errors(): readonly Span[] {
    return this.#ready().errors;
  }

  get errexit(): boolean {
    return this.#ready().errexit;
  }

  get pipefail(): boolean {
    return this.#ready().pipefail;
  }

  #ready(): Lowered {
    this.#lowered ??= lowerText(this.folded, this.#given, this.#depth);
    return this.#lowered;
  }
}

function lowerText(folded: Folded, given: LowerOptions, depth: number): Lowered {
  const { dialect, place, errexit = false, pipefail = false } = given;
  const { text, documents } = hideHereDocuments(blank(folded));
  const lowering: Lowering = {
    folded,
    documents,
    sequence: (nodes) => sequence(lowering, nodes),
    nested: ({ program, words, redirects, stdin }) => {
      if (depth >= deepest) return undefined;
      const inner = nestedText({ program, words, redirects, stdin, folded, dialect, place });
      return inner && { by: inner.by, script: lowerScript(inner.folded, inner, depth + 1) };
    },
  };
  const root = parseBash(text);
  const body = sequence(lowering, root.children);
  const strict = startsStrict(body, { errexit, pipefail });
  return { errexit: strict.errexit, pipefail: strict.pipefail, body, errors: errorSpans(text, root) };
}

const strayKeyword = /^(?:done|fi|esac|then|do|elif|else|[{}])$/;

function errorSpans(text: string, root: ConcreteNode): Span[] {
  const found: Span[] = [];
  const visit = (node: ConcreteNode): void => {
    const { type, start, end } = node;
    // `cmd; done` without its `for`, which the grammar takes for a program of that name.
    const stray = type === "command_name" && strayKeyword.test(text.slice(start, end));
    if (stray || type === "ERROR" || node.missing) found.push({ start, end });
    else for (const one of node.children) visit(one);
  };
  visit(root);
  return found;
}

const none: Redirected = { redirects: [], words: [] };
const skipped = new Set(["comment", "ERROR", "heredoc_body", "line_continuation"]);

/** Statements with their separators between them. */
function sequence(lowering: Lowering, nodes: readonly ConcreteNode[]): Statement[] {
  const statements: Statement[] = [];
  for (const node of nodes) {
    if (node.type === "&") {
      const last = statements.pop();
      if (last) statements.push({ ...last, background: true });
    } else if (node.named && !node.missing && !skipped.has(node.type)) statements.push(lower(lowering, node, none));
  }
  return statements;
}

function lower(lowering: Lowering, node: ConcreteNode, redirected: Redirected, stdin?: Folded): Statement {
  const span = extent(node, redirected);
  const background = false;
  switch (node.type) {
    case "command":
      return lowerCommand(lowering, node, redirected, stdin);
    case "redirected_statement":
      return lowerRedirected(lowering, node, redirected, stdin);
    case "list":
      return lowerList(lowering, node, redirected);
    case "pipeline":
      return lowerPipeline(lowering, node, redirected);
    case "negated_command": {
      const operand = lastNamed(node);
      if (!operand) break;
      return { kind: "negation", operand: lower(lowering, operand, redirected), background, span };
    }
    case "subshell":
      return {
        kind: "subshell",
        body: lowering.sequence(node.children),
        redirects: redirected.redirects,
        background,
        span,
      };
    case "compound_statement":
      if (node.children[0]?.type === "((") break;
      return {
        kind: "group",
        body: lowering.sequence(node.children),
        redirects: redirected.redirects,
        background,
        span,
      };
    case "if_statement":
      return { kind: "if", branches: branches(lowering, node), background, span };
    case "while_statement":
    case "for_statement":
    case "c_style_for_statement":
      return lowerLoop(lowering, node, redirected, span);
    case "case_statement":
      return {
        kind: "case",
        branches: node.children
          .filter((item) => item.type === "case_item")
          .map((item) => lowering.sequence(afterPattern(item))),
        background,
        span,
      };
    case "function_definition": {
      const name = child(node, "name");
      const body = child(node, "body");
      return {
        kind: "function",
        name: name ? lowering.folded.text.slice(name.start, name.end) : "",
        body: body ? lowering.sequence(body.children.length > 0 ? body.children : [body]) : [],
        background,
        span,
      };
    }
    default:
      break;
  }
  return { kind: otherKind(node), substitutions: substitutionsIn(lowering, node), background, span };
}

function otherKind(node: ConcreteNode): "assignment" | "declaration" | "test" | "other" {
  switch (node.type) {
    case "variable_assignment":
    case "variable_assignments":
      return "assignment";
    case "declaration_command":
    case "unset_command":
      return "declaration";
    case "test_command":
    case "compound_statement":
      return "test";
    default:
      return "other";
  }
}

function extent(node: ConcreteNode, redirected: Redirected): Span {
  let { end } = node;
  for (const { span } of redirected.redirects) end = Math.max(end, span.end);
  for (const { span } of redirected.words) end = Math.max(end, span.end);
  return { start: node.start, end };
}

/** The grammar hangs a redirection on the whole of `a && b > f`; the shell gives it to `b`. */
function lowerRedirected(lowering: Lowering, node: ConcreteNode, outer: Redirected, stdin?: Folded): Statement {
  const body = child(node, "body");
  const own = redirectedBy(
    lowering,
    node.children.filter((one) => one !== body),
  );
  const all = { redirects: [...own.redirects, ...outer.redirects], words: [...own.words, ...outer.words] };
  if (body) return lower(lowering, body, all, stdin);
  return lowerCommand(lowering, { ...node, children: [] }, all, stdin);
}

function lowerList(lowering: Lowering, node: ConcreteNode, redirected: Redirected): Statement {
  const [first, second] = node.children.filter((one) => one.named && !skipped.has(one.type));
  const operator = node.children.find((one) => one.type === "||" || one.type === "&&")?.type;
  const span = extent(node, redirected);
  if (!first || !second) return { kind: "other", substitutions: [], background: false, span };
  return {
    kind: "and-or",
    operator: operator === "||" ? "||" : "&&",
    left: lower(lowering, first, none),
    right: lower(lowering, second, redirected),
    background: false,
    span,
  };
}

function lowerPipeline(lowering: Lowering, node: ConcreteNode, redirected: Redirected): Statement {
  const parts = node.children.filter((one) => one.named && !skipped.has(one.type));
  const span = extent(node, redirected);
  // The grammar reads `! a | b` as `(! a) | b`.
  const negated = parts[0]?.type === "negated_command";
  const first = parts[0] && negated ? lastNamed(parts[0]) : parts[0];
  const stages: Statement[] = [];
  for (const [index, stage] of [first, ...parts.slice(1)].entries()) {
    if (!stage) continue;
    const before = stages.at(-1);
    const last = index === parts.length - 1;
    stages.push(lower(lowering, stage, last ? redirected : none, before && knownOutput(lowering.folded, before)));
  }
  const inner = { start: stages[0]?.span.start ?? span.start, end: span.end };
  const pipeline: Statement = { kind: "pipeline", stages, background: false, span: inner };
  return negated ? { kind: "negation", operand: pipeline, background: false, span } : pipeline;
}

function lowerLoop(lowering: Lowering, node: ConcreteNode, redirected: Redirected, span: Span): Statement {
  const body = child(node, "body");
  const keyword = node.children[0]?.type;
  const isTest = node.type === "while_statement";
  const tests = node.children.filter((one) => one.field === "condition" || one.type === "&");
  const loop: Statement = {
    kind: "loop",
    keyword: keyword === "until" || keyword === "while" || keyword === "select" ? keyword : "for",
    test: isTest
      ? lowering.sequence(tests)
      : node.children.filter((one) => one.field === "value").flatMap((value) => substitutionsIn(lowering, value)),
    body: body ? lowering.sequence(body.children) : [],
    redirects: redirected.redirects,
    background: false,
    span,
  };
  return loop;
}

function branches(lowering: Lowering, node: ConcreteNode): Branching["branches"] {
  const found: { test: Statement[] | undefined; body: Statement[] }[] = [];
  const add = (children: readonly ConcreteNode[]): void => {
    const then = children.findIndex((one) => one.type === "then");
    const nested = children.findIndex((one) => one.type === "elif_clause" || one.type === "else_clause");
    const end = nested < 0 ? children.length : nested;
    const hasTest = then >= 0;
    found.push({
      test: hasTest ? lowering.sequence(children.slice(0, then)) : undefined,
      body: lowering.sequence(children.slice(hasTest ? then + 1 : 0, end)),
    });
  };
  add(node.children);
  for (const clause of node.children) {
    if (clause.type === "elif_clause" || clause.type === "else_clause") add(clause.children);
  }
  return found;
}

function afterPattern(item: ConcreteNode): ConcreteNode[] {
  const close = item.children.findIndex((one) => one.type === ")");
  return item.children.slice(close + 1);
}

function lastNamed(node: ConcreteNode): ConcreteNode | undefined {
  return node.children.findLast((one) => one.named && !skipped.has(one.type));
}
