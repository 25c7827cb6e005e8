/** A simple command: its words, redirections, assignments and substitutions. */
import { type Folded, sourceSpan } from "../syntax/folded.ts";
import { type ConcreteNode, child, spanOf } from "../syntax/parser.ts";
import { joined } from "../syntax/pieces.ts";
import type { Span } from "../text/span.ts";
import { joinWords } from "./compose.ts";
import type { HereDocument } from "./heredoc.ts";
import { invocation } from "./invocation.ts";
import type { Nested, Redirect, ShellCommand, Statement, Word } from "./script.ts";
import { readHereDocument, readWord } from "./words.ts";

/** One text being lowered. */
export type Lowering = {
  readonly folded: Folded;
  readonly documents: ReadonlyMap<number, HereDocument>;
  readonly sequence: (nodes: readonly ConcreteNode[]) => Statement[];
  readonly nested: (command: {
    readonly program: string | undefined;
    readonly words: readonly Word[];
    readonly redirects: readonly Redirect[];
    readonly stdin: Folded | undefined;
  }) => Nested | undefined;
};

/** Redirections around a statement, and the arguments that the grammar counted to them (`a > f b`). */
export type Redirected = { readonly redirects: readonly Redirect[]; readonly words: readonly Word[] };

/** The commands in `$(…)`, backquotes and `<(…)` anywhere below this node, not those inside of them. */
export function substitutionsIn(lowering: Lowering, node: ConcreteNode): Statement[] {
  if (node.type === "command_substitution" || node.type === "process_substitution") {
    return lowering.sequence(node.children);
  }
  return node.children.flatMap((one) => substitutionsIn(lowering, one));
}

function word(lowering: Lowering, node: ConcreteNode, span: Span = spanOf(node)): Word {
  return readWord(lowering.folded, span, [node], substitutionsIn(lowering, node));
}

/** Redirections and here-documents among these nodes. */
export function redirectedBy(lowering: Lowering, nodes: readonly ConcreteNode[]): Redirected {
  const redirects: Redirect[] = [];
  const words: Word[] = [];
  for (const node of nodes) {
    if (node.type === "file_redirect") readFileRedirect(lowering, node, redirects, words);
    else if (node.type === "herestring_redirect") {
      const value = node.children.find((one) => one.named && one.type !== "file_descriptor");
      const target = value && word(lowering, value);
      const body = target?.folded;
      redirects.push({ operator: "<<<", descriptor: descriptorOf(lowering, node), target, body, span: spanOf(node) });
    }
  }
  return { redirects, words };
}

function readFileRedirect(lowering: Lowering, node: ConcreteNode, redirects: Redirect[], words: Word[]): void {
  const sign = node.children.find((one) => !one.named);
  const destinations = node.children.filter((one) => one.field === "destination");
  const operator = sign?.type ?? "";
  const closes = operator.endsWith("-");
  const targets = destinations.map((one) => word(lowering, one));
  const target = closes ? undefined : targets.shift();
  words.push(...targets);
  const descriptor = descriptorOf(lowering, node);
  const end = target?.span.end ?? sign?.end ?? node.end;
  const span = { start: node.start, end };
  const document = sign && lowering.documents.get(sign.start);
  if (document) {
    const body = readHereDocument(lowering.folded, document.body, document.literal, document.operator === "<<-");
    redirects.push({ operator: document.operator, descriptor, target: undefined, body, span });
  } else redirects.push({ operator, descriptor, target, body: undefined, span });
}

function descriptorOf(lowering: Lowering, node: ConcreteNode): number | undefined {
  const given = node.children.find((one) => one.type === "file_descriptor");
  const value = given && Number.parseInt(lowering.folded.text.slice(given.start, given.end), 10);
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** Lowers a `command` node; `redirected` is what the grammar put around it. */
export function lowerCommand(
  lowering: Lowering,
  node: ConcreteNode,
  redirected: Redirected,
  stdin: Folded | undefined,
): Statement {
  const timed = timedSubshell(lowering, node);
  if (timed) return timed;
  const own = redirectedBy(lowering, node.children);
  const redirects = [...own.redirects, ...redirected.redirects].sort((a, b) => a.span.start - b.span.start);
  const assignments: ShellCommand["assignments"][number][] = [];
  const written: Word[] = [...own.words, ...redirected.words];
  for (const one of node.children) {
    if (one.type === "variable_assignment") {
      const name = child(one, "name");
      const value = child(one, "value");
      assignments.push({
        name: name ? lowering.folded.text.slice(name.start, name.end) : "",
        value: value && word(lowering, value),
        span: spanOf(one),
      });
    } else if (one.field === "name" || one.field === "argument") {
      const inner = one.children[0] && one.type === "command_name" ? one.children[0] : one;
      if (!inner.missing) written.push(word(lowering, inner));
    }
  }
  const { program, words, wrappers } = invocation(gluedWords(lowering.folded, written));
  const parts = [...assignments, ...written, ...redirects].map((one) => one.span);
  return {
    kind: "command",
    program,
    words,
    wrappers,
    assignments,
    redirects,
    nested: lowering.nested({ program, words, redirects, stdin }),
    background: false,
    span: {
      start: Math.min(...parts.map((one) => one.start), node.end),
      end: Math.max(...parts.map((one) => one.end), node.start),
    },
  };
}

/** In order; what the grammar splits although no blank is between (`$'a'\b`, a line continuation) is one word. */
function gluedWords(folded: Folded, written: readonly Word[]): Word[] {
  const words: Word[] = [];
  for (const next of [...written].sort((a, b) => a.span.start - b.span.start)) {
    const before = words.at(-1);
    const gap = before && folded.text.slice(before.span.end, next.span.start);
    if (!before || gap === undefined || !/^(?:\\\r?\n)?$/.test(gap)) {
      words.push(next);
      continue;
    }
    const span = { start: before.span.start, end: next.span.end };
    const value = joined([before.folded, next.folded], sourceSpan(folded, span));
    words[words.length - 1] = {
      text: value.text,
      span,
      dynamic: before.dynamic || next.dynamic,
      quoted: before.quoted || next.quoted,
      folded: value,
      substitutions: [...before.substitutions, ...next.substitutions],
    };
  }
  return words;
}

/** `time ( a; b )`: the grammar takes the subshell for an argument. */
function timedSubshell(lowering: Lowering, node: ConcreteNode): Statement | undefined {
  const inner = node.children.find((one) => one.type === "subshell");
  const name = child(node, "name");
  if (!inner || !name || lowering.folded.text.slice(name.start, name.end) !== "time") return undefined;
  const body = lowering.sequence(inner.children);
  return { kind: "subshell", body, redirects: [], background: false, span: spanOf(node) };
}

/** What a pipeline's stage is known to write: `cat <<EOF`, `echo 'text'`. */
export function knownOutput(folded: Folded, stage: Statement): Folded | undefined {
  if (stage.kind !== "command") return undefined;
  const operands = stage.words.slice(1);
  if (stage.program === "cat" && operands.every((one) => one.text === "-")) {
    return stage.redirects.findLast((one) => one.body !== undefined && (one.descriptor ?? 0) === 0)?.body;
  }
  const texts = operands.filter((one, index) => index > 0 || !/^-[neE]+$/.test(one.text));
  const [first] = texts;
  if (stage.program !== "echo" || !first) return undefined;
  return joinWords(folded, texts, { start: first.span.start, end: texts.at(-1)?.span.end ?? first.span.end });
}
