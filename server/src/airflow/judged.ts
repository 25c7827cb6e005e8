/** Shell texts by whose exit status a task succeeds or fails. */

import type { Script } from "../shell/script.ts";
import { Kept } from "../syntax/kept.ts";
import { keyword } from "../syntax/python.ts";
import type { DagFile, RemoteCall, Task } from "./dagfile.ts";
import { operators, runsAsAny, shownName } from "./kinds.ts";
import { isActedOn, isRead, mayRaise, scriptOf, statusIsRead } from "./processes.ts";

/** A text with its owner. */
export type JudgedText = {
  readonly script: Script;
  /** Who runs it, for a message: `BashOperator`, `@task.bash`, `subprocess.run`. */
  readonly by: string;
  /** The task, or the operator that code runs, for an operator's own argument. */
  readonly task: Task | undefined;
  /** The call, for one that stands in a task's code and whose status is acted on. */
  readonly call: RemoteCall | undefined;
};

const judged = new Kept((file: DagFile): readonly JudgedText[] => [...ofTasks(file), ...ofCalls(file)]);

/**
 * The texts of Bash, SSH and container operators, and those in task code whose failure raises or is acted on. A call whose status
 * nobody reads is the finding of other rules; a remote job's text has traps of its own.
 */
export function judgedTexts(file: DagFile): readonly JudgedText[] {
  return judged.of(file);
}

/** What runs a text to its end and fails with its exit status. */
const runners = [
  operators.bash,
  operators.ssh,
  operators.docker,
  operators.pod,
  operators.ecs,
  operators.batch,
  operators.ssm,
];

function ofTasks(file: DagFile): JudgedText[] {
  return file.operators.flatMap((task) =>
    runsAsAny(task, runners)
      ? task.scripts.map(({ script }) => ({ script, by: shownName(task), task, call: undefined }))
      : [],
  );
}

function ofCalls(file: DagFile): JudgedText[] {
  return file.calls.flatMap((call) => {
    const script = call.live ? scriptOf(call) : undefined;
    if (!script || !isJudged(file, call)) return [];
    const by = call.kind === "paramiko-exec" ? "exec_command" : call.callee.split(".").slice(-2).join(".");
    return [{ script, by, task: undefined, call }];
  });
}

function isJudged(file: DagFile, call: RemoteCall): boolean {
  // What becomes of a result takes an index of the whole file: asked where it decides.
  const { callee } = call;
  switch (call.kind) {
    case "subprocess": {
      if (callee.endsWith("check_call") || callee.endsWith("check_output")) return true;
      if (callee.endsWith(".call")) return isActedOn(file, call);
      const check = keyword(call.call, "check");
      const value = check && file.values.evaluate(check.value, call.scope);
      return (value?.kind === "boolean" && value.value) || (!call.result.escapes && statusIsRead(file, call));
    }
    case "popen":
      return !call.result.escapes && statusIsRead(file, call);
    case "os-system":
      return callee === "os.system" && isActedOn(file, call);
    case "hook-process":
      // result = hook.run_command(["bash", "-c", …]); assert result.exit_code == 0
      return call.result.uses.some((use) => use.path[0] === "exit_code" && mayRaise(file, use));
    case "paramiko-exec":
      return call.result.uses.some(
        (use) => use.path.includes("recv_exit_status") && use.call && isRead(file, use.call),
      );
    case "hook-exec":
      // status, out, err = hook.exec_ssh_client_command(…)
      return call.result.uses.some(
        (use) =>
          (use.path[0] === "[0]" || (use.name !== undefined && use.name === call.result.names[0])) &&
          (use.kind === "compared" || use.kind === "tested"),
      );
    case "fabric-run":
      return !keyword(call.call, "warn");
    default:
      return false;
  }
}
