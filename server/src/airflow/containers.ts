/** The shell texts that operators hand to a shell in a container: `["bash", "-c", "…"]` as its command. */
import { isSubclassOf } from "../catalog/index.ts";
import { argvScript } from "../shell/argv.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Script } from "../shell/script.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import type { Folded, Hole } from "../syntax/folded.ts";
import { joined, produced, unknownPiece, withJinja } from "../syntax/pieces.ts";
import type { Expr } from "../syntax/python.ts";
import type { Value } from "../syntax/value.ts";
import { argument, valuesGiven } from "./arguments.ts";
import type { BareTask } from "./collectedTask.ts";
import { operators } from "./kinds.ts";

/** A text, and the argument that holds it. */
export type ArgumentText = { readonly argument: string; readonly value: Expr; readonly script: Script };

/** The value of an argument; undefined when it is not given or may be given elsewhere. */
type Given = { readonly name: string; readonly value: Expr; readonly resolved: Value };

type Find = (given: (name: string) => Given | undefined) => ArgumentText[];

/** What the image's own entrypoint is given; a shell in front of the text says who reads it. */
const finders: readonly (readonly [fqcn: string, Find])[] = [
  // docker-py splits texts as shlex does: AF providers/docker/…/operators/docker.py, `format_command`.
  [operators.docker, (given) => vectors(given("entrypoint"), given("command"))],
  [operators.pod, (given) => vectors(given("cmds"), given("arguments"), withVariables)],
  [
    operators.ecs,
    (given) =>
      entriesOf(given("overrides"), "containerOverrides")
        .flatMap((list) =>
          list.resolved.kind === "list"
            ? list.resolved.items.flatMap((one) => entriesOf({ ...list, resolved: one }, "command"))
            : [],
        )
        .flatMap((one) => vectors(undefined, one)),
  ],
  [
    operators.batch,
    (given) =>
      [given("container_overrides"), given("overrides")]
        .flatMap((one) => entriesOf(one, "command"))
        .flatMap((one) => vectors(undefined, one)),
  ],
  [operators.ssm, (given) => runCommand(given)],
];

/** The texts of a task whose operator starts a container, or has AWS Systems Manager run a document. */
export function containerTexts(values: Evaluator, task: BareTask): ArgumentText[] {
  const { known } = task.operator;
  const find = known && task.form === "operator" && finders.find(([fqcn]) => isSubclassOf(known, fqcn))?.[1];
  if (!find) return [];
  const texts: ArgumentText[] = [];
  let rounds = 1;
  for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
    const given = (name: string): Given | undefined => {
      const found = argument({ values }, task, name);
      if (typeof found !== "object") return undefined;
      const taken = valuesGiven(values, task, found);
      rounds = Math.max(rounds, taken.length);
      const resolved = taken[round] ?? taken.at(-1);
      return resolved && { name, value: found.value, resolved };
    };
    texts.push(...find(given));
  }
  return texts;
}

// Tasks of a long list say the same.
const mostRounds = 50;

function entriesOf(given: Given | undefined, key: string): Given[] {
  if (given?.resolved.kind !== "dict" || !given.resolved.complete) return [];
  const entry = given.resolved.entries.findLast((one) => one.key === key);
  return entry ? [{ name: given.name, value: entry.value.expr, resolved: entry.value }] : [];
}

/** The text that a shell gets as its `-c` argument. */
function vectors(
  entrypoint: Given | undefined,
  command: Given | undefined,
  expanded: (word: Folded) => Folded = (word) => word,
): ArgumentText[] {
  const given = [entrypoint, command].filter((one) => one !== undefined && one.resolved.kind !== "none");
  const last = given.at(-1);
  if (!last) return [];
  if (given.length === 1 && last.resolved.kind === "string") return splitText(last);
  const words: Value[] = [];
  for (const one of given) {
    if (one?.resolved.kind !== "list" || !one.resolved.complete) return [];
    words.push(...one.resolved.items);
  }
  const folded = words.map((one) => (one.kind === "string" ? one.folded : unknownPiece(one.expr, one.expr.span)));
  return innerText(last, argvScript(folded.map(withJinja).map(expanded), last.value.span, "container"));
}

/** `$(DB_HOST)` in a pod's command: Kubernetes puts the variable's value there before any shell sees the text. */
function withVariables(folded: Folded): Folded {
  const variables = [...folded.text.matchAll(/\$\([A-Z_][A-Z0-9_]*\)/g)].map(
    (one): Hole => ({ start: one.index, end: one.index + one[0].length, kind: "python", expr: undefined }),
  );
  if (variables.length === 0) return folded;
  return { ...folded, holes: [...folded.holes, ...variables].sort((a, b) => a.start - b.start) };
}

/** `command="bash -c '…'"`: split by shlex, to which `;` and `|` are characters like others. */
function splitText(given: Given): ArgumentText[] {
  if (given.resolved.kind !== "string") return [];
  const script = lowerScript(withJinja(given.resolved.folded), { dialect: "sh", place: "container" });
  return script.errors.length === 0 ? innerText(given, script) : [];
}

function innerText({ name, value }: Given, outer: Script): ArgumentText[] {
  const [only, ...more] = outer.body;
  if (only?.kind !== "command" || more.length > 0 || only.background || only.redirects.length > 0) return [];
  const { nested } = only;
  // `docker run …` in a container that talks to its host is no text of this one.
  return nested && /^(?:\w*sh) -c$/.test(nested.by) ? [{ argument: name, value, script: nested.script }] : [];
}

/**
 * run_command_kwargs={"Parameters": {"commands": ["…", …]}}: the lines of one script, whose last status counts.
 * Source: AWS-RunShellScript, https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript
 */
function runCommand(given: (name: string) => Given | undefined): ArgumentText[] {
  const document = given("document_name")?.resolved;
  const name = document?.kind === "string" ? document.folded.text : "";
  const dialect = /RunShellScript$/.test(name) ? "sh" : /RunPowerShellScript$/.test(name) ? "powershell" : undefined;
  // The task is told to look at the status itself.
  const judges = given("fail_on_nonzero_exit")?.resolved;
  if (!dialect || (judges && !(judges.kind === "boolean" && judges.value))) return [];
  return entriesOf(given("run_command_kwargs"), "Parameters")
    .flatMap((one) => entriesOf(one, "commands"))
    .flatMap((one): ArgumentText[] => {
      if (one.resolved.kind !== "list" || !one.resolved.complete) return [];
      const { span } = one.value;
      const lines = one.resolved.items.map((item) =>
        item.kind === "string" ? item.folded : unknownPiece(item.expr, item.expr.span),
      );
      const text = joined(
        lines.flatMap((line, index) => (index > 0 ? [produced("\n", span), line] : [line])),
        span,
      );
      const script = lowerScript(withJinja(text), { dialect, place: "remote" });
      return [{ argument: one.name, value: one.value, script }];
    });
}
