/** Options for the ssh that gcloud starts, added in place. */
import type { GcloudSsh } from "../shell/gcloudSsh.ts";
import type { Script } from "../shell/script.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";

/** `gcloud compute ssh --ssh-flag=-oServerAliveInterval=30 …`; undefined where the text cannot be edited. */
export function gcloudSshFix(script: Script, { verb, connectTimeout }: GcloudSsh): Fix | undefined {
  const options = connectTimeout ? ["ServerAliveInterval=30"] : ["ConnectTimeout=10", "ServerAliveInterval=30"];
  const { end } = verb.span;
  const edit = editFolded(script.folded, { start: end, end }, options.map((one) => ` --ssh-flag=-o${one}`).join(""));
  const names = options.map((one) => one.replace(/=.*/, "")).join(" and ");
  return edit && { title: `Add ${names}`, edits: [edit], safety: "safe" };
}
