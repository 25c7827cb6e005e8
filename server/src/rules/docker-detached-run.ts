import { isCleanUp } from "../airflow/cleanUp.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { watched } from "../airflow/monitor.ts";
import { type ShellText, type ShellTextCommand, shellCommands } from "../airflow/shellTexts.ts";
import { type Afterwards, afterContainer, type LeftContainer, leftContainer } from "../shell/containers.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET113",
  name: "docker-detached-run",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A shell text starts a container and leaves it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`docker run -d\` prints the container's id and exits with 0 as soon as the container has started; \`docker exec -d\` and \`docker compose up -d\` do likewise. Airflow takes that 0 for the task's result: the task is green while the container works, and stays green when it fails. \`docker wait\` does wait, but prints the container's exit status and exits with 0 itself. Without \`-d\` the client stays, shows the container's output in the task's log, and exits with the container's status.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="docker run -d --name load etl:3 load --day {{ ds }}")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="docker run --rm --name load etl:3 load --day {{ ds }}")
`,
    limits:
      "Containers that serve others are left alone: those that publish a port, have a restart policy, are known servers, or are asked, entered or stopped later, in the same text or by another task. What `docker compose up -d` starts is often such a service, so that it is an info.",
    links: [
      "https://docs.docker.com/reference/cli/docker/container/run/#detach",
      "https://docs.docker.com/reference/cli/docker/container/wait/",
    ],
  },
  check(file, report) {
    for (const found of shellCommands(file, /\b(?:docker|podman|nerdctl)\b/)) {
      const { text, visit, command, span: cause } = found;
      const left = leftContainer(command);
      if (!left || left.serves) continue;
      const after = afterContainer(visit, text.root);
      if (after.used || isUsedElsewhere(file, found, laterOf(left))) continue;
      const { folded } = visit.script;
      const start = command.words[0]?.span.start ?? command.span.start;
      report({
        span: sourceSpan(folded, { start, end: left.option.span.end }),
        cause,
        severity: left.verb === "up" ? "info" : "warning",
        message: message(left, after),
        hint:
          left.verb === "up"
            ? "For work that ends, use `docker compose run`, or `up` with `--exit-code-from`."
            : `Leave ${left.option.text} out, or use DockerOperator.`,
        related: after.awaited
          ? [
              {
                span: sourceSpan(after.awaited.script.folded, after.awaited.statement.span),
                message: "ends with 0 whatever the container's status is",
              },
            ]
          : [],
        fixes: () => [after.awaited || left.verb === "up" ? undefined : foreground(found, left)],
      });
    }
  },
});

function message({ how, verb }: LeftContainer, { awaited }: Afterwards): string {
  if (awaited)
    return `\`${how}\` leaves the container, and what waits for it ends with 0: a container that fails is a green task.`;
  if (verb === "up")
    return `\`${how}\` returns once the containers have started: the task succeeds, whatever becomes of them.`;
  const what = verb === "exec" ? "the command in the container" : "the container";
  return `\`${how}\` returns once ${what} has started: the task succeeds at once, and nobody learns how it ends.`;
}

const verbs = String.raw`\b(?:wait|logs|inspect|ps|exec|attach|stop|kill|rm|down|cp|port)\b`;
const inCode = String.raw`\bdocker\.(?:from_env|DockerClient|APIClient)\b|\bcontainers\.get\b`;
const later = new RegExp(String.raw`\b(?:docker|podman|nerdctl)\b[^\n]*${verbs}|${inCode}`);

/** What would go on with the container: for a project of compose files that are named, not a command that names others. */
function laterOf({ files }: LeftContainer): RegExp {
  const names = files.map((one) => one.split("/").at(-1) ?? "").filter((one) => /^[\w.-]+\.ya?ml$/.test(one));
  if (names.length === 0 || names.length < files.length) return later;
  const own = `(?=[^\\n;&|]*(?<![\\w-])(?:${names.join("|").replaceAll(".", "\\.")})(?!\\w))`;
  const others = String.raw`(?:-|\s+)compose\s[^\n;&|]*?(?:-f|--file)[\s=]+["']?[^\s"']+\.ya?ml`;
  return new RegExp(
    String.raw`\b(?:docker|podman|nerdctl)(?=\s|-compose\s)(?:${own}|(?!${others}))[^\n;&|]*${verbs}|${inCode}`,
  );
}

/** Whether another task, or the code around the call, goes on with the container, or that cannot be told. */
function isUsedElsewhere(file: DagFile, { text, visit }: ShellTextCommand, later: RegExp): boolean {
  const tasks = tasksOf(text);
  const { statement, script } = visit;
  const command = script.folded.text.slice(statement.span.start, statement.span.end);
  if (tasks.length === 0) return true;
  if (text.call?.function && later.test(codeAfter(file, text.call.function.defSpan.end, text.call.call.span.end)))
    return true;
  return tasks.some((task) => {
    if (isCleanUp(file, task) || /deploy|restart|serv(?:e|ice)/i.test(task.id ?? "")) return true;
    const provider = "apache-airflow-providers-docker";
    return watched(file, task, { command, later, provider }) !== "no";
  });
}

function tasksOf({ task, call }: ShellText): readonly Task[] {
  return task ? [task] : (call?.tasks ?? []);
}

function codeAfter(file: DagFile, end: number, start: number): string {
  return slice(file.text, { start, end: Math.max(start, end) });
}

/** The container's client stays until it ends. */
function foreground({ text, visit, command }: ShellTextCommand, { option }: LeftContainer): Fix | undefined {
  if (text.call?.command && "argv" in text.call.command && visit.nesting.length === 0) return undefined;
  // A terminal that docker asks for, and a task has none, was no matter in the background.
  const others = command.words.filter((one) => /^-(?!-)[a-zA-Z]*[it]|^--(?:tty|interactive)\b/.test(one.text));
  if (others.some((one) => one !== option && /t/.test(one.text.replace(/^--interactive/, "")))) return undefined;
  const kept = option.text.startsWith("--") ? "" : option.text.replace(/[dit]/g, "");
  const { folded } = visit.script;
  let { start } = option.span;
  if (kept === "" || kept === "-") while (start > 0 && /[ \t]/.test(folded.text.charAt(start - 1))) start--;
  const edit = editFolded(folded, { start, end: option.span.end }, kept === "-" ? "" : kept);
  return (
    edit && {
      title: "Run the container in the foreground",
      edits: [edit],
      safety: "unsafe",
      why: "the task runs as long as the container does, and fails with it",
    }
  );
}
