import { expect, test } from "vitest";
import { rules } from "../../server/src/rules/index.ts";

test("a rule merges into rules that exist, and never in a circle", () => {
  const wider = new Map(rules.map(({ name, mergesInto }) => [name, mergesInto ?? []]));
  const reaches = (name: string, seen: readonly string[]): void => {
    expect(seen, `${[...seen, name].join(" → ")} is a circle`).not.toContain(name);
    const next = wider.get(name);
    expect(next, `${seen.at(-1)} merges into ${name}, which is no rule`).toBeDefined();
    for (const one of next ?? []) reaches(one, [...seen, name]);
  };
  for (const { name } of rules) reaches(name, []);
});
