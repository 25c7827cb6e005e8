/** Commands that only print an answer for the log: nothing is missing when they fail. */
import type { ShellCommand } from "./script.ts";

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
