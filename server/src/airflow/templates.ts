/** Template files: a text that Airflow takes for the name of one, and the text that it loads instead. */
import type { OperatorClass } from "../catalog/operator.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import type { Folded } from "../syntax/folded.ts";
import { textOfFile } from "../syntax/pieces.ts";
import { type ClassDef, keyword } from "../syntax/python.ts";
import { knownText, type Value } from "../syntax/value.ts";
import type { BareTask } from "./collectedTask.ts";
import type { TemplateFile } from "./dagfile.ts";

/** The files in which templates are looked for, as the machine at hand has them. */
export type Templates = {
  /** The DAG file's folder with its last `/`: where Airflow looks first. */
  readonly folder: string;
  /** Whether a file stands in that folder under a relative path; undefined: the DAG file is not on a disk. */
  readonly beside: (name: string) => boolean | undefined;
  /** The text of the file at a path; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
};

/** What a text stands for: the text of a file, where that could be read, or a template file that is only known of. */
export type Template = { readonly loaded: Folded } | { readonly named: TemplateFile };

/** What a shortened text needs behind it so that Airflow does not take it for a template file: `./load.sh` → a blank. */
export function closingBlank(task: BareTask, text: string): "" | " " {
  return task.operator.known?.templateExt.some((one) => text.endsWith(one)) ? " " : "";
}

/** The template file that Airflow takes a text for, since it ends in one of the operator's `template_ext`; undefined for a plain text. */
export function templateOf(
  task: BareTask,
  folded: Folded,
  known: OperatorClass,
  templates: Templates,
  values: Evaluator,
): Template | undefined {
  const extension = known.templateExt.find((one) => folded.text.endsWith(one));
  if (extension === undefined) return undefined;
  // class Run(BashOperator): template_ext = ()
  if (task.operator.subclasses.some(rendersItsOwnWay)) return undefined;
  const named = (exists: TemplateFile["exists"]): Template => ({ named: { extension, exists } });
  // No file is called "bash /opt/run.sh --all.sh": with blanks the text was meant as a command.
  if (/\s/.test(folded.text.trim())) return named(false);
  if (folded.holes.some((one) => one.kind === "python") || !task.dag || task.dag.made) return named("unknown");
  const searchpath = task.dag.call && keyword(task.dag.call, "template_searchpath");
  const folders = searchpath
    ? foldersOf(values.evaluate(searchpath.value, task.dag.scope))
    : { known: [], complete: true };
  // Jinja's loader looks below its folders only, for absolute names too, and knows no `..`.
  const segments = folded.text.split("/").filter((one) => one !== "" && one !== ".");
  const name = segments.join("/");
  if (segments.includes("..")) return named(folders.complete ? false : "unknown");
  const beside = templates.beside(name);
  if (beside === undefined) return named("unknown");
  for (const folder of beside ? [templates.folder] : folders.known) {
    const path = `${folder}${name}`;
    const text = templates.read(path);
    if (text !== undefined && !bringsOtherText.test(text)) return { loaded: textOfFile(text, path, folded.span) };
    if (text !== undefined) return named(true);
  }
  // A searched folder of another machine may well have it.
  return named(beside || (searchpath ? "unknown" : false));
}

/** Jinja that puts text of other files, or text from elsewhere, in its place: what runs is not what is written here. */
export const bringsOtherText = /\{%[-+]?\s*(?:include|extends|import|from|call|block)\b/;

/** `template_searchpath="/opt/sql"`, `["/opt/sql", …]`: absolute folders, each with a last `/`. */
function foldersOf(value: Value): { readonly known: readonly string[]; readonly complete: boolean } {
  const items = value.kind === "list" ? value.items : [value];
  const known = items.flatMap((one) => {
    const text = knownText(one);
    return text?.startsWith("/") ? [text.endsWith("/") ? text : `${text}/`] : [];
  });
  return { known, complete: known.length === items.length && (value.kind !== "list" || value.complete) };
}

function rendersItsOwnWay(definition: ClassDef): boolean {
  return definition.body.some(
    (one) =>
      (one.kind === "function" && /^(render_template|resolve_template_files|prepare_template)/.test(one.name)) ||
      (one.kind === "assign" &&
        one.targets.some((each) => each.kind === "name" && /^template_(ext|fields)$/.test(each.id))),
  );
}
