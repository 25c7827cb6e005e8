/** Fixes for what a task leaves in the background: a remote job, or the foreground. */
import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { Background } from "../airflow/background.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { statements } from "../shell/walk.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { secondsText } from "./durations.ts";
import { foregroundEdits } from "./foreground.ts";
import { shownSeconds } from "./limits.ts";
import { remoteJobFix } from "./remoteJob.ts";
import { sshOperatorFix } from "./sshOperator.ts";
import { sshOptionsEdit } from "./sshOptions.ts";
import { setTaskArguments } from "./task.ts";
import { waitForAllEdits } from "./waitForAll.ts";

/** The fixes of one job, the preferred first. */
export function backgroundFixes(file: DagFile, one: Background): readonly (Fix | undefined)[] {
  const { task, script, call } = one;
  // Waiting for a paramiko command is the business of the code around it.
  if (call && (call.kind === "paramiko-exec" || call.kind === "hook-exec" || call.kind === "popen")) return [];
  const job =
    task &&
    script &&
    (remoteJobFix(file, task, script, one.siblings) ?? sshOperatorFix(file, task, script, one.siblings));
  return [job, waitForAll(one), inForeground(file, one)];
}

/** Processes that were to run side by side may go on doing so. */
function waitForAll({ task, script, siblings }: Background): Fix | undefined {
  const edits = task && script && waitForAllEdits(script.script, siblings);
  return (
    edits && {
      title: "Wait for every process, and fail with one that fails",
      edits,
      safety: "unsafe",
      why: "the task runs as long as the processes do",
    }
  );
}

function inForeground(file: DagFile, one: Background): Fix | undefined {
  const { task, script, call, job } = one;
  const isVector = call?.command !== undefined && "argv" in call.command;
  // An argument of its own cannot be taken out of a vector by editing its text.
  if (isVector && job.nestedIn.length === 0) return undefined;
  const edits = foregroundEdits(job);
  if (!edits) return undefined;
  const client = isVector || !script ? [] : clientOptions(script.script, job.nestedIn, job.statement);
  const plain = {
    title: "Run it in the foreground",
    edits: [...client, ...edits],
    safety: "unsafe" as const,
    why: "the task runs as long as the command does, and fails with it",
  };
  if (!task || !runsAs(task, operators.ssh)) return plain;
  const known = task.operator.known;
  const silence = known && hasParameter(file.project, known, "cmd_timeout") && argument(file, task, "cmd_timeout");
  if (silence !== "absent") return plain;
  const limit = file.project.limits.commandTimeout;
  const added = setTaskArguments(file, task, [{ name: "cmd_timeout", text: secondsText(limit.seconds) }]);
  if (!added) return undefined;
  const why = `${plain.why}, or after ${shownSeconds(limit.seconds)} without output${limit.configured ? "" : " (Tether's proposal)"}`;
  return { ...plain, title: `${plain.title}, cmd_timeout=${limit.seconds}`, edits: [...plain.edits, ...added], why };
}

/** In the foreground, the ssh that runs it must notice a dead connection. */
function clientOptions(root: Script, nestedIn: readonly ShellCommand[], statement: { readonly kind: string }): Edit[] {
  for (const visit of statements(root)) {
    const { statement: command } = visit;
    if (command.kind !== "command" || (command !== statement && !nestedIn.includes(command))) continue;
    const edit = sshOptionsEdit(visit.script, command);
    if (edit) return [edit];
  }
  return [];
}
