import { expect, test } from "vitest";
import type { TaskPlace } from "../../server/src/airflow/dagfile.ts";
import { runFrom } from "../../server/src/engine/elsewhere.ts";

function user(path: string, start: number, label: string): TaskPlace {
  return { path, span: { start, end: start + 1 }, label, bounded: false };
}

const messages = (users: readonly TaskPlace[]): string[] => runFrom(users, "/p/lib.py").map((one) => one.message);

test("tasks without a known id that stand in one file are one line", () => {
  const users = [1, 2, 3].map((at) => user("/p/a.py", at, "PythonOperator"));
  expect(messages(users)).toEqual(["PythonOperator runs it"]);
});

test("those of several files are told apart by the file", () => {
  const users = ["a", "b"].flatMap((name) => [1, 2].map((at) => user(`/p/dags/${name}.py`, at, "PythonOperator")));
  expect(messages(users)).toEqual(["PythonOperator of dags/a.py runs it", "PythonOperator of dags/b.py runs it"]);
});

test("the last line counts the tasks that are not shown", () => {
  const users = [..."abcdef"].map((name, at) => user("/p/a.py", at, `PythonOperator "${name}"`));
  expect(messages(users).at(-1)).toBe('PythonOperator "e" and 1 more task run it');
});
