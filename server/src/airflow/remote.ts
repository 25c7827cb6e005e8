/** Which tasks hand work to another machine, and through what. */

import { remoteInvocation } from "../shell/remote.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { isA, operators, runsAs } from "./kinds.ts";

/** Client programs whose running time is decided by another machine. */
const clients = new Set([
  "aws",
  "az",
  "beeline",
  "bq",
  "curl",
  "databricks",
  "docker",
  "gcloud",
  "gsutil",
  "hadoop",
  "hdfs",
  "hive",
  "impala-shell",
  "kinit",
  "kubectl",
  "lftp",
  "mysql",
  "mysqldump",
  "oozie",
  "pg_dump",
  "psql",
  "spark-submit",
  "spark-sql",
  "spark3-submit",
  "sqlplus",
  "sqoop",
  "wget",
  "yarn",
]);

/** A limit that the command itself carries: `timeout 60 ssh …`, `curl --max-time 60`. */
function bounded(command: ShellCommand): boolean {
  if (command.wrappers.some((one) => one.name === "timeout")) return true;
  const words = command.words.map((one) => one.text);
  if (command.program === "curl") return words.some((one) => /^(--max-time(=|$)|-[a-zA-Z]*m\d*$)/.test(one));
  if (command.program === "wget") return words.some((one) => /^(--timeout(=|$)|-T\d*$)/.test(one));
  return words.some((one) => /^--(request-)?timeout(=|$)/.test(one));
}

/** The program by which a script on the worker waits, without a limit of its own, for another machine. */
export function remoteProgram(script: Script): string | undefined {
  for (const { statement, nesting } of commands(script)) {
    if (nesting.some((one) => remoteInvocation(one) || bounded(one))) continue;
    const call = remoteInvocation(statement);
    if (call ? call.destination === undefined || call.tunnelOnly : !clients.has(statement.program ?? "")) continue;
    if (asksVersion(statement)) continue;
    if (!bounded(statement)) return statement.program;
  }
  return undefined;
}

function asksVersion(command: ShellCommand): boolean {
  return command.words.some((one) => /^(--version|--help|-V|version|help)$/.test(one.text));
}

const direct = [operators.ssh, operators.winrm, operators.docker, operators.pod, operators.sftp];

/** What a task waits for on another machine, for a message; undefined when it is not known to wait for any. */
export function remoteWork(file: DagFile, task: Task): string | undefined {
  for (const one of direct) if (runsAs(task, one) && task.form === "operator") return "the other side";
  if (runsAs(task, operators.bash)) {
    for (const { script } of task.scripts) {
      const program = remoteProgram(script);
      if (program) return program;
    }
    return undefined;
  }
  if (!isA(task, operators.python)) return undefined;
  const call = file.calls.find(
    (one) => one.tasks.includes(task) && (one.kind === "paramiko-exec" || one.kind === "hook-exec"),
  );
  return call ? "the ssh call" : undefined;
}
