/** The shell texts that tasks run: which argument of which operator holds them, and who reads them. */
import { isSubclassOf } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Dialect, Place } from "../shell/script.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import type { Folded } from "../syntax/folded.ts";
import { withJinja } from "../syntax/pieces.ts";
import { type ClassDef, type Expr, keyword } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { BareTask } from "./collect.ts";
import type { TaskScript, TemplateFile } from "./dagfile.ts";

type ScriptArgument = { readonly argument: string; readonly dialect: Dialect; readonly place: Place };

/** Sources: the operators' own `execute` in their providers (BashOperator runs `bash -c`, sshd the login shell). */
const scriptArguments: readonly (readonly [fqcn: string, ScriptArgument])[] = [
  [
    "airflow.providers.standard.operators.bash.BashOperator",
    { argument: "bash_command", dialect: "bash", place: "worker" },
  ],
  [
    "airflow.providers.standard.sensors.bash.BashSensor",
    { argument: "bash_command", dialect: "bash", place: "worker" },
  ],
  ["airflow.providers.ssh.operators.ssh.SSHOperator", { argument: "command", dialect: "unknown", place: "remote" }],
  [
    "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator",
    { argument: "command", dialect: "bash", place: "remote" },
  ],
  [
    "airflow.providers.microsoft.winrm.operators.winrm.WinRMOperator",
    { argument: "command", dialect: "cmd", place: "remote" },
  ],
];

/** The shell texts of a task; an argument whose value is not a text at all yields none. */
export function scriptsOf(values: Evaluator, task: BareTask, templates: Templates): TaskScript[] {
  const { known } = task.operator;
  if (!known) return [];
  const entry = scriptArguments.find(([fqcn]) => isSubclassOf(known, fqcn));
  if (!entry) return [];
  const [, { argument: name, dialect, place }] = entry;
  const scripts: TaskScript[] = [];
  const add = (shown: string, value: Expr, resolved: Value): void => {
    if (resolved.kind !== "string") return;
    scripts.push({
      argument: shown,
      value,
      script: lowerScript(withJinja(resolved.folded), { dialect, place }),
      template: templateOf(task, resolved.folded, known, templates),
    });
  };
  if (task.form === "taskflow") {
    if (task.operator.name !== "task.bash" || !task.callable) return [];
    const scope = values.names.scopeOf(task.callable);
    walkStatements(task.callable.body, (statement) => {
      if (statement.kind === "function" || statement.kind === "class") return false;
      if (statement.kind === "return" && statement.value)
        add("return", statement.value, values.evaluate(statement.value, scope));
      return true;
    });
    return scripts;
  }
  const given = argument({ values }, task, name);
  if (typeof given === "object") add(name, given.value, given.resolved);
  return scripts;
}

/** What a shortened text needs behind it so that Airflow does not take it for a template file: `./load.sh` → a blank. */
export function closingBlank(task: BareTask, text: string): "" | " " {
  return task.operator.known?.templateExt.some((one) => text.endsWith(one)) ? " " : "";
}

/** Where template files are looked for: beside the DAG file, then in the DAG's `template_searchpath`. */
export type Templates = {
  /** Whether a file stands beside the DAG file under that relative path; undefined: the DAG file is not on a disk. */
  readonly beside: (name: string) => boolean | undefined;
};

function templateOf(
  task: BareTask,
  folded: Folded,
  known: OperatorClass,
  templates: Templates,
): TemplateFile | undefined {
  const extension = known.templateExt.find((one) => folded.text.endsWith(one));
  if (extension === undefined) return undefined;
  // class Run(BashOperator): template_ext = ()
  if (task.operator.subclasses.some(rendersItsOwnWay)) return undefined;
  const python = folded.holes.some((one) => one.kind === "python");
  // No file is called "bash /opt/run.sh --all.sh": with blanks the text was meant as a command.
  if (/\s/.test(folded.text.trim())) return { extension, exists: false };
  const searchpath = task.dag?.call && keyword(task.dag.call, "template_searchpath");
  if (python || searchpath || !task.dag) return { extension, exists: "unknown" };
  // Jinja's loader looks below its folders only, for absolute names too.
  const exists = templates.beside(folded.text.replace(/^\/+/, ""));
  return { extension, exists: exists ?? "unknown" };
}

function rendersItsOwnWay(definition: ClassDef): boolean {
  return definition.body.some(
    (one) =>
      (one.kind === "function" && /^(render_template|resolve_template_files|prepare_template)/.test(one.name)) ||
      (one.kind === "assign" &&
        one.targets.some((each) => each.kind === "name" && /^template_(ext|fields)$/.test(each.id))),
  );
}
