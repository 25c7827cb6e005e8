/** Goes through every statement of a script, into the texts for other shells too. */
import { Kept } from "../syntax/kept.ts";
import type { Script, ShellCommand, Statement, Word } from "./script.ts";

/** A statement and where it stands. */
export type Visit = {
  readonly statement: Statement;
  /** The script whose text the statement's spans are offsets into. */
  readonly script: Script;
  /** The commands that hand this script on, outermost first: `ssh h`, then the `bash -c` in it. */
  readonly nesting: readonly ShellCommand[];
  /** The statements around it in its own script, outermost first. */
  readonly parents: readonly Statement[];
  /** In the test of an `if` or `while`, or behind `!`: its failure is asked for. */
  readonly conditional: boolean;
  /** It, or a statement around it in the same script, is followed by `&`. */
  readonly background: boolean;
  /** Inside `$(…)` or `<(…)`. */
  readonly substituted: boolean;
  /** Which shell process runs it: the script's own, or that of this subshell, pipeline or substitution. */
  readonly scope: Script | Statement;
};

/** A visit of a simple command. */
export type CommandVisit = Visit & { readonly statement: ShellCommand };

const walked = new Kept((script: Script): readonly Visit[] => {
  const visits: Visit[] = [];
  walk(script, [], visits);
  return visits;
});

/** Every statement in the order of the text, a parent before its parts, nested scripts after the command that hands them on. */
export function statements(script: Script): readonly Visit[] {
  return walked.of(script);
}

/** Every simple command, see {@link statements}. */
export function commands(script: Script): readonly CommandVisit[] {
  return simple.of(script);
}

const simple = new Kept((script: Script): readonly CommandVisit[] =>
  statements(script).filter((one): one is CommandVisit => one.statement.kind === "command"),
);

/** Whether the parser could not read a part of the statement, or what stands beside it: then nothing is known of it. */
export function touchesError({ statement, script }: Visit): boolean {
  return script.errors.some((error) => error.start <= statement.span.end && statement.span.start <= error.end);
}

function walk(script: Script, nesting: readonly ShellCommand[], visits: Visit[]): void {
  for (const statement of script.body) {
    visit(
      {
        statement,
        script,
        nesting,
        parents: [],
        conditional: false,
        background: statement.background,
        substituted: false,
        scope: script,
      },
      visits,
    );
  }
}

/** What holds for a part of a statement and not for the whole. */
type Changes = Partial<Pick<Visit, "conditional" | "substituted" | "scope">>;

const unchanged: Changes = {};

function visit(here: Visit, visits: Visit[]): void {
  const { statement, script, nesting } = here;
  visits.push(here);
  let inner: readonly Statement[] | undefined;
  const all = (body: readonly Statement[], changes = unchanged): void => {
    if (body.length === 0) return;
    inner ??= [...here.parents, statement];
    const { conditional = here.conditional, substituted = here.substituted, scope = here.scope } = changes;
    for (const one of body) {
      const background = here.background || one.background;
      visit({ statement: one, script, nesting, parents: inner, conditional, background, substituted, scope }, visits);
    }
  };
  const substituted = { substituted: true, scope: statement };
  switch (statement.kind) {
    case "command":
      eachWord(statement, (word) => all(word.substitutions, substituted));
      if (statement.nested) walk(statement.nested.script, [...here.nesting, statement], visits);
      break;
    case "pipeline":
      // Only stages of several statements can hold a `wait`, and each is a process of its own.
      all(statement.stages, { scope: statement });
      break;
    case "negation":
      all([statement.operand], { conditional: true });
      break;
    case "and-or":
      all([statement.left, statement.right]);
      break;
    case "subshell":
      all(statement.body, { scope: statement });
      break;
    case "group":
    case "function":
      all(statement.body);
      break;
    case "if":
      for (const branch of statement.branches) {
        all(branch.test ?? [], { conditional: true });
        all(branch.body);
      }
      break;
    case "loop":
      all(statement.test, { conditional: statement.keyword === "while" || statement.keyword === "until" });
      all(statement.body);
      break;
    case "case":
      for (const branch of statement.branches) all(branch);
      break;
    default:
      all(statement.substitutions, substituted);
  }
}

function eachWord(command: ShellCommand, visit: (word: Word) => void): void {
  for (const one of command.wrappers) for (const word of one.words) visit(word);
  for (const one of command.words) visit(one);
  for (const one of command.assignments) if (one.value) visit(one.value);
  for (const one of command.redirects) if (one.target) visit(one.target);
}
