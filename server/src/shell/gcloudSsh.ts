/** `gcloud compute ssh instance --command=…`: an ssh that gcloud starts. */
import { sshCall } from "./nested.ts";
import type { ShellCommand, Word } from "./script.ts";

/** A call that runs a command on an instance and waits for it. */
export type GcloudSsh = {
  readonly destination: Word;
  /** The word `ssh`, behind which options may stand. */
  readonly verb: Word;
  /** Through Google's tunnel: the connection is a proxy's, not the client's. */
  readonly tunnelled: boolean;
  /** The ssh options that are given, by `--ssh-flag` or behind `--`. */
  readonly keepalive: boolean;
  readonly connectTimeout: boolean;
};

// Source: https://cloud.google.com/sdk/gcloud/reference/compute/ssh; all others take a value.
const flags =
  /^(?:-q|--(?:no-)?(?:quiet|tunnel-through-iap|internal-ip|plain|dry-run|force-key-file-overwrite|log-http|user-output-enabled))$/;

/** Undefined for any other command, for a session without a command, and for one whose options are not known. */
export function gcloudSsh({ program, words }: ShellCommand): GcloudSsh | undefined {
  if (program !== "gcloud") return undefined;
  const dashes = words.findIndex((one) => one.text === "--");
  const own = dashes < 0 ? words : words.slice(0, dashes);
  const operands: Word[] = [];
  for (let at = 1; at < own.length; at++) {
    const word = own[at];
    if (!word) break;
    if (!word.text.startsWith("-")) operands.push(word);
    else if (!word.text.includes("=") && !flags.test(word.text)) at++;
  }
  const [group, verb, destination, ...more] = /^(?:alpha|beta)$/.test(operands[0]?.text ?? "")
    ? operands.slice(1)
    : operands;
  if (group?.text !== "compute" || verb?.text !== "ssh" || !destination || more.length > 0) return undefined;
  const texts = own.map((one) => one.text);
  if (texts.includes("--dry-run")) return undefined;
  const call = dashes < 0 ? undefined : sshCall([destination, ...words.slice(dashes + 1)], "ssh");
  const runs = texts.some((one) => /^--command(?:=|$)/.test(one)) || (call !== undefined && call.command.length > 0);
  if (!runs || call?.unknownOptions || call?.flags.has("N") || call?.flags.has("f")) return undefined;
  const given = words.map((one) => one.text).join(" ");
  return {
    destination,
    verb,
    tunnelled: texts.includes("--tunnel-through-iap"),
    keepalive: /ServerAliveInterval/i.test(given),
    connectTimeout: /ConnectTimeout/i.test(given),
  };
}
