import type { DagFile } from "../airflow/dagfile.ts";
import type { Fix } from "../text/edit.ts";
import type { Elsewhere, SourceSpan, Span } from "../text/span.ts";
import type { OptionReader, RuleOption } from "./option.ts";

/** How sure and how bad: an `error` loses work or its result, a `warning` will one day, an `info` is worth knowing. */
export type Severity = "error" | "warning" | "info";

/** The families of rules; each owns a hundred of codes. */
export type Group =
  | "fire-and-forget"
  | "missing-timeout"
  | "unmonitored"
  | "lost-failure"
  | "orphan"
  | "unsafe"
  | "sensor"
  | "tether";

/**
 * Another place that belongs to a finding. Without `path` it stands in the same file, or where a rule's span says it
 * stands elsewhere.
 */
export type Related = { readonly path?: string; readonly span: SourceSpan; readonly message: string };

/** What a rule says about one place of one file. Spans are UTF-16 offsets. */
export type Finding = {
  /** The rule's name: `ssh-background-command`. */
  readonly rule: string;
  /** `TET101` */
  readonly code: string;
  readonly group: Group;
  readonly severity: Severity;
  /** What Airflow will do, with its number, in at most 25 words. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly span: Span;
  /** The text at fault, where `span` only refers to it: the line of a script. */
  readonly elsewhere?: Elsewhere;
  readonly related: readonly Related[];
  /** The first is the preferred one. Built when first asked for: most findings are only shown. */
  readonly fixes: readonly Fix[];
};

/** What a rule hands in; identity and default severity are the rule's. */
export type Report = (finding: {
  /** One that stands for text of another file is shown here, and there as related information. */
  readonly span: SourceSpan;
  readonly message: string;
  readonly hint?: string;
  /** Only where one case weighs less or more than the rule's own severity. */
  readonly severity?: Severity;
  /** What is at fault, when that is larger or other than `span`: the whole ssh command, the call that makes the task. */
  readonly cause?: SourceSpan;
  readonly related?: readonly Related[];
  readonly fixes?: (() => readonly (Fix | undefined)[]) | readonly (Fix | undefined)[];
}) => void;

/** A complete Python file and what the rule does with it. */
export type Example = string;

/** A rule: identity, papers and check in one value. */
export type Rule = {
  /** `TETnnn`, never reused. */
  readonly code: string;
  /** Reads after "allow …" and names the bad pattern. */
  readonly name: string;
  readonly group: Group;
  readonly severity: Severity;
  /** One line for lists. */
  readonly summary: string;
  /** The Tether version that brought it. */
  readonly since: string;
  readonly status: "preview" | "stable" | "deprecated";
  /** `recommended` is on by default; `strict` is asked for. */
  readonly profile: "recommended" | "strict";
  /**
   * Names of rules that say more about the same cause: where one of them reports a cause that overlaps, this rule's
   * finding becomes a line of related information there.
   */
  readonly mergesInto?: readonly string[];
  /**
   * The fault lies in how tasks stand to one another, so it belongs to the DAG's file even where a function of another
   * file makes the task.
   */
  readonly amongTasks?: true;
  readonly docs: {
    /** What really happens in Airflow, and its source. */
    readonly why: string;
    /** A complete file on which the rule fires. */
    readonly bad: Example;
    /** A complete file on which it is silent. */
    readonly good: Example;
    /** What it does not see, and when to ignore it. */
    readonly limits?: string;
    readonly links: readonly string[];
  };
  /** What the project may decide for it, besides its severity. */
  readonly options?: readonly RuleOption[];
  readonly check: (file: DagFile, report: Report, option: OptionReader) => void;
};

/** Gives a rule literal its type; a rule file's default export. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
