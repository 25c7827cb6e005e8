import type { Finding, Related } from "../rules/rule.ts";

/**
 * What was found in a script, seen from the script: the findings of the files that name it, each line once, with every
 * task that runs it.
 */
export function scriptFindings(script: string, files: readonly (readonly [string, readonly Finding[]])[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const [path, findings] of files) {
    for (const { rule, code, group, severity, message, hint, span, elsewhere, related } of findings) {
      if (elsewhere?.path !== script) continue;
      const key = `${code} ${elsewhere.span.start} ${elsewhere.span.end}`;
      const others = related.filter(
        (one) => one.path !== script || one.span.start !== elsewhere.span.start || one.span.end !== elsewhere.span.end,
      );
      const from: Related[] = [
        { path, span, message: "run from here" },
        ...others.map((one): Related => ({ path, ...one })),
      ];
      found.set(key, {
        rule,
        code,
        group,
        severity,
        message,
        ...(hint === undefined ? {} : { hint }),
        span: elsewhere.span,
        related: [...(found.get(key)?.related ?? []), ...from],
        // They were made for the file that names the script.
        fixes: [],
      });
    }
  }
  return [...found.values()].sort((a, b) => a.span.start - b.span.start || (a.code < b.code ? -1 : 1));
}
