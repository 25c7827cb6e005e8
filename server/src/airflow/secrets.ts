/** Passwords and keys for other machines that stand in the code. */

import { sourceSpan } from "../syntax/folded.ts";
import { qualifiedName } from "../syntax/names.ts";
import { type Call, type CallArgument, type Expr, keyword, lastName, unwrap } from "../syntax/python.ts";
import type { ImportBinding, Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkScoped } from "../syntax/traverse.ts";
import { knownText } from "../syntax/value.ts";
import type { SourceSpan, Span } from "../text/span.ts";
import { holdsAny } from "../text/words.ts";
import type { DagFile } from "./dagfile.ts";

/** One secret. */
export type InlineSecret = {
  /** For a message: `password`, `private key`. */
  readonly what: string;
  /** Who gets it: `SSHHook`, `connect`. */
  readonly taker: string;
  /** The literal that holds it. */
  readonly span: SourceSpan;
  /** The argument that takes it. */
  readonly argument: Span;
};

/** One of these stands where a secret is handed over: a keyword, or `connect` with its fourth argument. */
const words = ["password", "passphrase", "private_key_pass", "pwd", ".connect"];
const secretNames = /^(?:password|passphrase|ssh_password|ssh_private_key_password|private_key_pass(?:phrase)?|pwd)$/;

const sshModules = /ssh|sftp|paramiko|fabric|netmiko|winrm|psrp|\bConnection\b|^airflow(?:\.models)?$/i;

/** Whether a file imports anything that could take a secret; most do not. */
function speaksOfSsh({ imports, importsInside, starImports }: DagFile["names"]): boolean {
  const some = (binding: ImportBinding): boolean => sshModules.test(binding.qualified);
  return imports.some(some) || importsInside.some(some) || starImports.length > 0;
}

/** Text that surely is no secret: empty, a template, a word that says what to put there. */
export function isPlaceholder(text: string): boolean {
  return /^\s*$|^[x*.#?_-]+$|[<>{}$]|your[-_ ]?|change[-_ ]?me|placeholder|^(?:none|null|todo|secret_name|redacted|password_here)$/i.test(
    text,
  );
}

/** The secrets that calls of ssh libraries and hooks get as literals. */
export function inlineSecrets(file: DagFile): InlineSecret[] {
  if (!speaksOfSsh(file.names) || !holdsAny(file.text, words)) return [];
  const found: InlineSecret[] = [];
  walkScoped(file.module.body, file.names.module, file.names, (statement, scope) => {
    for (const outer of expressionsOf(statement)) {
      walkExpr(outer, (expr) => {
        if (expr.kind === "call") found.push(...inCall(file, expr, scope));
        return true;
      });
    }
    return true;
  });
  return found;
}

function inCall(file: DagFile, call: Call, scope: Scope): InlineSecret[] {
  const taker = takerOf(file, call, scope);
  if (taker === undefined) return [];
  const named = call.args.filter((one) => one.form === "keyword" && secretNames.test(one.name ?? ""));
  // SSHClient.connect(hostname, port, username, password)
  const fourth = taker === "connect" ? call.args.filter((one) => one.form === "positional")[3] : undefined;
  const given: readonly CallArgument[] = fourth ? [...named, fourth] : named;
  return given.flatMap((one): InlineSecret[] => {
    const value = file.values.evaluate(one.value, scope);
    const text = knownText(value);
    if (text === undefined || value.kind !== "string" || isPlaceholder(text)) return [];
    const what = /phrase|pass$/.test(one.name ?? "") ? "passphrase" : "password";
    const span = sourceSpan(value.folded, { start: 0, end: text.length });
    return [{ what, taker, span, argument: one.span }];
  });
}

const classes =
  /(?:^|\.)(?:SSHHook|SSHHookAsync|SFTPHook|SFTPHookAsync|SSHTunnelForwarder|WinRMHook|PsrpHook|ConnectHandler)$/;
const functions =
  /^(?:pysftp\.Connection|asyncssh\.(?:connect|create_connection|run_client)|paramiko\.(?:\w+\.)?(?:SSHClient|Transport)\.\w+|paramiko\.(?:RSAKey|Ed25519Key|ECDSAKey|DSSKey|PKey)\.from_\w+|paramiko\.\w+\.from_private_key\w*|fabric\.Connection)$/;

/** The name of what takes the secret, when it speaks ssh; Airflow connections count by their type. */
function takerOf(file: DagFile, call: Call, scope: Scope): string | undefined {
  const last = lastName(call.func) ?? "";
  const qualified = qualifiedName(call.func, scope);
  if (qualified !== undefined) {
    if (classes.test(qualified) || functions.test(qualified)) return last;
    if (/^airflow\.(?:\w+\.)*Connection$/.test(qualified))
      return speaksSsh(keyword(call, "conn_type")?.value) ? last : undefined;
    return undefined;
  }
  // client.connect("db1", username="etl", password="…"), in a file that speaks paramiko
  if (call.func.kind !== "attribute" || last !== "connect" || !/\bparamiko\b/.test(file.text)) return undefined;
  const owner = file.values.evaluate(call.func.value, scope);
  if (owner.kind === "call") return /paramiko/.test(owner.callee) ? last : undefined;
  return owner.kind === "unknown" && keyword(call, "username") !== undefined ? last : undefined;
}

function speaksSsh(type: Expr | undefined): boolean {
  const given = type && unwrap(type);
  const part = given?.kind === "string" ? given.literals[0]?.parts[0] : undefined;
  return part?.kind === "text" && /^(?:ssh|sftp|winrm|psrp)$/.test(part.value);
}
