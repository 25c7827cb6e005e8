import { expect, test } from "vitest";
import type { Run } from "../../server/src/airflow/dagfile.ts";
import { Uses } from "../../server/src/engine/uses.ts";

function run(path: string, name: string, dag: string, start = 0): Run {
  const task = { path: dag, span: { start, end: start + 4 }, label: `PythonOperator "t${start}"`, bounded: false };
  return { path, function: name, task };
}

test("users come in one order, each once for each function", () => {
  const runs = [
    run("/lib.py", "load", "/b.py", 30),
    run("/lib.py", "load", "/b.py", 4),
    run("/lib.py", "load", "/b.py", 4),
  ];
  const forward = new Uses();
  forward.take("/a.py", [run("/lib.py", "load", "/a.py")]);
  forward.take("/b.py", runs);
  const backward = new Uses();
  backward.take("/b.py", runs.toReversed());
  backward.take("/a.py", [run("/lib.py", "load", "/a.py")]);
  expect(forward.of("/lib.py").map(({ task }) => `${task.path} ${task.span.start}`)).toEqual([
    "/a.py 0",
    "/b.py 4",
    "/b.py 30",
  ]);
  expect(backward.of("/lib.py")).toEqual(forward.of("/lib.py"));
  expect(forward.of("/a.py")).toEqual([]);
});

test("what a file asks now replaces what it asked; only changes are told", () => {
  const uses = new Uses();
  expect(uses.take("/a.py", [run("/x.py", "f", "/a.py"), run("/y.py", "g", "/a.py")])).toEqual(["/x.py", "/y.py"]);
  expect(uses.take("/a.py", [run("/y.py", "g", "/a.py"), run("/x.py", "f", "/a.py")])).toEqual([]);
  expect(uses.drain()).toEqual(["/x.py", "/y.py"]);
  expect(uses.take("/a.py", [run("/y.py", "g", "/a.py", 9), run("/x.py", "f", "/a.py")])).toEqual(["/y.py"]);
  expect(uses.take("/a.py", [])).toEqual(["/x.py", "/y.py"]);
  expect([uses.of("/x.py"), uses.drain(), uses.drain()]).toEqual([[], ["/x.py", "/y.py"], []]);
});

test("a file that runs its own functions is no user of itself", () => {
  const uses = new Uses();
  expect(uses.take("/a.py", [run("/a.py", "f", "/a.py")])).toEqual([]);
  expect(uses.of("/a.py")).toEqual([]);
});
