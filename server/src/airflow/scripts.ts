/** The shell texts that tasks run: which argument of which operator holds them, and who reads them. */
import { isSubclassOf } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Dialect, Place } from "../shell/script.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import { withJinja } from "../syntax/pieces.ts";
import { type Expr, keyword } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import { knownText, type Value } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
import { argument, valuesGiven } from "./arguments.ts";
import type { BareTask } from "./collectedTask.ts";
import { containerTexts } from "./containers.ts";
import type { TaskScript } from "./dagfile.ts";
import { handedValues } from "./handedTexts.ts";
import { operators } from "./kinds.ts";
import { bringsOtherText, type Templates, templateOf } from "./templates.ts";

type ScriptArgument = { readonly argument: string; readonly dialect: Dialect; readonly place: Place };

/** Sources: the operators' own `execute` in their providers (BashOperator runs `bash -c`, sshd the login shell). */
const scriptArguments: readonly (readonly [fqcn: string, ...ScriptArgument[]])[] = [
  [operators.bash, { argument: "bash_command", dialect: "bash", place: "worker" }],
  [operators.bashSensor, { argument: "bash_command", dialect: "bash", place: "worker" }],
  [operators.ssh, { argument: "command", dialect: "unknown", place: "remote" }],
  [operators.sshRemoteJob, { argument: "command", dialect: "bash", place: "remote" }],
  [operators.winrm, { argument: "command", dialect: "cmd", place: "remote" }],
  [
    operators.psrp,
    { argument: "command", dialect: "cmd", place: "remote" },
    { argument: "powershell", dialect: "powershell", place: "remote" },
    { argument: "cmdlet", dialect: "powershell", place: "remote" },
  ],
];

/** What turns the text of an argument into PowerShell: `ps_path` of WinRMOperator, `remote_os` of SSHRemoteJobOperator. */
function isPowerShell(values: Evaluator, task: BareTask): boolean {
  const path = argument({ values }, task, "ps_path");
  if (typeof path === "object" && path.resolved.kind !== "none") return true;
  const system = argument({ values }, task, "remote_os");
  return typeof system === "object" && knownText(system.resolved) === "windows";
}

/** The shell texts of a task; an argument whose value is not a text at all yields none. */
export function scriptsOf(values: Evaluator, task: BareTask, templates: Templates): TaskScript[] {
  const { known } = task.operator;
  if (!known) return [];
  const entry = scriptArguments.find(([fqcn]) => isSubclassOf(known, fqcn));
  if (!entry) {
    if (known.name === "BaseOperator") return overSsh(values, task);
    const texts = containerTexts(values, task).map((one) => ({ ...one, template: undefined }));
    return [...texts, ...templateNames(values, task, known, templates)];
  }
  const [, ...holders] = entry;
  const scripts: TaskScript[] = [];
  const add = ({ argument: shown, dialect, place }: ScriptArgument, value: Expr, resolved: Value): void => {
    // {% include 'prepare.sh' %}: what runs is not known.
    if (resolved.kind !== "string" || bringsOtherText.test(resolved.folded.text)) return;
    const plain = task.executedBy?.rendered === false;
    const template = plain ? undefined : templateOf(task, resolved.folded, known, templates, values);
    const text = template && "loaded" in template ? template.loaded : resolved.folded;
    scripts.push({
      argument: shown,
      value,
      script: lowerScript(plain ? text : withJinja(text), { dialect, place }),
      template: template && "named" in template ? template.named : undefined,
    });
  };
  if (task.form === "taskflow") {
    if (task.operator.name !== "task.bash" || !task.callable) return [];
    const scope = values.names.scopeOf(task.callable);
    const returned: ScriptArgument = { argument: "return", dialect: "bash", place: "worker" };
    walkStatements(task.callable.body, (statement) => {
      if (statement.kind === "function" || statement.kind === "class") return false;
      if (statement.kind === "return" && statement.value)
        for (const one of values.variants(statement.value, scope)) add(returned, statement.value, one);
      return true;
    });
    return scripts;
  }
  const powershell = isPowerShell(values, task);
  for (const holder of holders) {
    const given = argument({ values }, task, holder.argument);
    const read: ScriptArgument = powershell ? { ...holder, dialect: "powershell" } : holder;
    if (typeof given !== "object") continue;
    const texts = valuesGiven(values, task, given);
    for (const one of texts) add(read, given.value, one);
    if (texts.every((one) => one.kind !== "string"))
      for (const one of handedValues(values, given.value, task.scope)) {
        const { argument: shown, dialect, place } = read;
        if (one.kind !== "string") continue;
        const script = lowerScript(one.folded, { dialect, place });
        scripts.push({ argument: shown, value: given.value, script, template: undefined, handed: true });
      }
  }
  return scripts;
}

/**
 * The text of a project's own operator, on BaseOperator alone, whose code talks to an SSH hook and
 * whose `command` Airflow renders hands it to a shell on the other side.
 */
function overSsh(values: Evaluator, task: BareTask): TaskScript[] {
  const { call, form, scope, mapped } = task;
  const given = form === "operator" && !mapped && call ? keyword(call, "command") : undefined;
  if (!given || !isSshClass(task, values)) return [];
  return values.variants(given.value, scope).flatMap((one) =>
    one.kind === "string"
      ? [
          {
            argument: "command",
            value: given.value,
            script: lowerScript(withJinja(one.folded), { dialect: "unknown", place: "remote" }),
            template: undefined,
          },
        ]
      : [],
  );
}

/** Whether a class of the project, with those that it extends, talks to an SSH hook and lets Airflow render its `command`. */
function isSshClass({ operator }: BareTask, { names }: Evaluator): boolean {
  const { owner } = names.module;
  const here = "text" in owner ? owner.text : "";
  const text = operator.subclasses
    .map((one) => slice(operator.homes?.get(one)?.module.text ?? here, one.span))
    .join("\n");
  return (
    /\b\w*SSHHook\(|\bexec_(?:ssh_client_)?command\(/.test(text) &&
    /\btemplate_fields\b[^=]*=\s*[[(][^\])]*["']command["']/.test(text)
  );
}

/** DockerOperator(command="/app/run.sh"), command=["bash", "/app/run.sh"]: Airflow takes each such text for a template's name. */
function templateNames(values: Evaluator, task: BareTask, known: OperatorClass, templates: Templates): TaskScript[] {
  if (task.form !== "operator" || !isSubclassOf(known, operators.docker)) return [];
  const given = argument({ values }, task, "command");
  if (typeof given !== "object") return [];
  const items = given.resolved.kind === "list" ? given.resolved.items : [given.resolved];
  return items.flatMap((one): TaskScript[] => {
    if (one.kind !== "string") return [];
    const template = templateOf(task, one.folded, known, templates, values);
    if (!template || !("named" in template)) return [];
    const script = lowerScript(withJinja(one.folded), { dialect: "unknown", place: "container" });
    return [{ argument: "command", value: one.expr, script, template: template.named }];
  });
}
