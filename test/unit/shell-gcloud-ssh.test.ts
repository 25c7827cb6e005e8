import { describe, expect, test } from "vitest";
import { gcloudSsh } from "../../server/src/shell/gcloudSsh.ts";
import { commands } from "../../server/src/shell/walk.ts";
import { lowered, withGrammars } from "./shell-text.ts";

withGrammars();

/** `vm` and what is given, for each call that runs a command. */
function calls(text: string): string[] {
  return [...commands(lowered(text))].flatMap(({ statement }) => {
    const call = gcloudSsh(statement);
    if (!call) return [];
    const { destination, tunnelled, keepalive, connectTimeout } = call;
    return [
      [destination.text, tunnelled && "tunnel", keepalive && "keepalive", connectTimeout && "timeout"]
        .filter(Boolean)
        .join(" "),
    ];
  });
}

// [shell text, what runs there]
const texts: readonly (readonly [string, readonly string[]])[] = [
  ["gcloud compute ssh vm --command='load'", ["vm"]],
  ["gcloud compute ssh me@vm --zone a-b --command load", ["me@vm"]],
  ["gcloud --project p compute ssh --zone a-b vm -- load", ["vm"]],
  ['gcloud beta compute --project "p" ssh --zone "a-b" "vm" --tunnel-through-iap -- "load"', ["vm tunnel"]],
  ["gcloud compute ssh -q --internal-ip $VM --zone=$ZONE --command=load", ["$VM"]],
  ["gcloud compute ssh vm --ssh-flag='-o ServerAliveInterval=30' --command=load", ["vm keepalive"]],
  ["gcloud compute ssh vm -- -o ConnectTimeout=5 load", ["vm timeout"]],
  ["gcloud compute ssh vm", []],
  ["gcloud compute ssh vm -- -N -L 1:h:1", []],
  ["gcloud compute ssh vm -- -f load", []],
  ["gcloud compute ssh vm --dry-run --command=load", []],
  ["gcloud compute ssh", []],
  ["gcloud compute scp a vm:b", []],
  ["gcloud compute instances list --filter ssh", []],
  ["echo gcloud compute ssh vm --command=load", []],
];

describe("gcloud compute ssh", () => {
  test.each(texts)("%s", (text, expected) => {
    expect(calls(text)).toEqual(expected);
  });
});
