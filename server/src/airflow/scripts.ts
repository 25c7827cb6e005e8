/** The shell texts that tasks run: which argument of which operator holds them, and who reads them. */
import { isSubclassOf } from "../catalog/index.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Dialect, Place } from "../shell/script.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import { withJinja } from "../syntax/pieces.ts";
import type { Expr } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { BareTask } from "./collect.ts";
import type { TaskScript } from "./dagfile.ts";
import { bringsOtherText, type Templates, templateOf } from "./templates.ts";

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
    // {% include 'prepare.sh' %}: what runs is not known.
    if (resolved.kind !== "string" || bringsOtherText.test(resolved.folded.text)) return;
    const template = templateOf(task, resolved.folded, known, templates, values);
    const text = template && "loaded" in template ? template.loaded : resolved.folded;
    scripts.push({
      argument: shown,
      value,
      script: lowerScript(withJinja(text), { dialect, place }),
      template: template && "named" in template ? template.named : undefined,
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
