import type { DagFile } from "../airflow/dagfile.ts";
import { type UncheckedClient, uncheckedClients } from "../airflow/hostKeys.ts";
import { shellTexts } from "../airflow/shellTexts.ts";
import { replaceExpression } from "../edits/calls.ts";
import { insertBefore } from "../edits/statements.ts";
import { hostKeyWords, type UncheckedHostKey, uncheckedHostKeys, uncheckedIn } from "../shell/hostKeys.ts";
import type { Script } from "../shell/script.ts";
import { statements, touchesError } from "../shell/walk.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { prints } from "../syntax/uses.ts";
import type { Fix } from "../text/edit.ts";
import { overlaps, partKey, type Span, slice } from "../text/span.ts";
import { holdsAny } from "../text/words.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET601",
  name: "ssh-host-key-check-disabled",
  group: "unsafe",
  severity: "warning",
  summary: "An ssh client accepts the key of any host",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `The host key is how an ssh client knows that it talks to the machine it means. With \`StrictHostKeyChecking=no\`, \`AutoAddPolicy\`, \`known_hosts=None\` or \`no_host_key_check\` whoever answers under that name or address, by a changed DNS entry or a reused IP, gets the commands, the files and a password, and its answers decide whether the task succeeds. \`accept-new\` (OpenSSH 7.6) takes a key the first time and refuses another one later.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("sync") as dag:
    sync = BashOperator(
        task_id="sync",
        bash_command="scp -o StrictHostKeyChecking=no -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 etl@db1:/out/x.csv /data/",
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("sync") as dag:
    sync = BashOperator(
        task_id="sync",
        bash_command="scp -o StrictHostKeyChecking=accept-new -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 etl@db1:/out/x.csv /data/",
        execution_timeout=timedelta(minutes=30),
    )
`,
    limits:
      "Connections to this machine itself are left alone, and an AutoAddPolicy that keeps what it learns in a file (`load_host_keys`). Where the host comes from another task's XCom, as a machine does that the DAG has just made, it is an info. Connections that Airflow stores are not seen; SSHHook checks no host keys by default before version 7.0.0 of the ssh provider.",
    links: [
      "https://man.openbsd.org/ssh_config#StrictHostKeyChecking",
      "https://docs.paramiko.org/en/stable/api/client.html#paramiko.client.AutoAddPolicy",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/connections/ssh.html",
    ],
  },
  check(file, report) {
    const seen: Span[] = [];
    const told = new Set<string>();
    for (const { root } of shellTexts(file)) {
      if (!holdsAny(root.folded.text, hostKeyWords)) continue;
      for (const { script, one } of inScript(root)) {
        const span = sourceSpan(script.folded, one.span);
        if (told.has(partKey(span))) continue;
        told.add(partKey(span));
        report({
          span,
          message: `${script.folded.text.slice(one.span.start, one.span.end)} accepts any host key: whoever answers in this host's place gets the command and its data.`,
          hint,
          fixes: () => [acceptNew(script, one)],
        });
      }
      // What stands in a comment, in a message or in a call of this machine itself has been judged, too.
      seen.push(...uncheckedHostKeys(root.folded.text).map((one) => sourceSpan(root.folded, one.span)));
    }
    for (const span of optionLiterals(file)) {
      if (seen.some((other) => overlaps(other, span))) continue;
      report({
        span,
        message: `${slice(file.text, span)} accepts any host key: whoever answers in the host's place gets the command and its data.`,
        hint,
        fixes: [literalFix(file, span)],
      });
    }
    for (const one of uncheckedClients(file)) {
      report({
        span: one.span,
        severity: one.fresh ? "info" : "warning",
        message: `${one.how} accepts any host key: whoever answers in the host's place gets the login, the commands and the files.`,
        hint:
          one.form === "policy"
            ? "Load known_hosts and use paramiko.RejectPolicy()."
            : one.form === "transport"
              ? "Pass hostkey=, the key that this host is known to have, or use SSHClient with known_hosts."
              : "Leave the check on, and give the host's key: known_hosts, or host_key in the connection.",
        fixes: () => [one.form === "policy" ? rejectUnknown(file, one) : undefined],
      });
    }
  },
});

const hint = "Use StrictHostKeyChecking=accept-new, or yes with the key in known_hosts.";

function inScript(root: Script): { readonly script: Script; readonly one: UncheckedHostKey }[] {
  return statements(root).flatMap((visit) => {
    const { statement, script } = visit;
    if (touchesError(visit)) return [];
    // SSH_OPTS="-o StrictHostKeyChecking=no"
    const found =
      statement.kind === "command"
        ? uncheckedIn({ ...visit, statement })
        : statement.kind === "assignment" || statement.kind === "declaration"
          ? uncheckedHostKeys(script.folded.text, statement.span)
          : [];
    return found.map((one) => ({ script, one }));
  });
}

const option = /^(?:-o ?)?StrictHostKeyChecking[= ](?:no|off)$/i;
const client = /^\s*(?:sshpass\s.*)?(?:\S*\/)?(?:ssh|scp|sftp|rsync|autossh)\s/;

/**
 * `["ssh", "-o", "StrictHostKeyChecking=no"]`, `GIT_SSH_COMMAND="ssh -o …"`: also where the command is put together, or
 * run, in ways that are not followed.
 */
function optionLiterals(file: DagFile): Span[] {
  if (!holdsAny(file.text, hostKeyWords)) return [];
  const found: Span[] = [];
  walkStatements(file.module.body, (statement) => {
    const spoken = statement.kind === "expression" && (statement.expr.kind === "string" || prints(statement.expr));
    for (const outer of spoken ? [] : expressionsOf(statement)) {
      walkExpr(outer, (expr) => {
        if (expr.kind === "compare") return false;
        for (const { contentSpan } of expr.kind === "string" ? expr.literals : []) {
          const text = slice(file.text, contentSpan);
          if (option.test(text)) found.push(contentSpan);
          else if (client.test(text) && !/@?(?:localhost|127\.0\.0\.1)\b/.test(text))
            found.push(...uncheckedHostKeys(file.text, contentSpan).map((one) => one.span));
        }
        return true;
      });
    }
    return true;
  });
  return found;
}

function literalFix(file: DagFile, span: Span): Fix | undefined {
  // In another item of the list it would keep every key from being remembered.
  if (/UserKnownHostsFile/i.test(file.text)) return undefined;
  const [one] = uncheckedHostKeys(file.text, span);
  return one?.value && { title: title(false), edits: [{ span: one.value, text: "accept-new" }], safety: "safe" };
}

function acceptNew(script: Script, one: UncheckedHostKey): Fix | undefined {
  const word = one.value && editFolded(script.folded, one.value, "accept-new");
  const forgets = one.forgets && editFolded(script.folded, one.forgets, "");
  if (!word || (one.forgets && !forgets)) return undefined;
  if (!forgets) return { title: title(false), edits: [word], safety: "safe" };
  return {
    title: title(true),
    edits: [word, forgets],
    safety: "unsafe",
    why: "keys are kept in known_hosts: a new machine under an old name or address is refused until its old key is removed there",
  };
}

function title(remembering: boolean): string {
  return `Accept a new host's key, refuse a changed one${remembering ? ", and remember it" : ""}`;
}

/** client.load_system_host_keys(); client.set_missing_host_key_policy(paramiko.RejectPolicy()) */
function rejectUnknown(file: DagFile, { value, call }: UncheckedClient): Fix | undefined {
  const callee = value.kind === "call" ? value.func : value;
  const owner = call?.func.kind === "attribute" ? slice(file.text, call.func.value.span) : undefined;
  const statement = call && file.results.statementOf(call);
  // `from paramiko import AutoAddPolicy` would need another import.
  if (callee.kind !== "attribute" || owner === undefined || statement?.kind !== "expression") return undefined;
  const loads = file.text.includes(`${owner}.load_system_host_keys(`)
    ? []
    : insertBefore(file, statement, [`${owner}.load_system_host_keys()`]);
  const policy = replaceExpression(file, value, `${slice(file.text, callee.value.span)}.RejectPolicy()`);
  return (
    loads &&
    policy && {
      title: "Load known_hosts and refuse unknown hosts",
      edits: [...loads, ...policy],
      safety: "unsafe",
      why: "a host whose key is not in the worker's known_hosts is refused",
    }
  );
}
