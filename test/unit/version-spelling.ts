/** The same DAG file as projects on other versions of Airflow spell it, and what exists in each of them. */
import { decoratorOf, findClass, importPathOf, type ProviderVersions } from "../../server/src/catalog/index.ts";
import { compareVersions } from "../../server/src/catalog/versions.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import { type CallArgument, dottedName, type ImportFrom } from "../../server/src/syntax/python.ts";
import { everyExpression, walkStatements } from "../../server/src/syntax/traverse.ts";
import { applyEdits, type Edit } from "../../server/src/text/edit.ts";

/** What a project has installed. */
export type Versions = {
  readonly airflow: string;
  /** Empty where the project does not say. */
  readonly providers: ProviderVersions;
};

/** A text in the spelling of other versions, or the first thing in it that they lack. */
export type Spelled = { readonly text: string } | { readonly lacks: string };

/**
 * A file whose imports stand one name by one where these versions have them. `lacks`: a class, function or decorator
 * that does not exist there. Names that the catalogue does not know stay, but Airflow 1.10 has no providers.
 */
export function spelledFor({ airflow, providers }: Versions, text: string): Spelled {
  const module = lowerModule(text);
  const edits: Edit[] = [];
  let lacks: string | undefined;
  walkStatements(module.body, (statement) => {
    if (statement.kind !== "import-from" || !/^airflow\b/.test(statement.module)) return undefined;
    const lines = importLines(statement, { airflow, providers });
    if (typeof lines === "string") lacks ??= lines;
    else {
      const indent = /[ \t]*$/.exec(text.slice(0, statement.span.start))?.[0] ?? "";
      edits.push({ span: statement.span, text: lines.join(`\n${indent}`) });
    }
    return undefined;
  });
  everyExpression(module.body, (expr) => {
    const dotted = expr.kind === "attribute" ? dottedName(expr) : undefined;
    const flavour = /^task\.(\w+)$/.exec(dotted ?? "")?.[1];
    if (flavour !== undefined && !hasDecorator(flavour, airflow)) lacks ??= `@task.${flavour}`;
    const before = compareVersions(airflow, "2.4.0") < 0;
    const isDag = expr.kind === "call" && /(^|\.)(DAG|dag)$/.test(dottedName(expr.func) ?? "");
    if (!before || !isDag) return;
    const schedule = expr.args.find((one: CallArgument) => one.name === "schedule");
    if (schedule?.nameSpan) edits.push({ span: schedule.nameSpan, text: "schedule_interval" });
  });
  if (lacks !== undefined) return { lacks };
  const after = applyEdits(text, edits);
  if (after === undefined) throw new Error(`imports overlap in\n${text}`);
  return { text: after };
}

/** The lines that import the same names, or the first name that is not there. */
function importLines(statement: ImportFrom, versions: Versions): string[] | string {
  const lines: string[] = [];
  for (const { name, alias } of statement.names) {
    const full = `${statement.module}.${name}`;
    const cls = findClass(full);
    const path = cls ? importPathOf(cls, versions) : { module: statement.module, name };
    if (!path || (!cls && /^airflow\.providers\b/.test(full) && versions.airflow.startsWith("1."))) return full;
    const local = alias ?? (path.name === name ? undefined : name);
    lines.push(`from ${path.module} import ${path.name}${local === undefined ? "" : ` as ${local}`}`);
  }
  return lines;
}

/** Whether `@task.<flavour>` exists; a provider's is there with the provider. */
function hasDecorator(flavour: string, airflow: string): boolean {
  const since = decoratorOf(flavour)?.since ?? [];
  if (since.length === 0) return true;
  const core = since.find(({ provider }) => provider === "apache-airflow");
  return core === undefined || compareVersions(airflow, core.version ?? "0") >= 0;
}

/**
 * A program in the TaskFlow way with operators instead, as it was written before Airflow 2: one `@dag` function whose
 * `@task` functions are called in it. Other texts stay as they are.
 */
export function withOperators(text: string): string {
  const dag = /^@dag\((.*)\)\ndef (\w+)\(\):\n((?: {4}.*\n|\n)+)\2\(\)\n/m.exec(text);
  if (!dag) return text;
  const [whole, settings = "", id = "", body = ""] = dag;
  const functions: string[] = [];
  const tasks: string[] = [];
  for (const one of body.matchAll(/^ {4}@task(\.sensor)?(?:\((.*)\))?\n {4}(def (\w+)\(.*:\n(?: {8}.*\n|\n)+)/gm)) {
    const [, sensor, own, code = "", name = ""] = one;
    functions.push(code.replaceAll(/^ {4}/gm, "").trimEnd());
    const positional = new RegExp(`^ {4}${name}\\((.*)\\)$`, "m").exec(body)?.[1] ?? "";
    const given = [`task_id="${name}"`, `python_callable=${name}`, ...(own ? [own] : [])];
    if (positional) given.push(`op_args=[${positional}]`);
    const [, argument, source] = new RegExp(`^ {4}${name}\\.expand\\((\\w+)=(\\w+)\\(\\)\\)$`, "m").exec(body) ?? [];
    if (source) given.push(`op_kwargs={"${argument}": "{{ ti.xcom_pull(task_ids='${source}') }}"}`);
    tasks.push(`    ${sensor ? "PythonSensor" : "PythonOperator"}(${given.join(", ")})`);
  }
  const made = `${functions.join("\n\n\n")}\n\n\nwith DAG("${id}", ${settings}) as dag:\n${tasks.join("\n")}\n`;
  const imports = [
    "from airflow import DAG",
    "from airflow.operators.python import PythonOperator",
    "from airflow.sensors.python import PythonSensor",
  ].join("\n");
  return text.replace(whole, made).replace("from airflow.decorators import dag, task", imports);
}
