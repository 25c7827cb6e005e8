import ignore from "ignore";

/** Whether an ignore file excludes a path, relative to that file's directory, with `/`; a directory's ends in `/`. `reincluded`: a `!` line brings it back. */
export type IgnoreFile = (path: string) => "excluded" | "reincluded" | undefined;

/** A `.gitignore`, or a `.airflowignore` in Airflow 3's default syntax, which is the same. */
export function globIgnore(text: string): IgnoreFile {
  const rules = ignore().add(text);
  return (path) => {
    const { ignored, unignored } = rules.test(path);
    return ignored ? "excluded" : unignored ? "reincluded" : undefined;
  };
}

/**
 * A `.airflowignore` in Airflow 2's default syntax: each line is a Python regular expression, searched anywhere in the
 * path; what follows `#` is a comment. Airflow searches in the path below the DAG folder, here it is the path below
 * the file. A line that JavaScript can't read excludes nothing.
 * Source: airflow/utils/file.py of 2.x, `_RegexpIgnoreRule`.
 */
export function regexpIgnore(text: string): IgnoreFile {
  const patterns: RegExp[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pattern = line.replace(/#.*$/, "").trim();
    if (pattern === "") continue;
    const flags = /^\(\?i\)/.test(pattern) ? "i" : "";
    const translated = pattern
      .replace(/^\(\?i\)/, "")
      .replaceAll("(?P<", "(?<")
      .replaceAll("\\A", "^")
      .replaceAll("\\Z", "$");
    try {
      patterns.push(new RegExp(translated, flags));
    } catch {
      // Not our file to complain of: Airflow itself warns about it.
    }
  }
  return (path) => (patterns.some((pattern) => pattern.test(path.replace(/\/$/, ""))) ? "excluded" : undefined);
}
