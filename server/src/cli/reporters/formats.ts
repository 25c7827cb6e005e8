import { concise } from "./concise.ts";
import { full } from "./full.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import type { Reporter } from "./reporter.ts";
import { sarif } from "./sarif.ts";

/** The output formats of `check` by the name that `--output-format` takes. */
export const formats: ReadonlyMap<string, Reporter> = new Map([
  ["concise", concise],
  ["full", full],
  ["json", json],
  ["sarif", sarif],
  ["github", github],
  ["gitlab", gitlab],
  ["junit", junit],
]);

/** The formats that a person reads; the others must stay pure, so no summary is printed after them. */
export const readable: ReadonlySet<string> = new Set(["concise", "full"]);
