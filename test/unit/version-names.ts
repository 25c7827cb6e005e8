/** What a fix or a hint names that does not exist in the versions it is meant for. */
import { hasParameter, importPath, providerVersion } from "../../server/src/airflow/availability.ts";
import { build } from "../../server/src/airflow/build.ts";
import type { DagFile } from "../../server/src/airflow/dagfile.ts";
import type { Project } from "../../server/src/airflow/target.ts";
import { classes, recordOf } from "../../server/src/catalog/data.ts";
import { compareVersions, decoratorOf, findClass, type OperatorClass } from "../../server/src/catalog/index.ts";
import { qualifiedName } from "../../server/src/syntax/names.ts";
import { everyExpression, walkStatements } from "../../server/src/syntax/traverse.ts";
import type { Span } from "../../server/src/text/span.ts";

/** Each name, keyword or method that `after` has more often than `before` and that the project's versions lack. */
export function lackingInFix(before: string, after: string, project: Project): string[] {
  const [old, now] = [modelOf(before, project), modelOf(after, project)];
  const count = (list: readonly string[], one: string): number => list.filter((each) => each === one).length;
  const added = (list: readonly string[], earlier: readonly string[]): string[] =>
    [...new Set(list)].filter((one) => count(list, one) > count(earlier, one));
  const methods = [...methodsSince].filter(([text]) => after.split(text).length > before.split(text).length);
  return [
    ...added(importsOf(now), importsOf(old)).filter((one) => !canImport(one, project)),
    ...added(keywordsOf(now), keywordsOf(old)).filter((one) => !takesKeyword(one, project)),
    ...methods.flatMap(([text, since]) => (compareVersions(project.target.airflow, since) < 0 ? [text] : [])),
  ];
}

/**
 * Each class, decorator and keyword of an advice that the project's versions lack. What the source says itself is no
 * advice; keywords are looked up in the class of the task at `span` and in the classes that the advice names.
 */
export function lackingInText(advice: string, source: string, span: Span, project: Project): string[] {
  const file = modelOf(source, project);
  const lacking: string[] = [];
  const named: OperatorClass[] = [];
  for (const [name] of advice.matchAll(/\b[A-Z][A-Za-z]*[a-z][A-Z][A-Za-z]*\b|\bParam\b/g)) {
    const known = bySimpleName.get(name) ?? [];
    named.push(...known);
    const there = known.some((one) => importPath(project, one) !== undefined);
    if (known.length > 0 && !there && !source.includes(name)) lacking.push(name);
  }
  for (const [text, flavour] of advice.matchAll(/@task(?:\.(\w+))?/g)) {
    const since = flavour === undefined ? "2.0.0" : (coreSince(flavour) ?? "2.0.0");
    if (compareVersions(project.target.airflow, since) < 0) lacking.push(text);
  }
  for (const [text, since] of methodsSince) {
    if (advice.includes(text) && compareVersions(project.target.airflow, since) < 0) lacking.push(text);
  }
  const task = file.tasks
    .filter((one) => one.statement.span.start <= span.start && span.end <= one.statement.span.end)
    .at(-1);
  const owners = [...named, ...(task?.operator.known ? [task.operator.known] : [])];
  // `subprocess.run(…, timeout=…)` is no operator; "no append_env" says what is lacking.
  const withoutCalls = advice.replace(/[\w.]+\([^)]*\)|\bno \w+/g, "");
  for (const [, given, word] of withoutCalls.matchAll(/\b([a-z]+(?:_[a-z]+)*)=|\b([a-z]+(?:_[a-z]+)+)\b/g)) {
    const keyword = given ?? word ?? "";
    if (owners.length === 0 || !isKeyword(keyword, owners)) continue;
    if (!owners.some((one) => hasParameter(project, one, keyword))) lacking.push(keyword);
  }
  return lacking;
}

/** Methods and modules that fixes use, by the Airflow that brought them. */
const methodsSince = new Map([
  [".output", "2.0.0"],
  [".as_teardown(", "2.7.0"],
  [".as_setup(", "2.7.0"],
  [".override(", "2.3.0"],
  // Airflow 1.10 has pendulum 1.
  ["pendulum.duration(", "2.0.0"],
]);

const bySimpleName = new Map<string, OperatorClass[]>();
for (const { fqcn } of classes()) {
  const found = findClass(fqcn);
  if (found) bySimpleName.set(found.name, [...(bySimpleName.get(found.name) ?? []), found]);
}

function modelOf(text: string, project: Project): DagFile {
  return build({ path: "/dags/dag.py", text }, project);
}

function importsOf(file: DagFile): string[] {
  const found: string[] = [];
  walkStatements(file.module.body, (statement) => {
    if (statement.kind !== "import-from") return undefined;
    found.push(...statement.names.map(({ name }) => `${statement.module}.${name}`));
    return undefined;
  });
  return found.filter((one) => /^airflow\b/.test(one));
}

function canImport(full: string, project: Project): boolean {
  return (recordOf(full)?.spellings ?? []).some(([spelling, provider, since, until]) => {
    const version = provider === "apache-airflow" ? project.target.airflow : providerVersion(project, provider);
    if (spelling !== full || version === undefined) return false;
    return (
      (since === "" || compareVersions(version, since) >= 0) && (until === "" || compareVersions(version, until) <= 0)
    );
  });
}

/** `airflow.….SSHOperator cmd_timeout` for every keyword of a call of a class that the catalogue knows. */
function keywordsOf(file: DagFile): string[] {
  const found: string[] = [];
  everyExpression(file.module.body, (expr) => {
    if (expr.kind !== "call") return;
    const cls = findClass((qualifiedName(expr.func, file.names.module) ?? "").replace(/\.(partial|expand)$/, ""));
    if (!cls || cls.kind === "other") return;
    for (const { name } of expr.args) if (name !== undefined) found.push(`${cls.fqcn} ${name}`);
  });
  for (const { operator, decorator } of file.tasks) {
    for (const { name } of decorator?.args ?? []) {
      if (name !== undefined && operator.known) found.push(`${operator.known.fqcn} ${name}`);
    }
  }
  return found;
}

function takesKeyword(pair: string, project: Project): boolean {
  const [fqcn = "", name = ""] = pair.split(" ");
  const cls = findClass(fqcn);
  return cls !== undefined && hasParameter(project, cls, name);
}

/** Whether the word is a keyword of such a class in any version. */
function isKeyword(word: string, owners: readonly OperatorClass[]): boolean {
  return owners.some((cls) => {
    for (let one: OperatorClass | undefined = cls; one; one = findClass(one.bases[0] ?? "")) {
      if (recordOf(one.fqcn)?.editions.some(({ parameters }) => word in parameters)) return true;
    }
    return false;
  });
}

function coreSince(flavour: string): string | undefined {
  return decoratorOf(flavour)?.since.find(({ provider }) => provider === "apache-airflow")?.version;
}
