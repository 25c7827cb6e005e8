/** `gcloud compute ssh instance --command=…`: an ssh that gcloud starts. */
import type { Folded } from "../syntax/folded.ts";
import { joined, part, produced } from "../syntax/pieces.ts";
import { lowerScript } from "./lower.ts";
import { sshCall } from "./nested.ts";
import type { Script, ShellCommand, Word } from "./script.ts";

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
  /** What runs there. */
  readonly script: Script;
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
  const text = call && call.command.length > 0 ? joined(spaced(call.command), destination.span) : commandOption(own);
  if (!text || call?.unknownOptions || call?.flags.has("N") || call?.flags.has("f")) return undefined;
  const given = words.map((one) => one.text).join(" ");
  return {
    destination,
    verb,
    tunnelled: texts.includes("--tunnel-through-iap"),
    keepalive: /ServerAliveInterval/i.test(given),
    connectTimeout: /ConnectTimeout/i.test(given),
    script: lowerScript(text, { dialect: "unknown", place: "remote" }),
  };
}

/** `--command=ls`, `--command ls` */
function commandOption(words: readonly Word[]): Folded | undefined {
  const at = words.findIndex((one) => /^--command(?:=|$)/.test(one.text));
  const word = words[at];
  if (word?.text === "--command") return words[at + 1]?.folded;
  return word && part(word.folded, word.text.indexOf("=") + 1, word.text.length);
}

function spaced(words: readonly Word[]): Folded[] {
  return words.flatMap(({ folded, span }, index) => (index > 0 ? [produced(" ", span), folded] : [folded]));
}
