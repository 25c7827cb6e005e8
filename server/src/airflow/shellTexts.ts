/** The shell texts of one file, wherever they stand: operators' arguments, and the calls in the code that tasks run. */

import type { Script, ShellCommand } from "../shell/script.ts";
import { type CommandVisit, commands, touchesError } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import { partKey, type SourceSpan } from "../text/span.ts";
import type { DagFile, RemoteCall, Task, TaskScript } from "./dagfile.ts";
import { redefines } from "./kinds.ts";
import { scriptOf } from "./processes.ts";

/** A text, or an argument vector, with whoever runs it. */
export type ShellText = {
  readonly root: Script;
  /** The task, or the operator that code runs, and its argument, for one that stands in an operator. */
  readonly task: Task | undefined;
  readonly script: TaskScript | undefined;
  /** The call, for one that stands in a task's code. */
  readonly call: RemoteCall | undefined;
};

/** A command in such a text. */
export type ShellTextCommand = {
  readonly text: ShellText;
  readonly visit: CommandVisit;
  readonly command: ShellCommand;
  /** The command with its arguments, in the source. */
  readonly span: SourceSpan;
};

/** Every text of a POSIX shell that a task of the file surely runs. */
export function shellTexts(file: DagFile): readonly ShellText[] {
  return texts.of(file);
}

const texts = new Kept(readTexts);

function readTexts(file: DagFile): readonly ShellText[] {
  const found: ShellText[] = [];
  for (const task of file.operators) {
    // class Run(BashOperator): def execute(self, context): …; what is read of a class on BaseOperator alone is its own.
    const own = task.operator.known?.name === "BaseOperator";
    if (!own && (redefines(task, "execute") || redefines(task, "poke"))) continue;
    for (const script of task.scripts) {
      if (script.template !== undefined && script.template.exists !== false) continue;
      if (isPosix(script.script)) found.push({ root: script.script, task, script, call: undefined });
    }
  }
  for (const call of file.calls) {
    if (!call.live) continue;
    const root = scriptOf(call);
    if (root && isPosix(root)) found.push({ root, task: undefined, script: undefined, call });
  }
  return found;
}

function isPosix({ dialect }: Script): boolean {
  return dialect !== "cmd" && dialect !== "powershell";
}

/**
 * The commands of all texts that match `words`, those in texts for other shells too; what several tasks share is given
 * once, what could not be read never.
 */
export function shellCommands(file: DagFile, words: RegExp): ShellTextCommand[] {
  const found: ShellTextCommand[] = [];
  const seen = new Set<string>();
  for (const text of shellTexts(file)) {
    if (!words.test(text.root.folded.text)) continue;
    for (const visit of commands(text.root)) {
      if (touchesError(visit) || !isPosix(visit.script)) continue;
      const span = sourceSpan(visit.script.folded, visit.statement.span);
      const key = `${partKey(span)} ${visit.statement.span.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({ text, visit, command: visit.statement, span });
    }
  }
  return found;
}
