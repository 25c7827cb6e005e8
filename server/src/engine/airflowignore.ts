import ignore from "ignore";

/** Whether an ignore file excludes a relative path, with `/`; a directory's ends in `/`. `reincluded`: a `!` line brings it back. */
export type IgnoreFile = (path: string) => "excluded" | "reincluded" | undefined;

/** A `.gitignore`. */
export function gitIgnore(text: string): IgnoreFile {
  const rules = ignore().add(text);
  return (path) => {
    const { ignored, unignored } = rules.test(path);
    return ignored ? "excluded" : unignored ? "reincluded" : undefined;
  };
}

/**
 * A `.airflowignore` in Airflow 3's default syntax: git's, but `#` begins a comment anywhere in a line.
 * Source: airflow/_shared/module_loading/file_discovery.py of 3.3.2, `_GlobIgnoreRule`.
 */
export function globIgnore(text: string): IgnoreFile {
  return gitIgnore(text.replace(/[ \t]*#.*$/gm, ""));
}

/**
 * A `.airflowignore` in Airflow 2's default syntax: each line is a Python regular expression, searched anywhere in the
 * path below the DAG folder, a directory's without a slash at its end; what follows `#` is a comment. A line that
 * JavaScript can't read excludes nothing.
 * Source: airflow/utils/file.py of 2.8.0, `_RegexpIgnoreRule` and `_find_path_from_directory`.
 */
export function regexpIgnore(text: string): IgnoreFile {
  const patterns: RegExp[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pattern = line.replace(/\s*#.*$/, "");
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
