/** Asking what a task is, in the catalogue's own spellings. */
import { findClass, isSubclassOf, parameterOf } from "../catalog/index.ts";
import { type ClassDef, type Expr, type FunctionDef, keyword, type Stmt, unwrap } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { Task } from "./dagfile.ts";

/** Classes that rules speak of, by their newest spelling. */
export const operators = {
  bash: "airflow.providers.standard.operators.bash.BashOperator",
  python: "airflow.providers.standard.operators.python.PythonOperator",
  triggerDagRun: "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator",
  ssh: "airflow.providers.ssh.operators.ssh.SSHOperator",
  sshRemoteJob: "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator",
  winrm: "airflow.providers.microsoft.winrm.operators.winrm.WinRMOperator",
  docker: "airflow.providers.docker.operators.docker.DockerOperator",
  pod: "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
  ecs: "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator",
  batch: "airflow.providers.amazon.aws.operators.batch.BatchOperator",
  ssm: "airflow.providers.amazon.aws.operators.ssm.SsmRunCommandOperator",
  psrp: "airflow.providers.microsoft.psrp.operators.psrp.PsrpOperator",
  kubernetesJob: "airflow.providers.cncf.kubernetes.operators.job.KubernetesJobOperator",
  http: "airflow.providers.http.operators.http.HttpOperator",
  httpSensor: "airflow.providers.http.sensors.http.HttpSensor",
  sftp: "airflow.providers.sftp.operators.sftp.SFTPOperator",
  subDag: "airflow.operators.subdag.SubDagOperator",
  externalTaskSensor: "airflow.providers.standard.sensors.external_task.ExternalTaskSensor",
  bashSensor: "airflow.providers.standard.sensors.bash.BashSensor",
  pythonSensor: "airflow.providers.standard.sensors.python.PythonSensor",
} as const;

/** Whether the task's operator is, or descends from, that class; TaskFlow counts by the operator behind its decorator. */
export function isA(task: Task, fqcn: string): boolean {
  const { known } = task.operator;
  return known !== undefined && isSubclassOf(known, fqcn);
}

/** As {@link isA}, and no subclass in the file replaces what the class does when it runs. */
export function runsAs(task: Task, fqcn: string): boolean {
  return (
    isA(task, fqcn) && !task.operator.subclasses.some((one) => replacesExecute(one, task)) && !redefines(task, "poke")
  );
}

/**
 * Whether a class has an `execute` that may do something else. One that prepares, calls `super().execute(context)` in
 * every run and cleans up does the same, unless it sets what the task's call gives to the known class.
 */
function replacesExecute(definition: ClassDef, { operator, call, made }: Task): boolean {
  const own = definition.body.find((one) => one.kind === "function" && one.name === "execute");
  if (own?.kind !== "function") return false;
  if (!own.body.some(callsSuper)) return true;
  const written = made?.call ?? call;
  const { known } = operator;
  return attributesSetIn(own).some(
    ({ name }) => known && parameterOf(known, name) && written && keyword(written, name),
  );
}

/** `return super().execute(context)` */
function callsSuper(statement: Stmt): boolean {
  const whole =
    statement.kind === "expression"
      ? statement.expr
      : statement.kind === "return" || statement.kind === "assign"
        ? statement.value
        : undefined;
  const call = whole && unwrap(whole);
  if (call?.kind !== "call" || call.func.kind !== "attribute" || call.func.name !== "execute") return false;
  const owner = unwrap(call.func.value);
  return owner.kind === "call" && owner.func.kind === "name" && owner.func.id === "super";
}

/** What a method sets of its object: `self.timeout = 60`. */
export function attributesSetIn(method: FunctionDef): (Expr & { readonly kind: "attribute" })[] {
  const self = method.parameters[0]?.name;
  const found: (Expr & { readonly kind: "attribute" })[] = [];
  walkStatements(method.body, (statement) => {
    if (statement.kind !== "assign") return true;
    for (const one of statement.targets)
      if (one.kind === "attribute" && one.value.kind === "name" && one.value.id === self) found.push(one);
    return true;
  });
  return found;
}

/** Whether the task {@link runsAs} one of several classes. */
export function runsAsAny(task: Task, fqcns: readonly string[]): boolean {
  const lineage = task.operator.known?.lineage;
  return lineage !== undefined && fqcns.some((one) => lineage.has(one) && runsAs(task, one));
}

/** Whether a class of the file between the task and the known operator has a method of that name. */
export function redefines(task: Pick<Task, "operator">, method: string): boolean {
  return task.operator.subclasses.some((one) => defines(one, method));
}

/** Whether the task is a sensor that Tether knows, or `@task.sensor`. */
export function isSensor(task: Task): boolean {
  return task.operator.known?.kind === "sensor";
}

/** Whether the task looks like a sensor, known or by its name: enough to believe that it watches something. */
export function watches(task: Task): boolean {
  return isSensor(task) || /Sensor(Async)?$/.test(task.operator.name) || task.operator.name === "task.sensor";
}

/** Whether the task's operator, known or not, is named for telling people something: EmailOperator, SlackWebhookOperator. */
export function tellsPeople(task: Task): boolean {
  return /E?mail|Slack|Teams|Discord|Telegram|PagerDuty|Opsgenie|Notif|Webhook/.test(task.operator.name);
}

function defines(definition: ClassDef, method: string): boolean {
  return definition.body.some((one) => one.kind === "function" && one.name === method);
}

/** The class's name for a message: what the DAG's author wrote, or `@task.bash`. */
export function shownName(task: Task): string {
  return task.form === "taskflow" ? `@${task.operator.name}` : task.operator.name;
}

/** A class of the catalogue by one of {@link operators}; the catalogue's tests prove that each exists. */
export function known(fqcn: string): NonNullable<ReturnType<typeof findClass>> {
  const found = findClass(fqcn);
  if (!found) throw new Error(`the catalogue lacks ${fqcn}`);
  return found;
}
