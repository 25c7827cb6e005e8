/** Downloads that keep a server's error page as if it were the file asked for. */
import { options } from "./options.ts";
import type { Script, ShellCommand, Statement } from "./script.ts";
import { type CommandVisit, commands, touchesError } from "./walk.ts";

/** A curl that ends with 0 whatever the server's answer was. */
export type ErrorPage = {
  readonly visit: CommandVisit;
  /** The file that the answer goes to, as written. */
  readonly file: string;
  /** An archive: whoever unpacks it fails, and learns that it is none. */
  readonly archive: boolean;
};

// https://curl.se/docs/manpage.html: the options with a value.
const curlOptions = {
  short: "A:b:c:C:d:D:e:E:F:H:K:m:o:P:Q:r:t:T:u:U:w:x:X:y:Y:z:",
  long: {
    output: ":",
    "output-dir": ":",
    "write-out": ":",
    request: ":",
    header: ":",
    data: ":",
    url: ":",
    user: ":",
    "max-time": ":",
    "connect-timeout": ":",
    retry: ":",
    "retry-delay": ":",
    config: ":",
  },
  permute: true,
} as const;

const archives = /\.(?:zip|gz|tgz|bz2|xz|7z|zst|tar|jar|whl|rar)["']?$/i;
/** What looks at the file, or at the answer, before anybody uses it. */
const checks =
  /\b(?:unzip|tar|gunzip|zcat|gzip|bunzip2|unxz|7z|jq|xmllint|sha\d+sum|md5sum|gpg|grep|egrep|test(?=\s)|head|python3?|http_code|HTTP)\b|\[/;

/** The downloads of a text that save error pages as if they were the data, and at which the text does not look. */
export function errorPages(script: Script): ErrorPage[] {
  if (!/\bcurl\b/.test(script.folded.text)) return [];
  return commands(script).flatMap((visit): ErrorPage[] => {
    const { statement, script: own, parents, nesting } = visit;
    if (own !== script || nesting.length > 0 || statement.program !== "curl" || touchesError(visit)) return [];
    if (visit.conditional || visit.background || visit.substituted || !parents.every(keepsStatus)) return [];
    const file = savedAs(statement);
    if (file === undefined || file === "/dev/null" || file === "-") return [];
    const rest = script.folded.text.slice(statement.span.end);
    return checks.test(rest) ? [] : [{ visit, file, archive: archives.test(file) }];
  });
}

function keepsStatus(parent: Statement): boolean {
  if (parent.kind === "loop") return parent.keyword === "for";
  return (
    parent.kind === "group" || parent.kind === "subshell" || (parent.kind === "and-or" && parent.operator === "&&")
  );
}

/** The file that the body of the answer goes to, where no option asks curl to fail or tells the status otherwise. */
function savedAs({ words, redirects }: ShellCommand): string | undefined {
  const { flags, operands, unknownOptions } = options(words.slice(1), curlOptions);
  const given = (...names: string[]): boolean => names.some((one) => flags.has(one));
  if (
    unknownOptions ||
    given("f", "fail", "fail-with-body", "I", "head", "w", "write-out", "K", "config", "i", "include")
  )
    return undefined;
  // file:///data/x.csv, ftp://…: those fail by themselves.
  const urls = [...operands.map((one) => one.text), ...(flags.get("url") ?? []).map((one) => one.text ?? "")];
  if (urls.length !== 1 || urls.some((one) => /^(?!https?:)[a-z]+:\/\//i.test(one))) return undefined;
  const output = (flags.get("o") ?? flags.get("output"))?.[0]?.text;
  if (output !== undefined) return output;
  if (given("O", "remote-name")) return urls[0]?.replace(/[?#].*$/, "");
  return redirects.find((one) => /^1?>>?$/.test(one.operator) && one.descriptor !== 2)?.target?.text;
}
