import { describe, expect, test } from "vitest";
import { paint } from "../../server/src/cli/paint.ts";
import { Places, shownPath } from "../../server/src/cli/place.ts";
import { progressLine } from "../../server/src/cli/progress.ts";
import { snippet } from "../../server/src/cli/snippet.ts";
import { type Clock, type Terminal, wantsColors } from "../../server/src/cli/terminal.ts";

/** A clock that stands still until it is told to go on. */
function stoppedClock(): Clock & { readonly advance: (milliseconds: number) => void } {
  let time = 0;
  let waiting: { at: number; call: () => void }[] = [];
  return {
    now: () => time,
    after: (milliseconds, call) => {
      const entry = { at: time + milliseconds, call };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((one) => one !== entry);
      };
    },
    advance: (milliseconds) => {
      time += milliseconds;
      const due = waiting.filter((one) => one.at <= time);
      waiting = waiting.filter((one) => one.at > time);
      for (const one of due) one.call();
    },
  };
}

function watched(interactive: boolean) {
  const clock = stoppedClock();
  const written: string[] = [];
  const terminal: Terminal = {
    cwd: "/project",
    out: () => {},
    err: (text) => void written.push(text),
    colors: false,
    interactive,
    columns: 30,
    stdin: async () => new Uint8Array(),
    clock,
  };
  return { clock, written, terminal };
}

describe("the progress line", () => {
  test("stays away from a run of less than a second", () => {
    const { clock, written, terminal } = watched(true);
    const progress = progressLine(terminal, "Checking");
    progress.report(1, 2);
    clock.advance(999);
    progress.report(2, 2);
    progress.finish();
    clock.advance(10_000);
    expect(written).toEqual([]);
  });

  test("appears after a second, is redrawn at most ten times a second, and goes away", () => {
    const { clock, written, terminal } = watched(true);
    const progress = progressLine(terminal, "Checking");
    progress.report(10, 400);
    clock.advance(1000);
    progress.report(11, 400);
    clock.advance(100);
    progress.report(12, 400);
    progress.finish();
    expect(written).toEqual([
      "\r\u001b[2KChecking: 10 of 400 files",
      "\r\u001b[2KChecking: 12 of 400 files",
      "\r\u001b[2K",
    ]);
  });

  test("is never wider than the terminal", () => {
    const { clock, written, terminal } = watched(true);
    progressLine(terminal, "Checking a project with a long name").report(1, 2);
    clock.advance(1000);
    expect(written.map((text) => text.replace("\r\u001b[2K", "").length)).toEqual([29]);
  });

  test("is not written where nobody watches", () => {
    const { clock, written, terminal } = watched(false);
    const progress = progressLine(terminal, "Checking");
    clock.advance(5000);
    progress.report(1, 2);
    progress.finish();
    expect(written).toEqual([]);
  });
});

describe("colours", () => {
  test.each([
    ["a terminal", { isTTY: true }, {}, true],
    ["a pipe", {}, {}, false],
    ["NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR, which means nothing", { isTTY: true }, { NO_COLOR: "" }, true],
    ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }, false],
    ["FORCE_COLOR in a pipe", {}, { FORCE_COLOR: "1" }, true],
    ["NO_COLOR against FORCE_COLOR", {}, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("%s", (_name, stream, environment, expected) => {
    expect(wantsColors(stream, environment)).toBe(expected);
  });

  test("plain pens write no escape sequences", () => {
    const pens = paint(false);
    expect(pens.severity("error", pens.bold(pens.dim("x")))).toBe("x");
  });
});

describe("a source snippet", () => {
  const pens = paint(false);
  const show = (text: string, part: string) => {
    const start = text.indexOf(part);
    return snippet(new Places(text), { start, end: start + part.length }, "error", pens);
  };

  test("marks the span", () => {
    expect(show("a = 1\nrun(job)\n", "job")).toBe("   2 │ run(job)\n     │     ^^^\n");
  });
  test("keeps tabs, so that carets stand below", () => {
    expect(show("\trun(job)", "job")).toBe("   1 │ \trun(job)\n     │ \t    ^^^\n");
  });
  test("counts wide characters as two cells and combining ones as none", () => {
    expect(show('"日本🚀" + job', "job")).toBe(`   1 │ "日本🚀" + job\n     │ ${" ".repeat(11)}^^^\n`);
    expect(show('"e\u0301" + job', "job")).toBe(`   1 │ "e\u0301" + job\n     │ ${" ".repeat(6)}^^^\n`);
  });
  test("shows the first line of a longer span", () => {
    expect(show("run(\n  job\n)", "run(\n  job\n)")).toBe("   1 │ run(\n     │ ^^^^…\n");
  });
  test("leaves out a byte order mark and a carriage return", () => {
    expect(show("\uFEFFjob\r\n", "job")).toBe("   1 │ job\n     │ ^^^\n");
  });
  test("cuts a long line around the span", () => {
    const [line = "", carets = ""] = show(`${"x".repeat(500)}job${"y".repeat(500)}`, "job").split("\n");
    expect(line.length).toBeLessThan(160);
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("job");
  });
  test("marks an empty span with one caret", () => {
    expect(snippet(new Places("run()"), { start: 4, end: 4 }, "info", pens)).toBe("   1 │ run()\n     │     ^\n");
  });
});

describe("places", () => {
  test("columns count Unicode characters from one", () => {
    expect(new Places('"🚀" job').at(5)).toEqual({ line: 1, column: 5 });
  });
  test("a byte order mark has no column", () => {
    const places = new Places("\uFEFFjob\njob");
    expect([places.at(0), places.at(1), places.at(5)]).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 1 },
      { line: 2, column: 1 },
    ]);
  });
  test("paths are relative to the working directory", () => {
    expect(shownPath("/project", "/project/dags/load.py")).toBe("dags/load.py");
    expect(shownPath("/project/dags", "/project/load.py")).toBe("../load.py");
  });
});
