/** What a Jinja expression prints, as far as its text tells. */

/** An expression that reaches the output, with the filters it goes through. */
export type Printed = {
  /** `dag_run.conf['table']`, without blanks around it. */
  readonly value: string;
  /** `default`, `upper` … in order. */
  readonly filters: readonly string[];
};

/** The expressions whose value `{{ … }}` may print: both branches of `a if test else b`, the operands of `~` and `or`. */
export function printed(expression: string): Printed[] {
  const inner = expression.replace(/^\{\{[-+]?/, "").replace(/[-+]?\}\}$/, "");
  return alternatives(inner.trim());
}

function alternatives(text: string): Printed[] {
  const conditional = splitAt(text, /\sif\s/y);
  if (conditional.length === 2) {
    const [then = "", rest = ""] = conditional;
    const [, otherwise] = splitAt(rest, /\selse\s/y);
    return [...alternatives(then), ...(otherwise === undefined ? [] : alternatives(otherwise))];
  }
  for (const operator of [/\sor\s/y, /\sand\s/y, /~/y, /\+/y]) {
    const parts = splitAt(text, operator);
    if (parts.length > 1) return parts.flatMap(alternatives);
  }
  const [value = "", ...filters] = splitAt(text, /\|/y);
  const names = filters.map((one) => /^\s*(\w+)/.exec(one)?.[1] ?? "");
  const within = /^\(([\s\S]*)\)$/.exec(value.trim());
  // (a or b) | upper
  if (within?.[1] !== undefined && closesAtEnd(value.trim()))
    return alternatives(within[1]).map((one) => ({ value: one.value, filters: [...one.filters, ...names] }));
  return [{ value: value.trim(), filters: names }];
}

function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at === text.length - 1;
  }
  return false;
}

/** The parts between separators that stand outside of brackets and quotes. */
function splitAt(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== "") {
      if (character === "\\") at++;
      else if (character === quote) quote = "";
      continue;
    }
    if (character === "'" || character === '"') quote = character;
    else if (/[([{]/.test(character)) depth++;
    else if (/[)\]}]/.test(character)) depth--;
    separator.lastIndex = at;
    const found = depth === 0 && quote === "" ? separator.exec(text) : null;
    if (!found) continue;
    parts.push(text.slice(start, at));
    start = at + found[0].length;
    at = start - 1;
  }
  parts.push(text.slice(start));
  return parts;
}
