import { importPath } from "../airflow/availability.ts";
import { backgroundJobs } from "../airflow/background.ts";
import { type Bound, soonest, taskBound } from "../airflow/bounds.ts";
import type { DagFile, Task, TaskScript } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import { outputUsed } from "../airflow/mentions.ts";
import { waitsOf } from "../airflow/processes.ts";
import { endsAtOnce, type SshClient, sshClients } from "../airflow/sshClients.ts";
import { inTriggerer } from "../airflow/triggerer.ts";
import { gcloudSshFix } from "../edits/gcloudSsh.ts";
import { remoteJobFix } from "../edits/remoteJob.ts";
import { soleSsh } from "../edits/soleSsh.ts";
import { withConnection } from "../edits/sshConnection.ts";
import { sshOperatorFix } from "../edits/sshOperator.ts";
import { silentFor, sshOptionsFix } from "../edits/sshOptions.ts";
import { type GcloudSsh, gcloudSsh } from "../shell/gcloudSsh.ts";
import { timeoutSeconds } from "../shell/pace.ts";
import { type Lacking, lacking, remoteInvocation } from "../shell/remote.ts";
import { type CommandVisit, commands } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { partKey } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET301",
  name: "bash-ssh-call",
  group: "unmonitored",
  severity: "warning",
  summary: "A shell text or a callable runs a remote command through a bare ssh client",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `In the foreground ssh does pass the remote exit status on, and 255 when the connection fails. What it lacks is a way to notice trouble: \`ServerAliveInterval\` is 0, so a connection that a firewall dropped without a word is noticed only by the kernel's TCP keepalive, on Linux after 2 h 11 min (7200 s and 9 probes 75 s apart), and without \`ConnectTimeout\` a host that does not answer after about 2 min (6 repeated SYNs). And when Airflow kills the task, only the client dies: the remote command is not signalled, a silent one runs on to its end, and the retry starts a second one. SSHRemoteJobOperator and SSHOperator know both ends of the connection.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("reports") as dag:
    report = BashOperator(task_id="report", bash_command="ssh etl@edge1 '/opt/report.sh --day {{ ds }}'")
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("reports") as dag:
    report = SSHRemoteJobOperator(
        task_id="report",
        ssh_conn_id="edge1",
        command="/opt/report.sh --day {{ ds }}",
        timeout=2 * 3600,
    )
`,
    limits:
      "An ssh that has ConnectTimeout and ServerAliveInterval is left alone; whether anything bounds the task is the question of missing-execution-timeout. So are tunnels, autossh, an ssh in the test of an `if` or `while`, an ssh that runs no command or only one that answers at once (`ls`, `cat`, `[ -d x ]`; its missing ConnectTimeout is the matter of ssh-client-no-timeout), and calls whose options cannot be seen (`-F file`, `$SSH_OPTS`). In Python code a `timeout=` of at most 15 minutes makes it an info.",
    links: [
      "https://man.openbsd.org/ssh_config#ServerAliveInterval",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html",
    ],
  },
  check(file, report) {
    const seen = new Set<string>();
    const background = backgroundJobs(file).flatMap(({ job }) => [job.statement, ...job.nestedIn]);
    for (const task of file.operators) {
      if (!runsAs(task, operators.bash)) continue;
      for (const script of task.scripts) {
        if (script.template !== undefined && script.template.exists !== false) continue;
        if (!/\bssh\b/.test(script.script.folded.text)) continue;
        for (const visit of commands(script.script)) {
          const cloud = gcloudSsh(visit.statement);
          const missing = cloud ? lackingThrough(visit, cloud) : lackingOf(visit);
          if (!missing) continue;
          const { statement } = visit;
          if (background.includes(statement)) continue;
          if (cloud && endsAtOnce(cloud)) continue;
          const destination = cloud?.destination ?? remoteInvocation(statement)?.destination;
          const start = statement.words[0]?.span.start ?? statement.span.start;
          const span = sourceSpan(visit.script.folded, { start, end: destination?.span.end ?? statement.span.end });
          // A constant that several tasks run holds one ssh.
          const key = partKey(span);
          if (seen.has(key)) continue;
          seen.add(key);
          report({
            span,
            message: cloud ? messageThrough(cloud) : message(taskBound(file, task), visit, missing),
            hint: cloud ? cloudHint : task.executedBy ? optionsHint : hint(file, task, script),
            fixes: () => (cloud ? [gcloudSshFix(visit.script, cloud)] : fixesOf(file, task, script, visit)),
          });
        }
      }
    }
    for (const one of sshClients(file)) {
      const { visit, text, limit, bound, call } = one;
      if (!text.call || call.tool !== "ssh" || !isAwaited(one) || inTriggerer(file, text.call)) continue;
      const missing = lackingOf(visit);
      if (!missing) continue;
      report({
        span: one.span,
        cause: one.cause,
        severity: limit && (bound?.seconds ?? Infinity) <= shortLimit ? "info" : "warning",
        message: message(bound, visit, missing),
        hint: optionsHint,
        fixes: () => [sshOptionsFix(file, visit.script, visit.statement, text.call)],
      });
    }
  },
});

// In seconds: what hangs that long is over soon.
const shortLimit = 900;

/** A process that nobody waits for is the matter of popen-not-waited. */
function isAwaited({ text: { call } }: SshClient): boolean {
  return call !== undefined && (call.kind !== "popen" || waitsOf(call).length > 0);
}

/** What a foreground ssh that runs a command lacks; undefined when it is no such call, or lacks nothing that matters. */
function lackingOf(visit: CommandVisit): Lacking | undefined {
  const { statement, script } = visit;
  if (statement.program !== "ssh" || script.place !== "worker") return undefined;
  if (visit.background || visit.conditional) return undefined;
  if (script.errors.some((one) => one.start <= statement.span.end && statement.span.start <= one.end)) return undefined;
  const call = remoteInvocation(statement);
  if (!call?.destination || call.background || call.tunnelOnly) return undefined;
  const reads = statement.redirects.some((one) => one.operator.startsWith("<"));
  const piped = visit.parents.at(-1)?.kind === "pipeline";
  if (call.command.length === 0 && !call.script && !reads && !piped) return undefined;
  // `ssh host '[ -d /in ]'`: neither silence nor a kill matters; ssh-client-no-timeout says what does.
  if (endsAtOnce(call)) return undefined;
  const missing = lacking(statement);
  // Without a terminal nobody can be prompted: a lone missing BatchMode does no harm.
  return missing.keepalive || missing.connectTimeout ? missing : undefined;
}

/** The same for an ssh that gcloud starts: it sets neither option. */
function lackingThrough({ script, background, conditional }: CommandVisit, cloud: GcloudSsh): Lacking | undefined {
  if (script.place !== "worker" || background || conditional || cloud.keepalive) return undefined;
  return { batchMode: false, connectTimeout: !cloud.connectTimeout, keepalive: true };
}

function messageThrough({ tunnelled }: GcloudSsh): string {
  const time = tunnelled ? "for as long as its tunnel does" : silentFor(undefined);
  return `Without keepalive, a silently dropped connection hangs this gcloud ssh ${time}; a kill does not reach the remote command.`;
}

function message(bound: Bound | undefined, { statement }: CommandVisit, missing: Lacking): string {
  const bounds = [bound].filter((one) => one !== undefined);
  if (statement.wrappers.some((one) => one.name === "timeout"))
    bounds.push({ by: "timeout(1)", seconds: timeoutSeconds(statement) });
  const trouble = missing.keepalive
    ? `Without keepalive, a silently dropped connection hangs this ssh ${silentFor(soonest(bounds))}`
    : "Without ConnectTimeout, this ssh waits about 2 min for a host that does not answer";
  const call = remoteInvocation(statement);
  const first = call?.script?.body[0];
  const bounded = first?.kind === "command" && first.wrappers.some((one) => one.name === "timeout");
  // A terminal on the other side hangs up with the client, and a remote timeout ends the command by itself.
  if (call?.tty === 2 || bounded) return `${trouble}.`;
  return `${trouble}; a kill does not reach the remote command.`;
}

function fixesOf(file: DagFile, task: Task, script: TaskScript, visit: CommandVisit): readonly Fix[] {
  const inPlace = sshOptionsFix(file, visit.script, visit.statement, undefined);
  const [job, session] = [remoteJobFix(file, task, script, []), sshOperatorFix(file, task, script, [])];
  const rewrites = staysConnected(file, task, script) ? [session, job] : [job, session];
  const ordered = outputUsed(file, task) === "no" ? [...rewrites, inPlace] : [inPlace, ...rewrites];
  return ordered.filter((one) => one !== undefined);
}

const optionsHint =
  "Add -o ConnectTimeout=10 -o ServerAliveInterval=30, and give the remote command a limit, such as timeout(1).";
const cloudHint =
  "Use SSHOperator with ComputeEngineSSHHook, or add --ssh-flag=-oServerAliveInterval=30, and give the remote command a limit.";

/** What is over soon, or asked for a terminal, is in good hands with a session of its own. */
function staysConnected(file: DagFile, task: Task, script: TaskScript): boolean {
  const sole = soleSsh(script.script, false);
  return sole?.call.tty === 2 || (taskBound(file, task)?.seconds ?? Infinity) <= shortLimit;
}

function hint(file: DagFile, task: Task, script: TaskScript): string {
  const use =
    importPath(file.project, known(operators.sshRemoteJob)) && !staysConnected(file, task, script)
      ? "Use SSHRemoteJobOperator, or SSHOperator for a short command"
      : "Use SSHOperator";
  return withConnection(file, script, false, use) ?? optionsHint;
}
