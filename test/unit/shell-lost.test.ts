import { describe, expect, test } from "vitest";
import { lostJobs } from "../../server/src/shell/bareWait.ts";
import { expectations } from "../../server/src/shell/environment.ts";
import { lostFailures } from "../../server/src/shell/lost.ts";
import { laxPipelines } from "../../server/src/shell/pipelines.ts";
import { endlessLoops } from "../../server/src/shell/pollLoops.ts";
import { escapes } from "../../server/src/shell/processGroup.ts";
import { lostSubstitutions } from "../../server/src/shell/substitutions.ts";
import { lowered, withGrammars } from "./shell-text.ts";

withGrammars();

const lost = (text: string): string[] =>
  lostFailures(lowered(text)).map(
    (one) =>
      `${one.program} > ${one.instead ?? "?"}${one.loop ? " loop" : ""}${one.off ? " off" : ""}${one.script.place === "worker" ? "" : ` ${one.script.place}`}`,
  );

describe("a failure that the shell goes on after", () => {
  // [shell text, program > whose status counts instead]
  test.each<[string, string[]]>([
    ["a; b", ["a > b"]],
    ["a\nb\n", ["a > b"]],
    ["cd x; a; rm -rf y", ["a > rm"]],
    ["a && b; c", ["a > c"]],
    ["cat x | a | tee log; b", ["a > b"]],
    ["(a; b)", ["a > b"]],
    ["{ a; b; } > log", ["a > b"]],
    ["if [ -f x ]; then a; b; fi", ["a > b"]],
    ["case $1 in x) a; b;; esac", ["a > b"]],
    ["for x in 1 2; do a $x; done", ["a > ? loop"]],
    ["while read x; do a $x; b $x; done < f", ["a > b"]],
    ["a; unset X", ["a > ?"]],
    ["bash x/run.sh; a", ["run.sh > a"]],
    ["ssh h 'a; b'", ["a > b remote"]],
    ["ssh h <<EOF\na\nb\nEOF", ["a > b remote"]],
    ["docker exec c sh -c 'a; b'", ["a > b container"]],
    ["ssh h 'a; b'; c", ["ssh > c", "a > b remote"]],
    ["set -e; a; set +e; b; c", ["b > c off"]],
    ["{% for t in x %}\na {{ t }}\n{% endfor %}", ["a > ? loop"]],
    ["{% if x %}a\n{% endif %}b", ["a > b"]],
  ])("%j", (text, expected) => {
    expect(lost(text)).toEqual(expected);
  });

  test.each([
    "a",
    "a;",
    "a && b",
    "set -e; a; b",
    "set -o errexit\na\nb",
    "cd x; a",
    "export X=1; source y; mkdir -p z; a",
    "docker rm -f c; docker run --rm --name c i",
    "a; rc=$?; b; exit $rc",
    "a; [ $? -eq 0 ] && b",
    "a || exit 1; b",
    "a; if [ ! -f x ]; then exit 1; fi; b",
    "a; test -s x",
    "a; [[ -s x ]]",
    "a; exit",
    "ssh h <<EOF\na\nexit\nEOF",
    "a; echo done",
    "a; exit 0",
    "trap 'exit 1' ERR; a; b",
    "a & b",
    "a & wait $!; b",
    "if bash -c 'a; b'; then c; fi",
    "x=$(a; b)",
    "set -e; set +e; a; set -e; b",
    "{% if x %}a\n{% else %}b\n{% endif %}",
    "a; {{ params.b }}",
    "a; \uFFFC",
    "\uFFFC; a",
    "bash -ec 'a; b'",
    "gsutil mb gs://b; a",
    "a --version; b",
  ])("%j loses none", (text) => {
    expect(lost(text)).toEqual([]);
  });
});

const piped = (text: string): string[] =>
  laxPipelines(lowered(text)).map((one) => `${one.program} > ${one.last}${one.endsEarly ? " early" : ""}`);

describe("a pipeline without pipefail", () => {
  test.each<[string, string[]]>([
    ["a | tee log", ["a > tee"]],
    ["set -e; a | gzip > x; b", ["a > gzip"]],
    ["cd x && a | sort", ["a > sort"]],
    ["cat x | a | wc -l", ["a > wc"]],
    ["if [ -f x ]; then a | gzip > y; fi", ["a > gzip"]],
    ["a | head -1", ["a > head early"]],
    ["a | grep -q x", ["a > grep early"]],
    ["a | while read x; do b $x; done", ["a > the loop"]],
    ["curl x | aws s3 cp - s3://b/x", ["curl > aws"]],
    ["ssh h 'a | gzip'", ["a > gzip"]],
    ["a | tee log; exit $?", ["a > tee"]],
  ])("%j", (text, expected) => {
    expect(piped(text)).toEqual(expected);
  });

  test.each([
    "set -o pipefail; a | tee log",
    "a | tee log; b",
    "a | tee log || b",
    "if a | grep x; then b; fi",
    "! a | grep x",
    "x=$(a | head -1)",
    "a | tee log & wait $!",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own braces
    "a | tee log; exit ${PIPESTATUS[0]}",
    "echo x | a",
    "echo x | tee y",
    "ps aux | grep x",
    "a | b",
    "curl x | grep ok",
    "aws ec2 describe-instances | jq .x",
    "bash -o pipefail -c 'a | tee log'",
    "f() { a | tee log; }; f",
  ])("%j is none, or nobody's result", (text) => {
    expect(piped(text)).toEqual([]);
  });
});

test.each<[string, number]>([
  ["a & b & wait", 2],
  ["for x in 1 2; do a $x & done; wait", 1],
  ["a & wait $!", 0],
  ["a & p=$!; wait $p", 0],
  ["sleep 5 & wait", 0],
  ["a; wait", 0],
])("%j: a bare wait for %i", (text, count) => {
  expect(lostJobs(lowered(text)).flatMap((one) => one.jobs)).toHaveLength(count);
});

// Measured with bash 5.2: which of these a kill of the shell's process group does not reach.
test.each<[string, number | undefined]>([
  ["timeout 90 a; b", 90],
  ["timeout 2m a > log", 120],
  ["timeout -k 30s 1h a | tee log", 3600],
  ["if true; then timeout 90 a; fi", 90],
  ["( timeout 90 a )", 90],
])("%j leaves the process group", (text, seconds) => {
  expect(escapes(lowered(text), true).map((one) => one.seconds)).toEqual([seconds]);
});

test.each([
  "timeout 90 a",
  "cd x; timeout 90 a",
  "set -e; b && timeout 90 a",
  "timeout --foreground 90 a; b",
  "ssh h 'timeout 90 a; b'",
])("%j stays in it", (text) => {
  expect(escapes(lowered(text), true)).toEqual([]);
});

test.each<[string, string[]]>([
  ["a $DATA_DIR/x", ["$DATA_DIR"]],
  ["$HOME/bin/a", ["$HOME"]],
  ["aws s3 cp a b", ["aws"]],
  ["cd x && ssh h 'echo $REMOTE'", ["ssh"]],
  ["X_DIR=/x; a $X_DIR $PWD $PATH", []],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own braces
  ["a ${X_DIR:-/x} '$QUOTED' \\$ESCAPED", []],
  ["for DAY in 1 2; do a $DAY; done", []],
  ["source env.sh; a $DATA_DIR", []],
  ["a $AIRFLOW_CTX_DAG_ID", []],
])("%j expects %j", (text, names) => {
  expect(expectations(lowered(text)).map((one) => one.name)).toEqual(names);
});

test.each([
  "while ! test -f x; do sleep 5; done",
  "until a; do sleep 5; done",
  "while true; do a && break; sleep 5; done",
])("%j has no end of its own", (text) => {
  expect(endlessLoops(lowered(text))).toHaveLength(1);
});

test.each([
  "until a || [ $n -gt 5 ]; do n=$((n+1)); sleep 5; done",
  "while read x; do a $x; sleep 1; done",
  "while kill -0 $p; do sleep 1; done",
  "timeout 60 bash -c 'until a; do sleep 5; done'",
  "for i in 1 2 3; do a && break; sleep 5; done",
  "while true; do a; sleep 5; done & b",
])("%j ends, or is no wait of the text", (text) => {
  expect(endlessLoops(lowered(text))).toEqual([]);
});

test.each<[string, string[]]>([
  ["export X=$(a)", ["export a"]],
  ["f() { local X=$(a); }", ["local a"]],
  ['echo "n: $(a)"', ["echo a"]],
  ["X=$(a); export X", []],
  ["export X=$(date)", []],
  ['export X=$(a); [ -n "$X" ] || exit 1', []],
  ["echo $(a); b", []],
])("%j loses the status of %j", (text, expected) => {
  expect(lostSubstitutions(lowered(text)).map((one) => `${one.keyword} ${one.program}`)).toEqual(expected);
});
