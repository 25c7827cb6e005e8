import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { classes, decorators, releases } from "../../server/src/catalog/data.ts";
import { jsonClass, jsonDecorator } from "../../server/src/catalog/format.ts";
import { compareVersions } from "../../server/src/catalog/versions.ts";

it("has the shape that the product takes for granted", () => {
  expect(() => z.array(jsonClass).parse(classes())).not.toThrow();
  expect(() => z.array(jsonDecorator).parse(decorators())).not.toThrow();
});

it("stays small enough to be bundled", () => {
  const file = new URL("../../server/src/catalog/operators.generated.json", import.meta.url);
  expect(statSync(file).size).toBeLessThan(1.5 * 1024 * 1024);
});

it("gives every spelling to one class only", () => {
  const owners = new Map<string, string[]>();
  for (const { fqcn, spellings } of classes()) {
    for (const [spelling] of spellings) owners.set(spelling, [...(owners.get(spelling) ?? []), fqcn]);
  }
  expect([...owners].filter(([, found]) => found.length > 1)).toEqual([]);
});

it("lists the canonical spelling of every class among its spellings, and only bases that it has", () => {
  const known = new Set(classes().map(({ fqcn }) => fqcn));
  expect(known.size).toBe(classes().length);
  for (const { fqcn, spellings, bases } of classes()) {
    expect(spellings.map(([spelling]) => spelling)).toContain(fqcn);
    for (const base of bases ?? []) expect(known).toContain(base);
  }
});

it("orders the releases of every provider", () => {
  for (const [provider, versions] of Object.entries(releases)) {
    const numbers = versions.map(([version]) => version);
    expect(numbers.toSorted(compareVersions), provider).toEqual(numbers);
  }
});
