/** What commands print: an answer for the log, reports for as long as they wait, or nothing at all. */
import { isLimited } from "./pace.ts";
import { endlessLoops } from "./pollLoops.ts";
import type { Redirect, Script, ShellCommand } from "./script.ts";
import { commands } from "./walk.ts";

/** What is asked of programs that can do more than answer. Words are joined by blanks. */
const questions: Readonly<Record<string, RegExp>> = {
  aws: /^(?:--\S+ )*(?:sts get-caller-identity|s3 ls|[\w-]+ (?:list|describe)-\S+)/,
  az: /^(?:[\w-]+ )+(?:list|show)\b/,
  gcloud: /^(?:--\S+ )*(?:info|version|(?:(?:alpha|beta) )?(?:[\w-]+ )+(?:list|describe))\b/,
  pip: /^(?:list|freeze|show|check)\b/,
  pip3: /^(?:list|freeze|show|check)\b/,
  conda: /^(?:info|list|env list)\b/,
  crontab: /^-l\b/,
  java: /^-version\b/,
  squeue: /^/,
  sinfo: /^/,
  ifconfig: /^(?:-a\b|$)/,
  netstat: /^/,
  ss: /^/,
  nslookup: /^/,
  dig: /^/,
  ping: /^/,
};

/** A curl that saves, sends, fails by itself or is told what to do is no mere question. */
const curlDoes =
  /(?:^|\s)(?:-(?![a-zA-Z]*[:/])[a-zA-Z]*[oOTXdFKf][a-zA-Z]*|--(?:output|remote-name|upload-file|request|data|json|form|config|fail|url-query)\S*)(?:[\s=]|$)/;
const wgetPrints = /(?:^|\s)(?:--spider|-[a-zA-Z]*O ?-|--output-document[= ]-)(?:\s|$)/;
const wgetDoes = /(?:^|\s)--(?:post|body|method)/;
/** An address that asks a service to do something. */
const urges =
  /[/?&=_-](?:run|start|trigger|refresh|reload|import|export|load|sync|build|deploy|update|execute|process|job)/i;

/** `curl httpbin.org/ip`, `gcloud config list`, `pip list`: no file, no request to do something, nobody behind it. */
export function onlyPrints({ program, words, redirects }: ShellCommand): boolean {
  if (program === undefined || redirects.some((one) => one.operator.includes(">") && isFile(one.target?.text)))
    return false;
  const text = words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  if (program === "curl") return !curlDoes.test(text) && !urges.test(text) && words.every((one) => !one.dynamic);
  if (program === "wget") return wgetPrints.test(text) && !wgetDoes.test(text) && !urges.test(text);
  const asked = Object.hasOwn(questions, program) ? questions[program] : undefined;
  return asked?.test(text) ?? false;
}

function isFile(target: string | undefined): boolean {
  return target !== undefined && target !== "/dev/null" && !/^&?\d$/.test(target);
}

/** Programs that print for as long as they wait, and what they must be asked for that. Words are joined by blanks. */
const reporting: readonly (readonly [programs: string, asked: RegExp, unless?: RegExp])[] = [
  ["spark-submit spark2-submit spark3-submit", /^(?!$)/, /--(?:version|help|status|kill)\b|waitAppCompletion=false/],
  ["hive beeline sqoop", /^(?!$)/, /--(?:version|help)\b/],
  ["hadoop", /^(?:jar|distcp)\b/],
  ["tail journalctl", /(?:^|\s)(?:-\w*[fF]\w*|--follow\S*)(?:\s|$)/],
  ["docker podman docker-compose kubectl oc", /(?:^|\s)logs\s(?:.*\s)?(?:-\w*f\w*|--follow\S*)(?:\s|$)/],
  ["docker podman", /^compose (?:.* )?up\b/, /\s(?:-d|--detach|--wait)(?:\s|$)/],
  ["docker-compose", /(?:^|\s)up\b/, /\s(?:-d|--detach|--wait)(?:\s|$)/],
  ["watch", /^(?!$)/],
  ["ping", /^(?!$)/, /(?:^|\s)-\w*[cw]\w*/],
];

const reporters = new RegExp(
  `\\b(?:${[...new Set(reporting.flatMap(([programs]) => programs.split(" ")))].join("|")})\\b`,
);

/** What goes on printing while it waits, so that a limit on silence never ends it: `spark-submit`, `the loop`; undefined: nothing known to. */
export function printsOn(script: Script): string | undefined {
  if (reporters.test(script.folded.text))
    for (const { statement, parents, background, nesting } of commands(script)) {
      const { program, redirects } = statement;
      if (program === undefined || background || [statement, ...nesting].some(isLimited)) continue;
      // tail -f log | grep -m1 done
      if (redirects.some(takesOutput) || parents.some((one) => one.kind === "pipeline")) continue;
      const text = statement.words
        .slice(1)
        .map((one) => one.text)
        .join(" ");
      if (
        reporting.some(
          ([all, asked, unless]) => all.split(" ").includes(program) && asked.test(text) && !unless?.test(` ${text}`),
        )
      )
        return program;
    }
  return endlessLoops(script).some((one) => one.prints) ? "the loop" : undefined;
}

/** Whether nothing of what the text writes reaches whoever runs it: all commands write both streams to files, or are known to say nothing. */
export function printsNothing(script: Script): boolean {
  if (!script.folded.text.includes(">") || script.errors.length > 0) return false;
  const all = commands(script);
  return (
    all.length > 0 &&
    all.every(
      ({ statement, nesting, background }) =>
        background || mute.has(statement.program ?? "") || [statement, ...nesting].some(isMuted),
    )
  );
}

const mute = new Set(": cd exit export false mkdir rm sleep test touch true umask unset [ [[".split(" "));

/** `job > log 2>&1`, `job &> log`, `job > log 2> errors` */
function isMuted({ redirects }: ShellCommand): boolean {
  if (redirects.some((one) => /^&>>?$/.test(one.operator))) return true;
  const out = redirects.findIndex((one) => one.descriptor !== 2 && takesOutput(one));
  if (out < 0) return false;
  return redirects.some(
    (one, at) =>
      one.descriptor === 2 && (takesOutput(one) || (at > out && one.operator === ">&" && one.target?.text === "1")),
  );
}

/** `> log`, `2>> errors`; not `2>&1`. */
function takesOutput({ operator, target }: Redirect): boolean {
  return (
    /^(?:>|>>|&>|&>>|>\|)$/.test(operator) && target !== undefined && !/^(?:&|\/dev\/(?:tty|std))/.test(target.text)
  );
}
