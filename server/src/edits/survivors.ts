/** Fixes that end a remote command with its task, or keep a retry from running it beside its first copy. */
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { Survivor } from "../airflow/survivors.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { shownSeconds } from "./limits.ts";
import { setTaskArguments } from "./task.ts";

/** Gives an SSHOperator's command a terminal, so that it is hung up with its session. */
export function terminalFix(file: DagFile, task: Task): Fix | undefined {
  const { known } = task.operator;
  if (!known || !hasParameter(file.project, known, "get_pty")) return undefined;
  const edits = setTaskArguments(file, task, [{ name: "get_pty", text: "True" }]);
  return (
    edits && {
      title: "Add get_pty=True",
      edits,
      safety: "unsafe",
      why: "the command gets a terminal: it is hung up when its session ends, its errors come with its output, and lines end in CR LF",
    }
  );
}

/** Sets `retries=0` on the task. */
export function noRetriesFix(file: DagFile, task: Task): Fix | undefined {
  const edits = setTaskArguments(file, task, [{ name: "retries", text: "0" }]);
  return (
    edits && {
      title: "Set retries=0",
      edits,
      safety: "unsafe",
      why: "a task that fails before its command runs, such as by a refused connection, is not tried again either",
    }
  );
}

/** Puts `flock -n FILE` in front of a remote text that is one plain command. */
export function lockFix(task: Task, survivor: Survivor): Fix | undefined {
  const { statement, script } = survivor.visit;
  // Tasks made in a loop, or mapped, would share the one lock.
  if (!isPlain(survivor.visit) || task.repeated || task.mapped) return undefined;
  const lock = `/tmp/${[task.dag?.id, task.id].join(".")}.lock`;
  if (task.id === undefined || task.dag?.id === undefined || !/^[\w./-]+$/.test(lock)) return undefined;
  const at = statement.span.start;
  const edit = editFolded(script.folded, { start: at, end: at }, `flock -n ${lock} `);
  return (
    edit && {
      title: "Run it under flock -n",
      edits: [edit],
      safety: "unsafe",
      why: "the host must have flock (util-linux) and write to /tmp; while the first copy runs, each retry fails at once with exit status 1",
    }
  );
}

/** Gives an ssh client's command a terminal on the other side: `ssh -tt`. */
export function clientTerminalFix({ client }: Survivor): Fix | undefined {
  const [program] = client?.command.words ?? [];
  if (!client || !program) return undefined;
  const at = program.span.end;
  const edit = editFolded(client.script.folded, { start: at, end: at }, " -tt");
  return (
    edit && {
      title: "Add -tt",
      edits: [edit],
      safety: "unsafe",
      why: "the remote command gets a terminal: it is hung up when ssh ends, its errors come with its output, and lines end in CR LF",
    }
  );
}

/** Puts `timeout` in front of a remote text that is one plain command; `seconds`: the task's own limit. */
export function remoteTimeoutFix({ visit }: Survivor, seconds: number): Fix | undefined {
  const { statement, script } = visit;
  if (!isPlain(visit) || !Number.isInteger(seconds) || seconds <= 0) return undefined;
  const at = statement.span.start;
  const limited = `timeout --foreground --kill-after=30s ${seconds}s `;
  const edit = editFolded(script.folded, { start: at, end: at }, limited);
  return (
    edit && {
      title: `Run it under timeout (${shownSeconds(seconds)}) on the other side`,
      edits: [edit],
      safety: "unsafe",
      why: "the host must have timeout (coreutils); it ends the command with exit status 124, and kills it 30 s later if need be",
    }
  );
}

/** The remote text is this one command, with no wrapper, assignment or `&`. */
function isPlain({ statement, script }: Survivor["visit"]): boolean {
  const sole = script.body.length === 1 && script.body[0] === statement;
  return sole && statement.wrappers.length === 0 && statement.assignments.length === 0 && !statement.background;
}
