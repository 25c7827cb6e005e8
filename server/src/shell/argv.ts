/** An argument vector, as `subprocess.run(["ssh", host, "cmd"])` gives it: no shell reads it, yet its programs may hand texts to one. */
import type { Folded } from "../syntax/folded.ts";
import { joined, produced } from "../syntax/pieces.ts";
import type { Span } from "../text/span.ts";
import { invocation } from "./invocation.ts";
import { lowerScript } from "./lower.ts";
import { nestedText } from "./nested.ts";
import type { Place, Script, Word } from "./script.ts";

/** One command from its words; the text is the words with spaces between them, for spans only. */
export function argvScript(items: readonly Folded[], span: Span, place: Place): Script {
  const pieces: Folded[] = [];
  const spans: Span[] = [];
  let at = 0;
  items.forEach((item, index) => {
    if (index > 0) {
      pieces.push(produced(" ", span));
      at++;
    }
    pieces.push(item);
    spans.push({ start: at, end: at + item.text.length });
    at += item.text.length;
  });
  const folded = joined(pieces, span);
  const written = items.map(
    (item, index): Word => ({
      text: item.text,
      span: spans[index] ?? { start: 0, end: 0 },
      dynamic: item.holes.length > 0,
      quoted: true,
      folded: item,
      substitutions: [],
    }),
  );
  const { program, words, wrappers } = invocation(written);
  const outer = { folded, program, words, redirects: [], stdin: undefined, dialect: "unknown" as const, place };
  const inner = nestedText(outer);
  return {
    folded,
    body: [
      {
        kind: "command",
        program,
        words,
        wrappers,
        assignments: [],
        redirects: [],
        nested: inner && { by: inner.by, script: lowerScript(inner.folded, inner, 1) },
        background: false,
        span: { start: 0, end: folded.text.length },
      },
    ],
    dialect: "unknown",
    place,
    errexit: false,
    pipefail: false,
    dynamic: folded.holes.length > 0,
    errors: [],
  };
}
