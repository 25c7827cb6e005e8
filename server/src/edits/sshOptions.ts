/** Options that let an ssh client give up by itself, added in place. */
import type { Bound } from "../airflow/bounds.ts";
import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { lacking, type RemoteInvocation, remoteInvocation } from "../shell/remote.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { editFolded } from "../syntax/folded.ts";
import { unwrap } from "../syntax/python.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { insertItems } from "./arguments.ts";
import { quoteString } from "./layout.ts";
import { shownSeconds } from "./limits.ts";

/** `BatchMode=yes` …: what an ssh, scp, sftp or rsync lacks, as `-o` takes it. */
function missingOptions(command: ShellCommand, call: RemoteInvocation): string[] {
  const missing = lacking(command);
  return [
    missing.batchMode && "BatchMode=yes",
    missing.connectTimeout && "ConnectTimeout=10",
    missing.keepalive && "ServerAliveInterval=30",
    missing.keepalive && !call.settings.has("serveralivecountmax") && "ServerAliveCountMax=4",
  ].filter((one) => one !== false);
}

/** The edit that adds what a command of this script lacks; undefined when nothing is lacking or it cannot be written. */
export function sshOptionsEdit(script: Script, command: ShellCommand): Edit | undefined {
  const call = remoteInvocation(command);
  const options = call ? missingOptions(command, call) : [];
  const [program] = command.words;
  if (!call || !program || options.length === 0) return undefined;
  const text = options.map((one) => ` -o ${one}`).join("");
  if (call.optionsSpan) return editFolded(script.folded, call.optionsSpan, text);
  const { end } = program.span;
  // rsync runs a plain ssh when nothing else is said.
  const plain = call.tool === "rsync" && !call.flags.has("e") && !call.flags.has("rsh");
  return plain ? editFolded(script.folded, { start: end, end }, ` -e 'ssh${text}'`) : undefined;
}

/** The same for a command that is given as an argument vector: `["ssh", "-o", "BatchMode=yes", …]`. */
export function sshOptionItems(
  file: DagFile,
  { call, scope }: RemoteCall,
  command: ShellCommand,
): readonly Edit[] | undefined {
  const remote = remoteInvocation(command);
  const options = remote ? missingOptions(command, remote) : [];
  const first = call.args[0];
  const given = first?.form === "positional" ? unwrap(first.value) : undefined;
  const list = given?.kind === "name" ? unwrap(file.values.evaluate(given, scope).expr) : given;
  if (!remote || options.length === 0 || (list?.kind !== "list" && list?.kind !== "tuple")) return undefined;
  const program = command.words[0]?.folded.segments[0]?.source.start ?? -1;
  const index = list.items.findIndex((one) => one.span.start <= program && program < one.span.end);
  if (index < 0) return undefined;
  const items =
    remote.tool === "rsync"
      ? remote.flags.has("e") || remote.flags.has("rsh")
        ? []
        : ["-e", `ssh${options.map((one) => ` -o ${one}`).join("")}`]
      : options.flatMap((one) => ["-o", one]);
  if (items.length === 0) return undefined;
  return insertItems(
    file,
    list,
    index + 1,
    items.map((one) => quoteString(file, one)),
  );
}

/** All that the command lacks, at once. `call`: the Python call whose command it is, if one is. */
export function sshOptionsFix(
  file: DagFile,
  script: Script,
  command: ShellCommand,
  call: RemoteCall | undefined,
): Fix | undefined {
  const vector = call?.command && "argv" in call.command && call.command.argv === script;
  const edit = sshOptionsEdit(script, command);
  const inText = !vector || isSplitText(call) ? edit && [edit] : undefined;
  const edits = inText ?? (vector && call ? sshOptionItems(file, call, command) : undefined);
  if (!edits) return undefined;
  const missing = lacking(command);
  const names = [
    missing.batchMode && "BatchMode",
    missing.connectTimeout && "ConnectTimeout",
    missing.keepalive && "ServerAliveInterval",
  ].filter((one) => one !== false);
  const last = names.pop();
  return { title: `Add ${[names.join(", "), last].filter(Boolean).join(" and ")}`, edits, safety: "safe" };
}

/** "ssh h x".split() */
function isSplitText({ call }: RemoteCall): boolean {
  const given = call.args[0] && unwrap(call.args[0].value);
  return given?.kind === "call";
}

/** The seconds after which Linux tells a client that only waits that its peer is gone: 7200 s, and 9 probes 75 s apart. */
const kernelNotices = 7200 + 9 * 75;

/** How long a client without keepalive waits on a connection that is gone, for a message: `for up to 2 h 11 min`. */
export function silentFor(bound: Bound | undefined): string {
  if (bound?.seconds !== undefined && bound.seconds < kernelNotices)
    return `until ${bound.by} (${shownSeconds(bound.seconds)}) ends it`;
  return `for up to 2 h 11 min${bound && bound.seconds === undefined ? `, or until ${bound.by}` : ""}`;
}
