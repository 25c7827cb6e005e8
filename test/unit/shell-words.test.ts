import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerScript } from "../../server/src/shell/lower.ts";
import { options } from "../../server/src/shell/options.ts";
import { optionSpecs } from "../../server/src/shell/programs.ts";
import type { ShellCommand, Word } from "../../server/src/shell/script.ts";
import { commands, statements } from "../../server/src/shell/walk.ts";
import { sourceSpan } from "../../server/src/syntax/folded.ts";
import { folded, lowered, withGrammars } from "./shell-text.ts";

withGrammars();

function firstCommand(text: string): ShellCommand {
  const [first] = commands(lowered(text));
  if (!first) throw new Error(`no command in ${text}`);
  return first.statement;
}

const texts = (words: readonly Word[]): string[] => words.map((word) => word.text);

const hasBash = spawnSync("bash", ["-c", ":"]).status === 0;
if (!hasBash) console.warn("skipped: quote removal against a real bash (install bash)");

// Each is the argument list of a command, without expansions.
const quoted: readonly string[] = [
  "a 'b c' \"d e\" f\\ g",
  "'it'\\''s' \"it's\" 'say \"hi\"'",
  '"a \\"b\\" \\$x \\` \\\\ \\n"',
  "$'a\\n\\t\\x41\\101\\'b' x",
  "a'b'\"c\"$'d'\\e",
  "a\\\nb 'c\\\nd' \"e\\\nf\"",
  "'' \"\" a",
  "-o 'X Y' -oX=Y --long=\"a b\"",
  "x=1 'y'=2 a#b '#c'",
  "\\# \\; \\& '&' \"|\" 2>/dev/null b",
  "{a \"{b,c}\" 'd{e'",
  "a\tb    c",
];

describe("quote removal is what bash does", () => {
  test.skipIf(!hasBash).each(quoted)("%s", (text) => {
    const real = execFileSync("bash", ["-c", `printf '%s\\0' ${text}`], { encoding: "utf8" })
      .split("\0")
      .slice(0, -1);
    expect(texts(firstCommand(`run ${text}`).words.slice(1))).toEqual(real);
  });
});

// [shell text, its words, which of them are not known]
const dynamic: readonly (readonly [string, readonly string[], readonly number[]])[] = [
  ["run $x \"a $y\" '$z' \\$w", ["run", "$x", "a $y", "$z", "$w"], [1, 2]],
  ["run $(date +%s) `id` <(x)", ["run", "$(date +%s)", "`id`", "<(x)"], [1, 2, 3]],
  ["run *.csv '*.csv' a[0-9] {a,b}", ["run", "*.csv", "*.csv", "a[0-9]", "{a,b}"], [1, 3, 4]],
  ["run {{ ds['x'] }} '{{ a }}' \"{{ b[\"c\"] }}\"", ["run", "{{ ds['x'] }}", "{{ a }}", '{{ b["c"] }}'], [1, 2, 3]],
  ["run a\uFFFCb", ["run", "a\uFFFCb"], [1]],
];

test.each(dynamic)("%j has the words %j", (text, expected, unknown) => {
  const { words } = firstCommand(text);
  expect(texts(words)).toEqual(expected);
  expect(words.flatMap((word, index) => (word.dynamic ? [index] : []))).toEqual(unknown);
});

// [shell text, operands, options as letter=value]
const parsed: readonly (readonly [keyof typeof optionSpecs, string, readonly string[], readonly string[]])[] = [
  ["ssh", "-p22 -o X=Y -vv h a -b", ["h", "a", "-b"], ["p=22", "o=X=Y", "v", "v"]],
  ["ssh", "-fNL 1:a:2 h", ["h"], ["f", "N", "L=1:a:2"]],
  ["ssh", "-o 'X Y' -- h", ["h"], ["o=X Y"]],
  ["scp", "a h:b -P 22", ["a", "h:b"], ["P=22"]],
  [
    "rsync",
    "-az -e 'ssh -p 1' --exclude x --timeout=5 a h:b",
    ["a", "h:b"],
    ["a", "z", "e=ssh -p 1", "exclude=x", "timeout=5"],
  ],
  [
    "docker run",
    "--rm -it -v a:b --name c -e X=Y img sh -c x",
    ["img", "sh", "-c", "x"],
    ["rm", "i", "t", "v=a:b", "name=c", "e=X=Y"],
  ],
  ["shell", "-euo pipefail -c 'a b' x", ["a b", "x"], ["e", "u", "o=pipefail", "c"]],
  ["kubectl", "get - --contex prod -n jobs --con x", ["get", "-", "x"], ["context=prod", "n=jobs", "con"]],
];

test.each(parsed)("%s %s", (program, text, operands, flags) => {
  const found = options(firstCommand(`run ${text}`).words.slice(1), optionSpecs[program]);
  const given = [...found.flags.values()]
    .flat()
    .map((one) => (one.text === undefined ? one.name : `${one.name}=${one.text}`));
  expect(texts(found.operands)).toEqual(operands);
  expect(given).toEqual(flags);
});

// [shell text, the wrappers, the words left]
const wrapped: readonly (readonly [string, string, string])[] = [
  ["sudo -u x -E -- run a", "sudo", "run a"],
  ["sudo -nu x A=b run", "sudo", "run"],
  ["timeout --foreground --kill-after=30s 5m run -k", "timeout", "run -k"],
  ["timeout -s KILL -k 5 30 run", "timeout", "run"],
  ["nohup nice -n 5 ionice -c2 -n7 run", "nohup nice ionice", "run"],
  ["env -u A -i B=c /opt/x/run d", "env", "/opt/x/run d"],
  ["stdbuf -oL -eL run", "stdbuf", "run"],
  ["flock -n -E 0 /tmp/l run", "flock", "run"],
  ["setsid -w run -w", "setsid", "run -w"],
  ["xvfb-run -a --server-args='-screen 0' run", "xvfb-run", "run"],
  ["sshpass -f /p -P x ssh h", "sshpass", "ssh h"],
  ["sshpass -ppw ssh h", "sshpass", "ssh h"],
  ["time -p run", "time", "run"],
  ["exec -a name run", "exec", "run"],
  ["runuser -u x -- run", "runuser", "run"],
  ["xargs -0 -n 1 -P4 -I {} run {}", "xargs", "run {}"],
  ["taskset -c 0 run", "taskset", "run"],
  ["chronic unbuffer -p doas -u x run", "chronic unbuffer doas", "run"],
  ["sudo", "", "sudo"],
  ["nohup", "", "nohup"],
  ["env -S 'a b'", "", "env -S a b"],
];

test.each(wrapped)("%s is wrapped in %s", (text, wrappers, words) => {
  const command = firstCommand(text);
  expect(command.wrappers.map((one) => one.name).join(" ")).toBe(wrappers);
  expect(texts(command.words).join(" ")).toBe(words);
});

test("a wrapper in front of what is not known leaves the program open", () => {
  expect(firstCommand("sudo $RUN a")).toMatchObject({ program: undefined });
  expect(firstCommand("sudo /opt/$V/run a")).toMatchObject({ program: "run" });
  expect(firstCommand('"$DIR/run.sh" a')).toMatchObject({ program: "run.sh" });
  expect(firstCommand("{{ dir }}/run.sh a")).toMatchObject({ program: "run.sh" });
  expect(firstCommand("run-{{ x }} a")).toMatchObject({ program: undefined });
});

// Pieces that shells put together in any order, sensible or not.
const piece = fc.constantFrom(
  "a",
  "ssh h ",
  "bash -c ",
  "nohup ",
  "sudo -u ",
  " ",
  "\n",
  ";",
  "&",
  "&&",
  "||",
  "|",
  "|&",
  "(",
  ")",
  "{ ",
  " }",
  "'",
  '"',
  "`",
  "\\",
  "$(",
  "$((",
  "))",
  "\x24{",
  "}",
  "$x",
  "<<EOF\n",
  "\nEOF\n",
  "<<-'E'\n",
  "\n\tE\n",
  "<<<",
  ">",
  ">&",
  "2>&1",
  "&>",
  "{{ x }}",
  "{% if x %}",
  "{%- else -%}",
  "{% endif %}",
  "{# c #}",
  "\uFFFC",
  "if ",
  "; then ",
  "; fi",
  "for i in ",
  "; do ",
  "; done",
  "case x in ",
  "a) ",
  ";; ",
  " esac",
  "#",
  "wait $!",
  "kill $p",
  "p=$!",
  "é",
  "😀",
  "\r\n",
  "-c ",
  "eval ",
  "xargs ",
  "time ",
  "! ",
  "[[ ",
  " ]]",
  "exit 0",
  "|| true",
);

test("no text breaks the lowering, and every span stays inside its text and its source", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const script = lowerScript(folded(text, 10), { dialect: "bash", place: "worker" });
      for (const { statement, script: inner } of statements(script)) {
        const { start, end } = statement.span;
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(inner.folded.text.length);
        const source = sourceSpan(inner.folded, statement.span);
        expect(source.start).toBeGreaterThanOrEqual(10);
        expect(source.end).toBeLessThanOrEqual(10 + text.length);
      }
    }),
    { numRuns: 400, seed: 7 },
  );
});
