/** Fixes that keep a retry from running a remote command beside its first copy. */
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { Survivor } from "../airflow/survivors.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
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
  const { visit } = survivor;
  const { statement, script } = visit;
  const sole = script.body.length === 1 && script.body[0] === statement;
  const plain = statement.wrappers.length === 0 && statement.assignments.length === 0 && !statement.background;
  // Tasks made in a loop, or mapped, would share the one lock.
  if (!sole || !plain || task.repeated || task.mapped) return undefined;
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
