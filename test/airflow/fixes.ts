import { beforeAll, expect, test } from "vitest";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { Project } from "../project.ts";
import type { Environment, ImportedFile } from "./environment.ts";
import { complaints, goodExamples, originals, outcomes, spelledFor } from "./outcomes.ts";
import { importSources } from "./sources.ts";

await ensureGrammars();
const project = new Project();

/**
 * Whatever a fix offers is imported by the Airflow it was written for: the fixes of every rule's example, of every
 * fixture case and of `examples/`, all together and each by itself.
 */
export function fixesTests(environment: Environment): void {
  const made = originals().flatMap((original) => {
    return outcomes(spelledFor(environment.airflow, original), project, environment.airflow);
  });
  const groups = new Set(made.map(({ original }) => original.group));
  const examples = goodExamples().map((one) => spelledFor(environment.airflow, one));
  const outcomeTexts = made.flatMap(({ original: { group, text: before }, text }) => [
    { group, text: before },
    { group, text },
  ]);
  const names = nameTexts([...outcomeTexts, ...examples]);
  const files = new Map<string, ImportedFile>();
  const imported = (text: string) => {
    const file = files.get(names.get(text) ?? "");
    if (!file) throw new Error(`Airflow was not asked about:\n${text}`);
    return { text, file };
  };

  // One process for everything: loading an Airflow takes longer than all these files together.
  beforeAll(async () => {
    const sources = [...names].map(([text, name]) => ({ name, text, targets: [environment.name] }));
    const report = await importSources(environment, sources);
    for (const file of report.files) files.set(file.path, file);
  });

  test("most originals import, so that there is something to compare with", () => {
    const whole = made.filter(({ original }) => imported(original.text).file.error === null);
    const texts = new Set(made.map(({ original }) => original.text));
    console.log(
      `${environment.name}: ${made.length} outcomes of ${texts.size} files; ` +
        `the originals of ${made.length - whole.length} do not import there and were only searched for new errors`,
    );
    expect(whole.length).toBeGreaterThan(made.length / 2);
  });

  test("the examples of what is right import", () => {
    // A module or connection of the reader's own; Airflow 2 wants a start date besides a schedule.
    const own = /No module named '(company|jobs)'|conn_id `\w+` isn't defined|missing the start_date parameter\s*$/;
    const broken = examples.flatMap(({ about, text }) => {
      const { error } = imported(text).file;
      return error === null || own.test(error) ? [] : [`${about}\n${error}\n${text}`];
    });
    expect(broken.join("\n")).toBe("");
  });

  test.each([...groups])("fixes of %s", (group) => {
    const some = made.filter(({ original }) => original.group === group);
    const spoilt = some.flatMap((outcome) => {
      const wrong = complaints(imported(outcome.original.text), imported(outcome.text), outcome.original.rule);
      return wrong.map((what) => `${outcome.original.about}, ${outcome.how}\n${what}\n${outcome.text}`);
    });
    expect(spoilt.join(`\n${"─".repeat(80)}\n`)).toBe("");
  });
}

/** A file name for each distinct text. */
function nameTexts(texts: readonly { readonly group: string; readonly text: string }[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { group, text } of texts) {
    if (!names.has(text)) names.set(text, `${group.replaceAll("-", "_")}_${names.size}.py`);
  }
  return names;
}
