import { describe, expect, test } from "vitest";
import { argvScript } from "../../server/src/shell/argv.ts";
import { lowerScript } from "../../server/src/shell/lower.ts";
import { type RemoteInvocation, remoteInvocation } from "../../server/src/shell/remote.ts";
import { commands } from "../../server/src/shell/walk.ts";
import { sourceSpan } from "../../server/src/syntax/folded.ts";
import { folded, lowered, sketchScript, withGrammars } from "./shell-text.ts";

withGrammars();

function remotes(text: string): RemoteInvocation[] {
  return [...commands(lowered(text))].flatMap(({ statement }) => remoteInvocation(statement) ?? []);
}

function only(text: string): RemoteInvocation {
  const [first] = remotes(text);
  if (!first) throw new Error(`no remote call in ${text}`);
  return first;
}

// [shell text, user, host, port]
const destinations: readonly (readonly [string, string | undefined, string | undefined, string | undefined])[] = [
  ["ssh u@h x", "u", "h", undefined],
  ["ssh -p22 -l me h x", "me", "h", "22"],
  ["ssh ssh://u@h:2222 x", "u", "h", "2222"],
  ["ssh -o Port=2200 -oUser=bob h", "bob", "h", "2200"],
  ["ssh {{ user }}@{{ host['a:b'] }} x", "{{ user }}", "{{ host['a:b'] }}", undefined],
  ["ssh $USER@$HOST x", "$USER", "$HOST", undefined],
  ["scp -P 22 -r a b u@h:/dest", "u", "h", "22"],
  ["scp u@h:'/a b' .", "u", "h", undefined],
  ["scp a b", undefined, undefined, undefined],
  ["sftp -b - u@h", "u", "h", undefined],
  ["rsync -az -e 'ssh -p 2222 -l me' src/ h:dst", "me", "h", "2222"],
  ["rsync -az src/ dst/", undefined, undefined, undefined],
  ["ssh -V", undefined, undefined, undefined],
  ["sshpass -p pw ssh -q h x", undefined, "h", undefined],
];

describe("where it goes", () => {
  test.each(destinations)("%s", (text, user, host, port) => {
    expect(only(text)).toMatchObject({ user, host, port });
  });
});

// [shell text, what holds]
const properties: readonly (readonly [string, Partial<RemoteInvocation>])[] = [
  ["ssh h x", { batchMode: false, connectTimeout: false, serverAliveInterval: false, tty: 0, background: false }],
  [
    "ssh -o BatchMode=yes -oConnectTimeout=5 -o 'ServerAliveInterval 30' h x",
    { batchMode: true, connectTimeout: true, serverAliveInterval: true },
  ],
  ["ssh -o batchmode=YES -o connecttimeout=5 h x", { batchMode: true, connectTimeout: true }],
  ["ssh -o BatchMode=no h x", { batchMode: false }],
  ["ssh h -o ConnectTimeout=5 x", { connectTimeout: true }],
  // An option behind the command's first word is the remote program's.
  ["ssh h x -o ConnectTimeout=5", { connectTimeout: false }],
  ["ssh -t h x", { tty: 1 }],
  ["ssh -tt h x", { tty: 2 }],
  ["ssh -t -t h x", { tty: 2 }],
  ["ssh -o RequestTTY=force h x", { tty: 2 }],
  ["ssh -tT h x", { tty: 0 }],
  ["ssh -fN -L 1:a:2 h", { background: true, tunnelOnly: true }],
  ["ssh -L 1:a:2 h", { tunnelOnly: true }],
  ["ssh -L 1:a:2 h run", { tunnelOnly: false }],
  ["ssh -O exit h", { tunnelOnly: true }],
  ["ssh -V", { tunnelOnly: true }],
  ["ssh h", { tunnelOnly: false, script: undefined }],
  ["ssh -F cfg h x", { unknownOptions: true }],
  ["ssh $SSH_OPTS h x", { unknownOptions: true }],
  ["ssh {{ params.ssh_opts }} h x", { unknownOptions: true }],
  ["rsync -e ssh a h:b", { unknownOptions: false }],
  ['rsync -e "$RSH" a h:b', { unknownOptions: true }],
  ["rsync -e 'ssh -o ConnectTimeout=5 -o BatchMode=yes' a h:b", { connectTimeout: true, batchMode: true }],
];

describe("what the client is told", () => {
  test.each(properties)("%s", (text, expected) => {
    expect(only(text)).toMatchObject(expected);
  });
});

test("what is no remote call", () => {
  for (const text of [
    "ssh-keyscan h",
    "echo ssh h",
    "git clone git+ssh://h/x",
    "# ssh h",
    "cat <<EOF\nssh h x\nEOF\n",
  ]) {
    expect(remotes(text)).toEqual([]);
  }
});

test("calls are found wherever a shell would run them", () => {
  const text = `
while [ $N -lt 30 ]; do
  IP=$(ssh one "vm ip $VM" | head -1); [ -n "$IP" ] && exit 0
done
if ssh two test -f x; then scp a three:b; fi
bash -c "ssh four 'ssh five x'"
`;
  expect(remotes(text).map((one) => one.host)).toEqual(["one", "two", "three", "four", "five"]);
});

// [shell text, the text with the option put in]
const insertions: readonly (readonly [string, string])[] = [
  ["sudo ssh h x", "sudo ssh -q h x"],
  ["/usr/bin/scp a h:b", "/usr/bin/scp -q a h:b"],
  ["rsync -e 'ssh -p 1' a h:b", "rsync -e 'ssh -q -p 1' a h:b"],
];

test.each(insertions)("an option goes in: %s", (text, expected) => {
  const at = only(text).optionsSpan;
  expect(at && `${text.slice(0, at.start)} -q${text.slice(at.end)}`).toBe(expected);
});

test("there is no place for an option in an unquoted -e", () => {
  expect(only("rsync -e ssh a h:b").optionsSpan).toBeUndefined();
});

test("a remote text's spans lead back to the source through every level of quotes", () => {
  const inner = "sleep 5 &";
  const text = `ssh h "cd /x && bash -c 'echo \\"a\\"; ${inner}'"`;
  const script = lowerScript(folded(text, 100), { dialect: "bash", place: "worker" });
  const sleep = [...commands(script)].find(({ statement }) => statement.program === "sleep");
  expect(sleep?.nesting.map((one) => one.program)).toEqual(["ssh", "bash"]);
  expect(sleep?.script.place).toBe("remote");
  const span = sleep && sourceSpan(sleep.script.folded, sleep.statement.span);
  expect(span && text.slice(span.start - 100, span.end - 100)).toBe("sleep 5");
});

// [an argument vector, what it lowers to]
const vectors: readonly (readonly [readonly string[], string])[] = [
  [["ssh", "h", "cd /x; run &"], "ssh:3 <ssh: cd:2 ; run:1 &>"],
  [["bash", "-c", "run &"], "bash:3 <bash -c: run:1 &>"],
  [["docker", "exec", "c", "sh", "-c", "run & wait"], "docker:6 <docker exec: run:1 & ; wait:1>"],
  [["docker", "exec", "c", "echo", "a & b"], "docker:5"],
  [["echo", "a & b"], "echo:2"],
];

test.each(vectors)("the argument vector %j", (items, expected) => {
  const folds = items.map((one) => folded(one));
  expect(sketchScript(argvScript(folds, { start: 0, end: 1 }, "worker"))).toBe(expected);
});

test("words joined by ssh lead back to the source, and so do here-documents", () => {
  for (const text of ["ssh h cd  /x '&&' run 'a  b'", "ssh h <<-EOF\n\tcd /x\n\trun \\$A\n\tEOF\n"]) {
    const script = lowerScript(folded(text, 7), { dialect: "bash", place: "worker" });
    const run = [...commands(script)].find(({ statement }) => statement.program === "run");
    const word = run?.statement.words[0];
    const span = run && word && sourceSpan(run.script.folded, word.span);
    expect(span && text.slice(span.start - 7, span.end - 7)).toBe("run");
  }
  expect(sketchScript(lowered("ssh h cd  /x '&&' run 'a  b'"))).toBe("ssh:7 <ssh: (cd:2 && run:3)>");
});
