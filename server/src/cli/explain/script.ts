/** Shell statements as plain data. */
import type { Script, ShellCommand, Statement } from "../../shell/script.ts";
import { unknownCharacter } from "../../syntax/folded.ts";

/** One statement: a command with its words, or a construct with the statements inside it. */
export type ExplainedStatement = {
  /** `command`, `pipeline`, `and-or`, `loop` … */
  readonly kind: string;
  /** The command's words, or the construct's keyword or operator; unknown parts are `…`. */
  readonly text: string;
  /** Programs that run this one: `nohup`, `timeout 5`. */
  readonly wrappers?: readonly string[];
  readonly background?: true;
  /** Where an inner text runs: `by ssh, on the remote host`. */
  readonly nested?: string;
  readonly inside?: readonly ExplainedStatement[];
};

function shown(text: string): string {
  return text.replaceAll(unknownCharacter, "…");
}

function commandOf(command: ShellCommand): ExplainedStatement {
  const assignments = command.assignments.map(({ name, value }) => `${name}=${shown(value?.text ?? "")}`);
  const words = command.words.map((word) =>
    /\s/.test(word.text) ? JSON.stringify(shown(word.text)) : shown(word.text),
  );
  const redirects = command.redirects.map(
    ({ descriptor, operator, target }) => `${descriptor ?? ""}${operator}${shown(target?.text ?? "")}`,
  );
  const nested = command.nested;
  return {
    kind: "command",
    text: [...assignments, ...words, ...redirects].join(" "),
    ...(command.wrappers.length > 0
      ? { wrappers: command.wrappers.map(({ words }) => words.map((word) => shown(word.text)).join(" ")) }
      : {}),
    ...(command.background ? { background: true as const } : {}),
    ...(nested
      ? { nested: `by ${nested.by}, ${nested.script.place}`, inside: nested.script.body.map(statementOf) }
      : {}),
  };
}

function construct(statement: Statement, text: string, inside: readonly (Statement | undefined)[]): ExplainedStatement {
  const parts = inside.flatMap((one) => (one ? [statementOf(one)] : []));
  return {
    kind: statement.kind,
    text,
    ...(statement.background ? { background: true as const } : {}),
    ...(parts.length > 0 ? { inside: parts } : {}),
  };
}

function statementOf(statement: Statement): ExplainedStatement {
  switch (statement.kind) {
    case "command":
      return commandOf(statement);
    case "pipeline":
      return construct(statement, "|", statement.stages);
    case "negation":
      return construct(statement, "!", [statement.operand]);
    case "and-or":
      return construct(statement, statement.operator, [statement.left, statement.right]);
    case "subshell":
      return construct(statement, "( )", statement.body);
    case "group":
      return construct(statement, "{ }", statement.body);
    case "if":
      return construct(
        statement,
        "if",
        statement.branches.flatMap((branch) => [...(branch.test ?? []), ...branch.body]),
      );
    case "loop":
      return construct(statement, statement.keyword, [...statement.test, ...statement.body]);
    case "case":
      return construct(statement, "case", statement.branches.flat());
    case "function":
      return construct(statement, `${statement.name}()`, statement.body);
    default:
      return construct(statement, statement.kind, statement.substitutions);
  }
}

/** A script's statements. */
export function commandsOf(script: Script): readonly ExplainedStatement[] {
  return script.body.map(statementOf);
}
