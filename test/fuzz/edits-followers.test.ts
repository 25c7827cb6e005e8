import fc from "fast-check";
import { expect, it } from "vitest";
import { build } from "../../server/src/airflow/build.ts";
import type { DagFile } from "../../server/src/airflow/dagfile.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { insertFollower } from "../../server/src/edits/followers.ts";
import { withImports } from "../../server/src/edits/imports.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

// Bounds a hang, not the speed of a machine.
const timeout = 600_000;

const names = ["a", "b", "t", "u"];

/** `t`, `[t, u]` or `[t]`: one operand of an edge statement; its tasks come from `pool`. */
function operand(pool: readonly string[]): fc.Arbitrary<string> {
  const one = fc.constantFrom(...pool);
  const several = fc.subarray([...pool], { minLength: 1 }).map((list) => `[${list.join(", ")}]`);
  return fc.oneof(one, one, several);
}

/** Statements whose operands are distinct tasks in a fixed order, so that no cycle comes up. */
const statement = fc
  .tuple(operand(["a"]), operand(["t", "u"]), operand(["b", "x"]), operand(["y"]), fc.nat({ max: 8 }))
  .map(([first, second, third, fourth, form]) => {
    const lists = [second, third].filter((one) => one.startsWith("[")).length;
    switch (form) {
      case 0:
        return `${first} >> ${second}`;
      case 1:
        return lists < 2 ? `${first} >> ${second} >> ${third}` : `${first} >> ${second} >> y`;
      case 2:
        return lists < 2 ? `${third} << ${second} << ${first}` : `y << ${second}`;
      case 3:
        return second.startsWith("[") ? `b.set_upstream(${second})` : `${second}.set_downstream(${third})`;
      case 4:
        return lists < 2 ? `chain(${first}, ${second}, ${third})` : `chain(${first}, ${second}, y)`;
      case 5:
        return `cross_downstream([t, u], [b, x])`;
      case 6:
        return lists < 2 ? `(\n@    ${first}\n@    >> ${second}\n@    >> ${third}  # then\n@)` : `${second} >> y`;
      case 7:
        return lists < 2 ? `chain(\n@    ${second},\n@    ${third},\n@)` : `chain(${second}, y)`;
      default:
        return `${second} >> ${fourth}`;
    }
  });

const files = fc
  .record({
    statements: fc.array(statement, { minLength: 1, maxLength: 4 }),
    style: fc.constantFrom("with", "dag="),
    vertical: fc.boolean(),
    newline: fc.constantFrom("\n", "\n", "\r\n"),
    indent: fc.constantFrom("    ", "\t"),
    comment: fc.constantFrom("", "  # the task"),
  })
  .map((parts) => {
    const inner = parts.style === "with" ? parts.indent : "";
    const extra = parts.style === "with" ? [] : ["dag=dag"];
    const task = (name: string): string => {
      const args = [`task_id="${name}"`, 'bash_command="true"', ...extra];
      const list = parts.vertical
        ? `\n${args.map((one) => `${inner}${parts.indent}${one},\n`).join("")}${inner}`
        : args.join(", ");
      return `${inner}${name} = BashOperator(${list})${parts.comment}\n`;
    };
    const body = [
      ...[...names, "x", "y"].map(task),
      ...parts.statements.map((one) => `${inner}${one.replaceAll("@", inner)}\n`),
    ].join("");
    const head =
      "from airflow.sdk import DAG, chain, cross_downstream\nfrom airflow.providers.standard.operators.bash import BashOperator\n\n";
    return (head + (parts.style === "with" ? 'with DAG("d"):\n' : 'dag = DAG("d")\n') + body).replaceAll(
      "\n",
      parts.newline,
    );
  });

function read(text: string): DagFile {
  return build({ path: "dags/x.py", text }, unknownProject);
}

function edges(file: DagFile): string[] {
  return [...new Set(file.edges.map((one) => `${one.from.id}>${one.to.id}`))].sort();
}

it(
  "moves the edges of a task in any style",
  () => {
    let changed = 0;
    const runs = 2000;
    fc.assert(
      fc.property(files, (text) => {
        const file = read(text);
        expect(file.errors, text).toEqual([]);
        expect(file.edgesComplete, text).toBe(true);
        const task = file.tasks.find((one) => one.id === "t");
        if (!task) throw new Error(text);
        const rewrite = insertFollower(file, task, {
          operator: { module: "airflow.providers.standard.sensors.bash", name: "BashSensor" },
          variable: "wait_t",
          taskId: "wait_t",
          arguments: () => [{ name: "timeout", text: "60" }],
        });
        const edits = withImports(file, rewrite?.edits, rewrite?.needs ?? []);
        if (!edits) return;
        changed++;
        const result = applyEdits(text, edits);
        if (result === undefined) throw new Error("overlap");
        const after = read(result);
        expect(after.errors, result).toEqual([]);
        const expected = edges(file).map((one) => one.replace(/^t>/, "wait_t>"));
        expect(edges(after), `${text}\n→\n${result}`).toEqual([...new Set([...expected, "t>wait_t"])].sort());
        expect(after.module.comments.map((one) => one.text.trim())).toEqual(
          file.module.comments.map((one) => one.text.trim()),
        );
        if (text.includes("\r\n")) expect(result.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        expect(after.tasks.find((one) => one.id === "wait_t")?.dag?.id).toBe("d");
      }),
      { numRuns: runs },
    );
    expect(changed).toBeGreaterThan(runs * 0.9);
  },
  timeout,
);
