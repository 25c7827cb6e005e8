/** Suppressions: which findings a file's own comments hide, and which of those comments are wrong or no longer needed. */
import { didYouMean, nearest } from "../config/nearest.ts";
import type { Finding, Rule } from "../rules/rule.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { contains, type Span } from "../text/span.ts";
import { type Directive, type DirectiveItem, readDirectives } from "./directive.ts";
import { ownFinding, ownRules, syntaxError, unknownSuppression, unusedSuppression } from "./own.ts";
import type { PhysicalLines } from "./physical.ts";
import type { Settings } from "./settings.ts";

/** What suppressing needs to know of one linted file. */
export type Suppressible = {
  readonly text: string;
  readonly findings: readonly Finding[];
  /** Whether the rule of this name was checked without failing: only then can a directive be unused. */
  readonly ran: (rule: string) => boolean;
  /** Names of the rules that the configuration ignores in this file. */
  readonly ignored: ReadonlySet<string>;
  readonly settings: Pick<Settings, "enabled">;
  readonly rules: readonly Rule[];
  /** Where shell texts stand: a directive in any other string is prose. */
  readonly scripts: () => readonly Span[];
  /** Code that tasks of other files may run: what a directive there hides may only be found when they are known. */
  readonly shared: () => readonly Span[];
};

/** The findings that remain, with TET901 and TET902 for directives that hide nothing. */
export function suppress(input: Suppressible): Finding[] {
  const kept = input.findings.filter((finding) => !input.ignored.has(finding.rule));
  const read = readDirectives(input.text);
  if (!read) return kept;
  const { directives, lines } = read;
  const used = new Set<DirectiveItem>();
  const visible = (finding: Finding) => !hidden(finding, directives, lines, used);
  const remaining = kept.filter(visible);
  const complaints = directives.flatMap((directive) => complaintsAbout(directive, used, input));
  const wanted = complaints.filter((one) => input.settings.enabled.has(one.rule) && !input.ignored.has(one.rule));
  return [...remaining, ...wanted.filter(visible)];
}

function hidden(
  finding: Finding,
  directives: readonly Directive[],
  lines: PhysicalLines,
  used: Set<DirectiveItem>,
): boolean {
  const first = lines.index.lineOf(finding.span.start);
  const last = lines.index.lineOf(Math.max(finding.span.start, finding.span.end - 1));
  let found = false;
  for (const directive of directives) {
    const { touching, beginning } = directive;
    const here =
      directive.form === "file-ignore" ||
      (first <= touching.last && last >= touching.first) ||
      (beginning !== undefined && first >= beginning.first && first <= beginning.last);
    if (!here) continue;
    for (const item of directive.items) {
      if (item.name !== finding.rule && item.name.toUpperCase() !== finding.code) continue;
      used.add(item);
      found = true;
    }
  }
  return found;
}

function complaintsAbout(directive: Directive, used: ReadonlySet<DirectiveItem>, input: Suppressible): Finding[] {
  // In a docstring it is an example of itself.
  if (directive.inString && !input.scripts().some((script) => contains(script, directive.span))) return [];
  const severity = (rule: typeof unusedSuppression) => input.settings.enabled.get(rule.name) ?? rule.severity;
  if (directive.form === "malformed" || (directive.items.length === 0 && directive.form !== "noqa")) {
    const message = "This hides nothing: name the rules, as in `# tether: ignore[rule-name]`.";
    const fix = removal(input.text, directive, []);
    return [ownFinding(unknownSuppression, directive.span, message, severity(unknownSuppression), fix ? [fix] : [])];
  }
  const known: readonly Pick<Rule, "name" | "code">[] = [...input.rules, ...ownRules];
  const unknown: DirectiveItem[] = [];
  const unused: DirectiveItem[] = [];
  for (const item of directive.items) {
    if (item.foreign || used.has(item)) continue;
    const rule = known.find(({ name, code }) => name === item.name || code === item.name.toUpperCase());
    if (!rule) unknown.push(item);
    else if (input.shared().some((one) => contains(one, directive.span))) continue;
    else if (input.ran(rule.name) || (rule.name === syntaxError.name && input.settings.enabled.has(rule.name))) {
      unused.push(item);
    }
  }
  const report = (rule: typeof unusedSuppression, items: DirectiveItem[], message: string, more: Fix[]): Finding[] => {
    const [only] = items;
    if (!only) return [];
    const fix = removal(input.text, directive, items);
    return [
      ownFinding(
        rule,
        items.length === 1 ? only.span : directive.span,
        message,
        severity(rule),
        fix ? [fix, ...more] : more,
      ),
    ];
  };
  const names = known.map((rule) => rule.name);
  const listed = (items: DirectiveItem[]) => items.map((item) => item.name).join(", ");
  return [
    ...report(unusedSuppression, unused, `There is no finding of ${listed(unused)} here to ignore.`, []),
    ...report(
      unknownSuppression,
      unknown,
      `There is no rule ${listed(unknown)}.${unknown.length === 1 ? didYouMean(listed(unknown), names) : ""}`,
      unknown.flatMap((item) => correction(item, names)),
    ),
  ];
}

function correction(item: DirectiveItem, names: readonly string[]): Fix[] {
  const guess = nearest(item.name, names);
  if (guess === undefined) return [];
  const edits = [{ span: item.span, text: guess }];
  return [{ title: `Change to ${guess}`, edits, safety: "unsafe", why: "It hides findings that are shown now." }];
}

/** The fix that takes `items`, or the whole directive when no other item is left, out of the text. */
function removal(text: string, directive: Directive, items: readonly DirectiveItem[]): Fix | undefined {
  const rest = directive.items.filter((item) => !items.includes(item));
  const edit: Edit | undefined =
    rest.length > 0 && items.length > 0 && directive.list
      ? { span: directive.list, text: rest.map((item) => item.name).join(", ") }
      : deletion(text, directive);
  if (!edit) return undefined;
  const title =
    rest.length > 0 && items.length > 0 ? `Remove ${items.map((item) => item.name).join(", ")}` : "Remove the comment";
  if (!directive.inString) return { title, edits: [edit], safety: "safe" };
  // A here-document's "comment" is data.
  const why = "It changes the text of the command, where a here-document would make the comment data.";
  return { title, edits: [edit], safety: "unsafe", why };
}

function deletion(text: string, { span, alone, inString }: Directive): Edit | undefined {
  const after = /^[^\r\n]*/.exec(text.slice(span.end))?.[0] ?? "";
  const lineStart = Math.max(text.lastIndexOf("\n", span.start - 1), text.lastIndexOf("\r", span.start - 1)) + 1;
  const onlyThis = text.slice(lineStart, span.start).trim() === "" && !text.startsWith("\uFEFF", lineStart);
  if (alone && onlyThis && after.trim() === "") {
    const lineBreak = /^[^\r\n]*(\r\n|\r|\n)?/.exec(text.slice(span.end))?.[0].length ?? 0;
    return { span: { start: lineStart, end: span.end + lineBreak }, text: "" };
  }
  // Behind it in a string: the closing quotes may stay, more shell text would lose its comment sign.
  if (inString && after.trim() !== "" && !/^["']/.test(after)) return undefined;
  if (!inString && after.trim() !== "") {
    return { span: { start: span.start, end: span.end + (after.length - after.trimStart().length) }, text: "" };
  }
  const white = /[ \t]*$/.exec(text.slice(0, span.start))?.[0].length ?? 0;
  return { span: { start: span.start - white, end: span.end + (inString ? 0 : after.length) }, text: "" };
}
