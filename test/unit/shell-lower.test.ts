import { describe, expect, test } from "vitest";
import { strictness } from "../../server/src/shell/strict.ts";
import { lowered, sketchScript, withGrammars } from "./shell-text.ts";

withGrammars();

// [shell text, what it lowers to]
const texts: readonly (readonly [string, string])[] = [
  ["a && b &", "(a:1 && b:1) &"],
  ["a; b & c", "a:1 ; b:1 & ; c:1"],
  ["a | b & wait $!", "(a:1 | b:1) & ; wait:2"],
  ["a || b | c && d", "((a:1 || (b:1 | c:1)) && d:1)"],
  ["(a)&(b)&wait", "subshell{a:1} & ; subshell{b:1} & ; wait:1"],
  ["{ a; } 2>f &", "group{a:1} > &"],
  ["! a | b", "!(a:1 | b:1)"],
  ["! ssh h x && echo bad", "(!ssh:3 <ssh: x:1> && echo:2)"],
  ["if a; then b; elif c; then d; else e; fi &", "if{a:1 ? b:1}{c:1 ? d:1}{e:1} &"],
  ["while a; do b; done < f &", "while{a:1 ? b:1} < &"],
  ["for i in $(ls); do c & done; wait", "for{ls:1 ? c:1 &} ; wait:1"],
  ["case $x in\n  start)\n    a &\n    ;;\n  *)\n   b\nesac", "case{a:1 &}{b:1}"],
  ["case x in a) b ;;& c|d) e ;& *) f;; esac", "case{b:1}{e:1}{f:1}"],
  ["f() { a & }\nfunction g { b; }", "f(){a:1 &} ; g(){b:1}"],
  ["export X=$(cmd) Y=2", "declaration$(cmd:1)"],
  ["x=$(a) && y=`b`", "(assignment$(a:1) && assignment$(b:1))"],
  ["A=b cmd x", "cmd:2"],
  ["time ( a; b ) &", "subshell{a:1 ; b:1} &"],
  ["coproc a b", "[coproc] a:2"],
  ["# c\na # b & c\n", "a:1"],
  ["cd /tmp &&\n# comment\nfoo", "(cd:2 && foo:1)"],
  ["foo \\\n  | bar &", "(foo:1 | bar:1) &"],
  ["a\r\nb &\r\n", "a:1 ; b:1 &"],
  // An `&` that is no background operator.
  ["a &> f", "a:1 &>"],
  ["a &>> f", "a:1 &>>"],
  ["a |& b", "(a:1 | b:1)"],
  ["a 2>&1 b", "a:2 >&"],
  ["a>&b&", "a:1 >& &"],
  ["echo $((a&b)) \"&\" '&' \\& \x24{x:-y & z}", "echo:6"],
  ["(( a & b ))", "test"],
  ['[ -n "$x" ] && a', "(test && a:1)"],
  ["echo 'SSH: ssh user@ip &'", "echo:2"],
  ["awk '{print $1 & 1}' f", "awk:3"],
  // An `&` that is one although nobody meant it.
  ["curl http://x/?a=1&b=2", "curl:2 & ; assignment"],
  // Redirections and here-documents.
  ["a > f b c", "a:3 >"],
  ["> f run x", "run:2 >"],
  ["a && b > f", "(a:1 && b:1 >)"],
  ["cat <<EOF | grep x\nhello & there\nEOF\necho", "(cat:1 << | grep:2) ; echo:1"],
  ["cat <<-EOF\n\thello & `x`\n\tEOF\nnext", "cat:1 <<- ; next:1"],
  ["a <<EOF; b\nx & y\nEOF\nc", "a:1 << ; b:1 ; c:1"],
  ["one <<A <<B\na &\nA\nb\nB\ntwo", "one:1 << << ; two:1"],
  ["x=$(cat <<EOF\nx & y\nEOF\n)", "assignment$(cat:1 <<)"],
  ["if ssh h <<EOF\na\nEOF\nthen b; fi", "if{ssh:2 << <ssh: a:1> ? b:1}"],
  ["python - <<'PY' &\nimport x\nx & y\nPY\n", "python:2 << &"],
  // Wrappers.
  ["nohup x > f 2>&1 &", "[nohup] x:1 > >& &"],
  ["timeout -k 5 30 run a", "[timeout] run:2"],
  ["sudo -u x -E FOO=1 run a", "[sudo] run:2"],
  ["env -i A=b run x", "[env] run:2"],
  ["nice -n 5 run", "[nice] run:1"],
  ["nice -5 run", "[nice] run:1"],
  ["sudo -l", "sudo:2"],
  ["command -v x", "command:3"],
  ["exec > f", "exec:1 >"],
  ["flock -n /tmp/l a b", "[flock] a:2"],
  ["\x24{X} a", "?:2"],
  ["/opt/{{ v }}/bin/run a", "run:2"],
  ["/opt/\uFFFC a", "?:2"],
  // Texts for other shells.
  ['ssh app@10.0.0.5 "nohup node server.js &>/dev/null & "', "ssh:3 <ssh: [nohup] node:2 &> &>"],
  [
    'sshpass -p "pw" nohup ssh me@srv -f -n "python serve.py" >/dev/null 2>&1 &',
    "[sshpass] [nohup] ssh:5 > >& <ssh: python:2> &",
  ],
  ["ssh h a b '&' c", "ssh:6 <ssh: a:2 & ; c:1>"],
  ["ssh h -p 22 -- a -b", "ssh:7 <ssh: a:2>"],
  ["autossh -M 0 -f h a", "autossh:6 <ssh: a:1>"],
  ["ssh $SSH_OPTS u@h 'a &'", "ssh:4 <ssh: a:1 &>"],
  ["ssh {{ host }} '{{ run }} &'", "ssh:3 <ssh: ?:1 &>"],
  ["ssh h \"bash -c 'sleep 5 &'\"", "ssh:3 <ssh: bash:3 <bash -c: sleep:2 &>>"],
  ["ssh h <<EOF > log 2>&1 &\nbody\nEOF\nwait", "ssh:2 << > >& <ssh: body:1> & ; wait:1"],
  ["ssh h bash -s <<EOF && echo ok\na &\nEOF\n", "(ssh:4 << <ssh: a:1 &> && echo:2)"],
  ["ssh h cat <<EOF\na &\nEOF\n", "ssh:3 << <ssh: cat:1>"],
  ["cat <<'EOF' | ssh h 'bash -s'\nfoo &\nEOF\n", "(cat:1 << | ssh:3 <ssh: foo:1 &>)"],
  ["echo 'run &' | ssh h bash", "(echo:2 | ssh:3 <ssh: run:1 &>)"],
  ["docker exec -it c sh -c 'x &'", "docker:7 <docker exec: x:1 &>"],
  ["docker compose -f x.yml exec -T web sh -c 'y'", "docker:10 <docker compose exec: y:1>"],
  ["docker exec c nohup job a", "docker:6 <docker exec: [nohup] job:2>"],
  ["kubectl exec -n ns p -- sh -c 'a && b'", "kubectl:9 <kubectl exec: (a:1 && b:1)>"],
  ['su - user -c "run a &"', "su:5 <su -c: run:2 &>"],
  ["eval \"a\" '&' b", "eval:4 <eval: a:1 & ; b:1>"],
  ["xargs -I{} ssh {} 'a &' < hosts", "[xargs] ssh:3 < <ssh: a:1 &>"],
  ["flock -n /tmp/l -c 'a &'", "flock:5 <flock -c: a:1 &>"],
  ['bash -c "echo \\"a & b\\" &"', "bash:3 <bash -c: echo:2 &>"],
  ["pid=$(ssh h 'a & echo $!')", "assignment$(ssh:3 <ssh: a:1 & ; echo:2>)"],
  // What the local shell runs is no part of the remote text.
  ['ssh h "a $(b &) c &"', "ssh:3$(b:1 &) <ssh: a:3 &>"],
  ["sh script.sh a", "sh:3"],
  // Jinja.
  ["{% if x %}\nfoo &\n{% else %}\nbar\n{% endif %}", "foo:1 & ; bar:1"],
  ["{% if a %}foo{% else %}bar{% endif %} &", "foo:1 ; bar:1 &"],
  ["{% if a %}foo{% endif %}{% if b %}bar{% endif %}", "foo:1 ; bar:1"],
  ["{% if \uFFFC %}a{% else %}b {{ params.\uFFFC }}{% endif %}", "a:1 ; b:2"],
  ["{% if a %}sudo {% endif %}run", "[sudo] run:1"],
  ["run {% if a %}--x{% else %}--y{% endif %} z &", "run:4 &"],
  ["run\n{%- if a %} --x{% endif %}\nnext", "run:2 ; next:1"],
  ["run {{ 'a & b' | replace('&', ';') }} {# c & d #} {% set x = 1 & 2 %}", "run:2"],
];

describe("a text lowers to statements", () => {
  test.each(texts)("%j", (text, expected) => {
    const script = lowered(text);
    expect(sketchScript(script)).toBe(expected);
    expect(script.errors).toEqual([]);
  });
});

// [shell text, what is in the error spans]
const broken: readonly (readonly [string, readonly string[]])[] = [
  ["echo 'un", [" 'un"]],
  ['ssh h "unbal\nfoo &\nbar', ['"unbal\nfoo &\nbar']],
  ["a & ; b", [" ;"]],
  ["echo )", [")"]],
  ["a ||", [""]],
  ["echo a; done", ["done"]],
  ["a\n&& b", ["&&"]],
];

test.each(broken)("%j has errors where it cannot be read", (text, expected) => {
  expect(lowered(text).errors.map((span) => text.slice(span.start, span.end))).toEqual(expected);
});

test("PowerShell and cmd are not read as bash", () => {
  for (const dialect of ["powershell", "cmd"] as const) {
    const script = lowered("Start-Process x & y", { dialect });
    expect(script).toMatchObject({ dialect, body: [], errors: [] });
  }
});

// [shell text, errexit, pipefail]
const strict: readonly (readonly [string, boolean, boolean])[] = [
  ["set -e; a", true, false],
  ["\nset -euo pipefail\na", true, true],
  ["set -o errexit -o pipefail && a", true, true],
  ["echo start; X=1; set -e; a", true, false],
  ["set -x; a; set -e", false, false],
  ["a; set -e", false, false],
  ["set +e; a", false, false],
  ["cd /x && set -e; a", false, false],
  ["shopt -so pipefail; a", false, true],
];

test.each(strict)("%j starts with errexit %s, pipefail %s", (text, errexit, pipefail) => {
  expect(lowered(text)).toMatchObject({ errexit, pipefail });
});

test("errexit is followed statement by statement", () => {
  const script = lowered("set -e; a; set +e; b; ( set -e; c ); d; set -eo pipefail; e | f");
  const state = strictness(script);
  const held = script.body.map((one) => state.get(one));
  expect(held.map((one) => one?.errexit)).toEqual([true, true, true, false, false, false, false, true]);
  expect(held.at(-1)?.pipefail).toBe(true);
});

test("flags of the started shell count", () => {
  const script = lowered("bash -euo pipefail -c 'a'; ssh h 'bash -es' <<EOF\na\nEOF\n");
  const nested = script.body.map((one) => (one.kind === "command" ? one.nested?.script : undefined));
  expect(nested[0]).toMatchObject({ errexit: true, pipefail: true, dialect: "bash", place: "worker" });
  expect(nested[1]).toMatchObject({ errexit: true, pipefail: false, dialect: "bash", place: "remote" });
});

test("a long row of options is read at once", () => {
  // With two ways to read each `-o x` there would be more ways to read the row than time to try them.
  const script = lowered(`ssh h 'sudo${" -u".repeat(60)} bash${" -o x".repeat(60)} file' <<EOF\na\nEOF\n`);
  const [first] = script.body;
  expect(first?.kind === "command" && first.nested?.script.folded.text.startsWith("sudo -u -u")).toBe(true);
});
