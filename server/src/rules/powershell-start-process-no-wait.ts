import { argument } from "../airflow/arguments.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isA, operators, redefines } from "../airflow/kinds.ts";
import { watched } from "../airflow/monitor.ts";
import { scriptOf } from "../airflow/processes.ts";
import { windowsWaitingFix } from "../edits/windowsWaiting.ts";
import type { Script } from "../shell/script.ts";
import { type WindowsDetached, windowsDetached } from "../shell/windows.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { partKey } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET118",
  name: "powershell-start-process-no-wait",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A PowerShell or cmd text starts a process or job and goes on",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `\`Start-Process\` and cmd's \`start\` return as soon as the process exists; \`Start-Job\` and \`Invoke-Command -AsJob\` as soon as the job does. WinRMOperator looks at the exit code of the text, PsrpOperator at its error stream and exit code: both are clean before the work has begun. When the session closes behind the text, Windows may end what was started in it, in the middle of its work. \`-Wait -PassThru\` keeps the text until the process ends and gives its exit code, which the text then has to exit with.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.microsoft.psrp.operators.psrp import PsrpOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = PsrpOperator(
        task_id="load",
        psrp_conn_id="windows",
        powershell="Start-Process C:\\\\etl\\\\load.exe -ArgumentList '--day {{ ds }}'",
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.microsoft.psrp.operators.psrp import PsrpOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = PsrpOperator(
        task_id="load",
        psrp_conn_id="windows",
        powershell="$p = Start-Process C:\\\\etl\\\\load.exe -ArgumentList '--day {{ ds }}' -Wait -PassThru; exit $p.ExitCode",
    )
`,
    limits:
      "Services (`Start-Service`, `net start`), and processes or jobs that the rest of the text or a later task waits for or asks about are left alone. Texts given to `-File` or `-EncodedCommand` are not read.",
    links: [
      "https://learn.microsoft.com/powershell/module/microsoft.powershell.management/start-process",
      "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/start-job",
      "https://learn.microsoft.com/windows-server/administration/windows-commands/start",
    ],
  },
  check(file, report) {
    const seen = new Set<string>();
    for (const { script, tasks } of scriptsIn(file)) {
      for (const one of windowsDetached(script)) {
        const { command } = one;
        const span = sourceSpan(command.text.folded, nameSpan(one));
        const key = partKey(span);
        if (seen.has(key) || tasks.length === 0) continue;
        if (tasks.some((task) => isToldToWait(file, task) || isWatched(file, task, one))) continue;
        seen.add(key);
        report({
          span,
          cause: sourceSpan(command.text.folded, command.span),
          message: message(one),
          hint: hint(one),
          fixes: () => [windowsWaitingFix(one)],
        });
      }
    }
  },
});

type Owned = { readonly script: Script; readonly tasks: readonly Task[] };

function scriptsIn(file: DagFile): Owned[] {
  const own = file.operators.flatMap((task): Owned[] => {
    if (redefines(task, "execute")) return [];
    const read = task.scripts.filter(({ template }) => template === undefined || template.exists === false);
    return read.map(({ script }) => ({ script, tasks: task.executedBy?.tasks ?? [task] }));
  });
  const called = file.calls.flatMap((call): Owned[] => {
    const script = call.live ? scriptOf(call) : undefined;
    return script ? [{ script, tasks: call.tasks }] : [];
  });
  return [...own, ...called];
}

/** The cmdlet; with its `-AsJob`, where that is what makes it return. */
function nameSpan({ command }: WindowsDetached): { readonly start: number; readonly end: number } {
  const option = command.words.find((one) => /^-asj/i.test(one.text));
  return { start: command.span.start, end: (option ?? command.words[0])?.span.end ?? command.span.end };
}

function message({ how, kind, lacks }: WindowsDetached): string {
  const returns = `\`${how}\`${lacks ? ` without ${lacks}` : ""} returns at once`;
  switch (kind) {
    case "process":
      return `${returns}: the task succeeds while the process still runs, and its exit code is lost.`;
    case "job":
      return `${returns}: the task succeeds, and the job ends with the session, finished or not.`;
    default:
      return `${returns}: the task succeeds once the scheduler has started it, and nobody learns how it ends.`;
  }
}

function hint({ how, kind }: WindowsDetached): string {
  if (how === "start") return "Call the program without `start`, or use `start /wait`.";
  if (kind === "process") return "Use `Start-Process -Wait -PassThru`, and exit with its ExitCode.";
  return kind === "job" ? "Run it in the foreground, or end with `Receive-Job -Wait`." : "Run the program itself.";
}

/** PsrpOperator(cmdlet="Start-Process", parameters={"FilePath": …, "Wait": None}) */
function isToldToWait(file: DagFile, task: Task): boolean {
  if (!isA(task, operators.psrp)) return false;
  const given = argument(file, task, "parameters");
  if (given === "absent") return false;
  if (given === "unknown" || given.resolved.kind !== "dict" || !given.resolved.complete) return true;
  return given.resolved.entries.some((one) => /^(?:wait|asjob)$/i.test(one.key));
}

const later =
  /WaitForExit|Wait-Process|HasExited|(?:Get|Wait|Receive)-(?:Process|Job|ScheduledTask)|\btasklist\b|schtasks/i;

function isWatched(file: DagFile, task: Task, { command }: WindowsDetached): boolean {
  const { text } = command.text.folded;
  const started = { command: text.slice(command.span.start, command.span.end), later };
  return watched(file, task, started) !== "no";
}
