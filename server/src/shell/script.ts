/** The words of the shell layer. Every `span` here is an offset range into `Script.folded.text`; `sourceSpan` maps it to the file. */
import type { Folded } from "../syntax/folded.ts";
import type { Span } from "../text/span.ts";

/** Which program reads the text. `unknown`: the remote login shell, taken as POSIX. */
export type Dialect = "bash" | "sh" | "unknown" | "powershell" | "cmd";

/** Where the text runs: on the Airflow worker, or behind an ssh, docker exec, kubectl exec … */
export type Place = "worker" | "remote" | "container";

/** A shell text lowered to statements. */
export type Script = {
  readonly folded: Folded;
  readonly body: readonly Statement[];
  readonly dialect: Dialect;
  readonly place: Place;
  /** `set -e` (or `bash -e`) holds from the first statement that could fail. */
  readonly errexit: boolean;
  /** `set -o pipefail` likewise. */
  readonly pipefail: boolean;
  /** Some of the text is unknown before the task runs. */
  readonly dynamic: boolean;
  /** Parts that could not be read; rules stay silent about statements that touch them. */
  readonly errors: readonly Span[];
};

/** One word of a command after quote removal. Unknown parts keep `unknownCharacter`, Jinja and `$x` keep their text. */
export type Word = {
  readonly text: string;
  readonly span: Span;
  /** Has a hole, a variable, a substitution or a glob: its value is not `text`. */
  readonly dynamic: boolean;
  /** Any part of it was quoted. */
  readonly quoted: boolean;
  /** The value with its own map to the source, for texts that another shell reads (`bash -c WORD`). */
  readonly folded: Folded;
  /** Commands that run to make this word: `$(…)`, backquotes, `<(…)`. */
  readonly substitutions: readonly Statement[];
};

/** `2>&1`, `>file`, `<<EOF` */
export type Redirect = {
  /** `>`, `>>`, `<`, `>&`, `&>`, `<<`, `<<<` … */
  readonly operator: string;
  readonly descriptor: number | undefined;
  readonly target: Word | undefined;
  /** The text of a here-document or here-string. */
  readonly body: Folded | undefined;
  readonly span: Span;
};

/** A program that runs the next words as its own command: `nohup`, `sudo -u x`, `timeout 5`, `env A=b`. */
export type Wrapper = { readonly name: string; readonly words: readonly Word[]; readonly span: Span };

/** A text that this command hands to another shell: `ssh h '…'`, `bash -c '…'`, `docker exec c sh -c '…'`. */
export type Nested = {
  readonly by: string;
  readonly script: Script;
};

/** A simple command. */
export type ShellCommand = {
  readonly kind: "command";
  /** The program's base name after wrappers and assignments; undefined when it is not known. */
  readonly program: string | undefined;
  /** The program and its arguments, wrappers left out. */
  readonly words: readonly Word[];
  readonly wrappers: readonly Wrapper[];
  readonly assignments: readonly { readonly name: string; readonly value: Word | undefined; readonly span: Span }[];
  readonly redirects: readonly Redirect[];
  readonly nested: Nested | undefined;
  /** Followed by `&`. */
  readonly background: boolean;
  /** From the first assignment or wrapper to the last argument or redirect; never the `&`. */
  readonly span: Span;
};

/** `a | b |& c`, possibly negated by `!`. */
export type Pipeline = {
  readonly kind: "pipeline";
  readonly stages: readonly Statement[];
  readonly background: boolean;
  readonly span: Span;
};
/** `! command` */
export type Negation = {
  readonly kind: "negation";
  readonly operand: Statement;
  readonly background: boolean;
  readonly span: Span;
};
/** `left && right`, `left || right` */
export type AndOr = {
  readonly kind: "and-or";
  readonly operator: "&&" | "||";
  readonly left: Statement;
  readonly right: Statement;
  readonly background: boolean;
  readonly span: Span;
};
/** `( … )` and `{ …; }` */
export type Group = {
  readonly kind: "subshell" | "group";
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly background: boolean;
  readonly span: Span;
};
/** `if`, `elif`, `else`: the last branch without test is the `else`. */
export type Branching = {
  readonly kind: "if";
  readonly branches: readonly {
    readonly test: readonly Statement[] | undefined;
    readonly body: readonly Statement[];
  }[];
  readonly background: boolean;
  readonly span: Span;
};
/** `while`, `until`, `for`, `select` */
export type Loop = {
  readonly kind: "loop";
  readonly keyword: "while" | "until" | "for" | "select";
  readonly test: readonly Statement[];
  readonly body: readonly Statement[];
  readonly redirects: readonly Redirect[];
  readonly background: boolean;
  readonly span: Span;
};
/** `case word in pattern) … ;; esac` */
export type Case = {
  readonly kind: "case";
  readonly branches: readonly (readonly Statement[])[];
  readonly background: boolean;
  readonly span: Span;
};
/** `name() { … }` */
export type FunctionStatement = {
  readonly kind: "function";
  readonly name: string;
  readonly body: readonly Statement[];
  readonly background: boolean;
  readonly span: Span;
};
/** `a=b` without a command, `export a=$(b)`, `[[ … ]]`, `(( … ))`, and what could not be read. */
export type OtherStatement = {
  readonly kind: "assignment" | "declaration" | "test" | "other";
  /** `a=$(b)`: the commands whose status it has or loses. */
  readonly substitutions: readonly Statement[];
  readonly background: boolean;
  readonly span: Span;
};

/** One statement; `background`: it is followed by `&`. */
export type Statement =
  | ShellCommand
  | Pipeline
  | Negation
  | AndOr
  | Group
  | Branching
  | Loop
  | Case
  | FunctionStatement
  | OtherStatement;
