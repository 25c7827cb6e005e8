/**
 * The 1-based line on which a TOML text sets `path`, or the nearest thing above it that is written there.
 * Multi-line strings and inline tables are not looked into: then the line of the key that holds them answers.
 */
export function lineOfKey(toml: string, path: readonly string[]): number | undefined {
  let table: readonly string[] = [];
  let best: { readonly line: number; readonly length: number } | undefined;
  for (const [index, line] of toml.split(/\r\n|\r|\n/).entries()) {
    const header = /^\s*\[\[?([^[\]]+)\]\]?\s*(#.*)?$/.exec(line)?.[1];
    const key =
      header === undefined
        ? /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line)?.[1]
        : undefined;
    if (header !== undefined) table = keyParts(header);
    if (header === undefined && key === undefined) continue;
    const here = key === undefined ? table : [...table, ...keyParts(key)];
    const length = commonLength(here, path);
    if (length === Math.min(here.length, path.length) && length > (best?.length ?? 0))
      best = { line: index + 1, length };
  }
  return best?.line;
}

// tool.tether."per-file-ignores" → ["tool", "tether", "per-file-ignores"]
function keyParts(written: string): string[] {
  return [...written.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map((part) => part[1] ?? part[2] ?? part[3] ?? "");
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
