/** Options by which OpenSSH clients, and tools that run them, accept any host key. */
import type { Span } from "../text/span.ts";
import { isLoopback, remoteInvocation } from "./remote.ts";
import type { ShellCommand } from "./script.ts";
import type { Visit } from "./walk.ts";

/** Whether a text may hold such an option. */
export const hostKeyWords = [
  "StrictHostKeyChecking",
  "stricthostkeychecking",
  "HOST_KEY_CHECKING",
  "host_key_checking",
  "strict-host-key-checking",
];

// Sources: ssh_config(5); Ansible's `host_key_checking`; `gcloud compute ssh --strict-host-key-checking`.
const accepting =
  /(?:(?<=\b|-o)StrictHostKeyChecking\s*[=\s]\s*["']?(no|off)\b)|(?:\bANSIBLE_(?:SSH_)?HOST_KEY_CHECKING=["']?(?:false|no|0)\b)|(?:--strict-host-key-checking[=\s]["']?no\b)/gi;
const forgetting = /\s-o\s?["']?UserKnownHostsFile\s*[=\s]\s*(?:\/dev\/null|none)["']?(?=\s|$)/i;

/** Where a text turns the check of host keys off; offsets are into that text. */
export type UncheckedHostKey = {
  /** `StrictHostKeyChecking=no` */
  readonly span: Span;
  /** The `no` in it; undefined where no other word could take its place. */
  readonly value: Span | undefined;
  /** ` -o UserKnownHostsFile=/dev/null` in the same command: keys are not even remembered. */
  readonly forgets: Span | undefined;
};

/** Where a text, or a part of it, turns the check off. */
export function uncheckedHostKeys(text: string, within: Span = { start: 0, end: text.length }): UncheckedHostKey[] {
  const own = text.slice(within.start, within.end);
  const forgot = forgetting.exec(own);
  const shifted = (start: number, length: number): Span => ({
    start: within.start + start,
    end: within.start + start + length,
  });
  return [...own.matchAll(accepting)].map((one) => {
    const value = one[1];
    const end = one.index + one[0].length;
    return {
      span: shifted(one.index, one[0].length),
      value: value === undefined ? undefined : shifted(end - value.length, value.length),
      forgets: forgot ? shifted(forgot.index, forgot[0].length) : undefined,
    };
  });
}

/** Where a command's own words, not those of a text it hands on, turn the check off for another machine. */
export function uncheckedIn(visit: Visit & { readonly statement: ShellCommand }): UncheckedHostKey[] {
  const { statement, script } = visit;
  const { text } = script.folded;
  const call = remoteInvocation(statement);
  if (call && isLoopback(call)) return [];
  if (/^(?:echo|printf|cat|tee)$/.test(statement.program ?? "") && !isWritten(visit)) return [];
  const [first] = call?.command ?? [];
  if (!first && statement.nested && !call) return [];
  const end = first?.span.start ?? statement.span.end;
  return uncheckedHostKeys(text, { start: statement.span.start, end });
}

/** `echo "StrictHostKeyChecking no" >> ~/.ssh/config`, not a message. */
function isWritten({ statement, parents }: Visit): boolean {
  const into = (one: Visit["statement"]): boolean =>
    "redirects" in one &&
    one.redirects.some((each) => /^&?>/.test(each.operator) && !/^&?\d$/.test(each.target?.text ?? ""));
  if (into(statement)) return true;
  return parents.some((one) => into(one) || one.kind === "pipeline");
}
