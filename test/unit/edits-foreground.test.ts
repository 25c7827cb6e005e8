import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { asRemoteJob, withCuts } from "../../server/src/edits/commandText.ts";
import { foregroundText, type Output } from "../../server/src/edits/foreground.ts";
import { soleSsh } from "../../server/src/edits/soleSsh.ts";
import { waitForAllEdits } from "../../server/src/edits/waitForAll.ts";
import { detached } from "../../server/src/shell/detach.ts";
import { lowerScript } from "../../server/src/shell/lower.ts";
import type { Place } from "../../server/src/shell/script.ts";
import { folded, lowered, withGrammars } from "./shell-text.ts";

withGrammars();

function inForeground(text: string, output: Output = "keep", place: Place = "remote"): string | undefined {
  const script = lowered(text, { place });
  return foregroundText(script, detached(script), output)?.text;
}

describe("a text in the foreground", () => {
  it.each([
    ["job &", "job"],
    ["nohup job -a > /dev/null 2>&1 &", "job -a"],
    ["nohup job </dev/null &>/dev/null & disown", "job"],
    ["setsid job & echo $!", "job"],
    ["job & echo $! > job.pid; disown", "job"],
    ["job & sleep 1; echo done", "job && sleep 1; echo done"],
    ["cd /opt\nnohup ./job &\n", "cd /opt\n./job\n"],
    ["(nohup job &)", "(job)"],
    ["{ job & }", "{ job; }"],
    ["if a; then job & fi", "if a; then job; fi"],
    ["for x in a b; do job $x & done", "for x in a b; do job $x || exit; done"],
    ["for x in a b; do\n  job $x &\ndone", "for x in a b; do\n  job $x || exit\ndone"],
    ["nohup a & nohup b &", "a && b"],
    ["a | b > /dev/null 2>&1 &", "a | b"],
    ["ssh -f h job", "ssh h job"],
    ["ssh -fn h job", "ssh -n h job"],
  ])("%s", (before, after) => expect(inForeground(before)).toBe(after));

  it("keeps a log where it is, unless the new operator takes the output", () => {
    const text = "nohup job > job.log 2>&1 &";
    expect(inForeground(text, "keep")).toBe("job > job.log 2>&1");
    expect(inForeground(text, "take")).toBe("job");
  });

  it.each(["job & PID=$!; echo $PID > pid", "screen -dm job", "echo job | at now", "sudo -b job", "ssh -fNT h job"])(
    "refuses %s",
    (text) => expect(inForeground(text)).toBeUndefined(),
  );
});

describe("the text of a remote job", () => {
  it.each([
    ["job --all", "job --all"],
    ["  job --all \n", "job --all"],
    ["( a; b )", "( a; b )"],
    ["cd /opt && ./job", "( cd /opt && ./job )"],
    ["a; b", "( set -euo pipefail; a; b )"],
    ["a | b", "( set -euo pipefail; a | b )"],
    ["exit 3", "( set -euo pipefail; exit 3 )"],
    ["set -e; a; b", "( set -e; a; b )"],
    ["a # why", "(\nset -euo pipefail\na # why\n)"],
    ["\n    a\n    b\n", "(\nset -euo pipefail\na\nb\n)"],
    ["cat <<X\n  a\nX", "(\nset -euo pipefail\ncat <<X\n  a\nX\n)"],
    ["{{ params.command }}", "( set -euo pipefail; {{ params.command }} )"],
  ])("%j", (before, after) => expect(asRemoteJob(folded(before)).text).toBe(after));

  it("keeps the map of what it does not write", () => {
    const text = withCuts(folded("nohup job &", 100), [
      { span: { start: 0, end: 6 }, text: "" },
      { span: { start: 9, end: 11 }, text: " -x" },
    ]);
    expect(text.text).toBe("job -x");
    expect(text.segments[0]?.source).toEqual({ start: 106, end: 109 });
  });
});

describe("waiting for every process", () => {
  /** What bash answers to the text after the edits; each program is a function that ends with its first argument. */
  function status(text: string): number | null | undefined {
    const { segments, ...rest } = folded(text);
    const literal = { prefix: "", quote: '"""', parts: [], span: rest.span, contentSpan: rest.span };
    const written = { ...rest, segments: segments.map((one) => ({ ...one, literal })) };
    const script = lowerScript(written, { dialect: "bash", place: "worker" });
    const edits = waitForAllEdits(script, detached(script));
    if (!edits) return undefined;
    const after = withCuts(
      folded(text),
      edits.toSorted((a, b) => a.span.start - b.span.start),
    ).text;
    return spawnSync("bash", ["-c", `job() { return $1; }\n${after}`]).status;
  }

  it.each([
    ["job 0 & job 0 &", 0],
    ["job 3 & job 0 &", 3],
    ["job 0 & job 4 &\n", 4],
    ["job 5 >/dev/null 2>&1 & (job 0; true) &", 5],
    ["for x in 0 6 0; do job $x & done", 6],
    ["  for x in 0 0; do\n    job $x &\n  done\n", 0],
  ])("%j ends with %d", (text, expected) => expect(status(text)).toBe(expected));

  it.each(["job 0 &", "job 0 & pid=$!; job 1 &", "job 0 & job 1 & exit 0"])("refuses %s", (text) =>
    expect(status(text)).toBeUndefined(),
  );
});

describe("a text that is one ssh command", () => {
  const remote = (text: string, background = false): string | undefined =>
    soleSsh(lowered(text), background)?.remote.folded.text;

  it.each([
    ["ssh h 'a; b'", "a; b"],
    ['set -e; ssh -p 22 -i k -o StrictHostKeyChecking=no me@h a "b c" 2>&1', "a b c"],
    ["exec ssh h 'echo $HOME' </dev/null", "echo $HOME"],
    ["ssh h bash -s <<'X'\na\nX", "a\n"],
    ["ssh h 'a {{ ds }}'", "a {{ ds }}"],
  ])("%j", (text, expected) => expect(remote(text)).toBe(expected));

  it.each([
    "ssh h a; b",
    "ssh h a || true",
    "ssh h a | tee log",
    "ssh h a > log",
    "cat x | ssh h a",
    "ssh h a < x",
    "ssh -J j h a",
    "ssh -L 1:h:2 h a",
    "ssh -o ProxyCommand=p h a",
    "ssh -F f h a",
    "ssh $OPTS h a",
    "A=b ssh h a",
    "sudo -u x ssh h a",
    "timeout 5 ssh h a",
    'ssh h "a $HOME"',
    "ssh h ls *.csv",
    "ssh h sudo bash -s <<'X'\na\nX",
    "ssh h powershell -File x.ps1",
    "ssh h",
    "ssh h a &",
    "scp a h:b",
  ])("refuses %j", (text) => expect(remote(text)).toBeUndefined());

  it("takes one that was in the background, where that is meant", () => {
    expect(remote("nohup ssh h a >/dev/null 2>&1 &", true)).toBe("a");
    expect(remote("ssh -f h a", true)).toBe("a");
  });
});
