import type { DagFile } from "../airflow/dagfile.ts";
import { inlineSecrets, isPlaceholder } from "../airflow/secrets.ts";
import { shellCommands } from "../airflow/shellTexts.ts";
import { options } from "../shell/options.ts";
import { optionSpecs } from "../shell/programs.ts";
import type { Statement, Word } from "../shell/script.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { lastName } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import { partKey, type SourceSpan } from "../text/span.ts";
import { holdsAny } from "../text/words.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET602",
  name: "inline-ssh-secret",
  group: "unsafe",
  severity: "error",
  summary: "A password or private key for another machine stands in the DAG file",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A DAG file is read by many: it lies in the repository and its history, in every scheduler, worker and triggerer, and Airflow shows it in the web interface (Code), its rendered templates and its logs; a password given to \`sshpass -p\` stands in the process list of the host besides. Airflow masks only what comes from Connections and from Variables with a telling name. Whoever reads it can log in to the machine.`,
    bad: `from airflow.providers.ssh.hooks.ssh import SSHHook

hook = SSHHook(remote_host="db1", username="etl", password="S3cret!")
`,
    good: `from airflow.providers.ssh.hooks.ssh import SSHHook

hook = SSHHook(ssh_conn_id="db1")
`,
    limits:
      "Templates, environment variables, Variables, Connections, and words that only hold a place (`<password>`, `changeme`) are left alone. In a module of unit tests without a DAG it is only worth knowing.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/index.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/connections/ssh.html",
    ],
  },
  check(file, report) {
    const seen = new Set<string>();
    const test = isTest(file);
    const tell = (span: SourceSpan, message: string): void => {
      if (seen.has(partKey(span))) return;
      seen.add(partKey(span));
      report({ span, message, hint, severity: test ? "info" : "error" });
    };
    for (const { visit } of shellCommands(file, /\bsshpass\b|\bSSHPASS\b|\bsudo\b/)) {
      const found = passwordIn(visit);
      if (found) tell(sourceSpan(visit.script.folded, found.word.span), message(found.what));
    }
    for (const one of inlineSecrets(file)) tell(one.span, message(`the ${one.what} for ${one.taker}`));
    for (const span of keysAndUris(file)) tell(span.span, message(span.what));
  },
});

const hint =
  "Keep it in an Airflow connection (ssh_conn_id) or a secrets backend, and change it: it is in the repository's history.";

/** A module of tests without a DAG: what stands there is made up, as a rule, and Airflow never shows it. */
function isTest({ dags, tasks, module }: DagFile): boolean {
  return (
    dags.length + tasks.length === 0 &&
    module.body.some((one) => {
      if (one.kind === "class") return one.bases.some(({ value }) => lastName(value) === "TestCase");
      return one.kind === "function" && one.name.startsWith("test_");
    })
  );
}

function message(what: string): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} stands in the file: everybody who can read the repository or Airflow's Code view can log in with it.`;
}

type Password = { readonly what: string; readonly word: Word };

/** `sshpass -p pw`, `SSHPASS=pw sshpass -e`, `echo pw | sudo -S` */
function passwordIn({ statement, parents }: CommandVisit): Password | undefined {
  const wrapper = statement.wrappers.find((one) => one.name === "sshpass");
  const words = wrapper?.words ?? (statement.program === "sshpass" ? statement.words : []);
  const given = options(words.slice(1), optionSpecs.sshpass).flags.get("p")?.[0];
  if (given && isSecret(given.word, given.text)) return { what: "the password of sshpass", word: given.word };
  const assigned = statement.assignments.find((one) => one.name === "SSHPASS")?.value;
  if (assigned && isSecret(assigned, assigned.text)) return { what: "the password of sshpass", word: assigned };
  const asksStdin = statement.wrappers.some(
    (one) => one.name === "sudo" && options(one.words.slice(1), optionSpecs.sudo).flags.has("S"),
  );
  const pipeline = parents.at(-1);
  const before = pipeline?.kind === "pipeline" ? pipeline.stages[pipeline.stages.indexOf(statement) - 1] : undefined;
  const echoed = asksStdin && before ? echoedWord(before) : undefined;
  return echoed && isSecret(echoed, echoed.text) ? { what: "the password of sudo", word: echoed } : undefined;
}

function echoedWord(statement: Statement): Word | undefined {
  if (statement.kind !== "command" || !/^(?:echo|printf)$/.test(statement.program ?? "")) return undefined;
  const rest = statement.words.slice(1).filter((one) => !/^-[neE]+$/.test(one.text));
  return rest.length === 1 ? rest[0] : undefined;
}

function isSecret(word: Word, text: string | undefined): boolean {
  return text !== undefined && !word.dynamic && !isPlaceholder(text);
}

// Long enough to hold a key: `"-----BEGIN … KEY-----"` alone is a test for one.
const key = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/=\\\s:,-]{60,}/;
const uri = /\b(?:ssh|sftp):\/\/[^\s:/@"'{}$<>]+:([^\s/@"'{}$<>]+)@/;

function keysAndUris(file: DagFile): { readonly what: string; readonly span: SourceSpan }[] {
  if (!holdsAny(file.text, ["PRIVATE KEY-----", "ssh://", "sftp://"])) return [];
  const found: { readonly what: string; readonly span: SourceSpan }[] = [];
  everyExpression(file.module.body, (expr) => {
    for (const { contentSpan } of expr.kind === "string" ? expr.literals : []) {
      const text = file.text.slice(contentSpan.start, contentSpan.end);
      const private_ = key.exec(text);
      if (private_) {
        const start = contentSpan.start + private_.index;
        found.push({ what: "a private key", span: { start, end: start + "-----BEGIN".length } });
      }
      const login = uri.exec(text);
      if (login?.[1] !== undefined && !isPlaceholder(login[1]) && !/^(?:pass(?:word)?|pw|pwd)$/i.test(login[1])) {
        const end = contentSpan.start + login.index + login[0].length - 1;
        found.push({ what: "the password of this URI", span: { start: end - login[1].length, end } });
      }
    }
  });
  return found;
}
