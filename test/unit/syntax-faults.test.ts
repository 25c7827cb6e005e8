import { describe, expect, test } from "vitest";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

/** `kind line:text` of each fault. */
function faults(text: string): string[] {
  return lowerModule(text).faults.map(
    ({ kind, span }) => `${kind} ${text.slice(0, span.start).split("\n").length}: ${text.slice(span.start, span.end)}`,
  );
}

const header = "from datetime import datetime\nfrom airflow import DAG\n\n";

describe("where a broken text is at fault", () => {
  test("a sound text has none", () => {
    expect(faults(`${header}dag = DAG("load", tags=["a)", '(b', """[""", f"{1}"])  # (\n`)).toEqual([]);
  });

  test.each([
    ["a page", "# A DAG\n\n```python\nfrom airflow import DAG\n```\n", "template 3: ```python"],
    ["a tag", `${header}def load():\n    {% if old %}\n    pass\n    {%- endif %}\n`, "template 5: {% if old %}"],
    [
      "a name",
      `${header}class {{ name }}Operator(BaseOperator):\n    pass\n`,
      "template 4: class {{ name }}Operator(BaseOperator):",
    ],
  ])("a template: %s", (_, text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test("no template: Jinja in strings", () => {
    const text = `${header}a = BashOperator(task_id="a" bash_command="{{ ds }}")\nb = """\n{% if x %}\n"""\n`;
    expect(faults(text).every((one) => one.startsWith("unreadable"))).toBe(true);
    expect(faults(`${header}a = "echo\n{% if x %}\n"\n`).some((one) => one.startsWith("template"))).toBe(false);
  });

  test("a bracket that nothing closes", () => {
    const text = `${header}args = {\n    "owner": "etl",\n\ndag = DAG("load", default_args=args)\nwith dag:\n    for i in range(3):\n        print(i)\n`;
    expect(faults(text)).toEqual(["open-bracket 4: {"]);
  });

  test("an inner bracket that is closed by another's end", () => {
    const text = `${header}args = {\n    "retry_delay": timedelta(minutes=5,\n}\ndag = DAG("load", default_args=args)\n`;
    expect(faults(text)).toEqual(["open-bracket 5: ("]);
  });

  test("the next statement ends what is open", () => {
    const text = `${header}a = BashOperator(task_id="a"\n\ndef run():\n    return 1\n\nb = BashOperator(task_id="b"\n\nclass C:\n    pass\n`;
    expect(faults(text)).toEqual(["open-bracket 4: (", "open-bracket 9: ("]);
  });

  test("words that only begin like a statement do not", () => {
    const text = `${header}dag = DAG(\n    "load",\ndefault_args={},\n    importance=1,\n    classes=2)\n\nx = = 1\n`;
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toContain("unreadable 10: ");
  });

  test("a bracket that closes nothing", () => {
    expect(faults(`${header}dag = DAG("load"))\n`)).toEqual(["stray-bracket 4: )"]);
  });

  test("a string that nothing closes hides all behind it", () => {
    expect(faults(`${header}dag = DAG("load, tags=["a"])\nx = (\n`)).toEqual([`open-string 4: "])`]);
    expect(faults(`${header}text = """\nload(\n`)).toEqual([`open-string 4: """`]);
  });

  test("the innermost place, not the whole that the parser gave up", () => {
    const text = `${header}with DAG("load") as dag:\n    a = 1\n    b = 2\n    a >> bfrom datetime import datetime\nfrom airflow import DAG\n\nwith DAG("x") as dag:\n    c = 3\n`;
    const found = faults(text);
    expect(found[0]).toMatch(/^unreadable 7: /);
    expect(found.some((one) => one.includes(" 1: "))).toBe(false);
  });

  test("behind the sound statements of a block", () => {
    const text = `${header}with DAG("load") as dag:\n    a = 1\n\n    def run(ds)\n        return ds\n`;
    expect(faults(text)[0]).toMatch(/^unreadable 7: /);
  });
});
