import { parse } from "smol-toml";
import { z } from "zod";
import { type Pins, pinsOf, pinsOfTable } from "./requirement.ts";

/** Pins of a `uv.lock`, `poetry.lock` or `pdm.lock`. Read by pattern: such files are large, and three keys are wanted. */
export function pinsOfTomlLock(text: string): Pins {
  const packages = text.matchAll(/^\[\[package\]\]\r?\nname = "([^"]+)"\r?\nversion = "([^"]+)"/gm);
  return pinsOfTable([...packages].map((match) => [match[1] ?? "", `==${match[2] ?? ""}`]));
}

const pipfileLock = z.object({
  default: z.record(z.string(), z.object({ version: z.string().optional() })).optional(),
});

/** Pins of a `Pipfile.lock`; none when it is not what it should be. */
export function pinsOfPipfileLock(text: string): Pins {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return new Map();
  }
  const entries = Object.entries(pipfileLock.safeParse(raw).data?.default ?? {});
  return pinsOfTable(entries.map(([name, { version }]) => [name, version ?? ""]));
}

const dependencyTable = z.record(z.string(), z.union([z.string(), z.object({ version: z.string() })]).catch(""));
const pyproject = z.object({
  project: z
    .object({
      dependencies: z.array(z.string()).catch([]),
      "optional-dependencies": z.record(z.string(), z.array(z.string())).catch({}),
    })
    .catch({ dependencies: [], "optional-dependencies": {} }),
  "dependency-groups": z.record(z.string(), z.array(z.unknown())).catch({}),
  tool: z
    .object({
      poetry: z
        .object({
          dependencies: dependencyTable.catch({}),
          group: z.record(z.string(), z.object({ dependencies: dependencyTable.catch({}) })).catch({}),
        })
        .catch({ dependencies: {}, group: {} }),
    })
    .catch({ poetry: { dependencies: {}, group: {} } }),
});
const pipfile = z.object({ packages: dependencyTable.catch({}) });

/** Pins of a `pyproject.toml`: the project's dependencies first, then its extras and groups, then Poetry's. */
export function pinsOfPyproject(text: string): Pins {
  const data = pyproject.safeParse(toml(text)).data;
  if (!data) return new Map();
  const { project, tool } = data;
  const groups = Object.values(data["dependency-groups"]).flatMap((group) =>
    group.filter((one) => typeof one === "string"),
  );
  const poetry = [tool.poetry.dependencies, ...Object.values(tool.poetry.group).map((group) => group.dependencies)];
  return new Map([
    ...poetry.reverse().flatMap((table) => [...pinsOfDependencies(table)]),
    ...pinsOf([...Object.values(project["optional-dependencies"]).flat(), ...groups]),
    ...pinsOf(project.dependencies),
  ]);
}

/** Pins of a `Pipfile`. */
export function pinsOfPipfile(text: string): Pins {
  return pinsOfDependencies(pipfile.safeParse(toml(text)).data?.packages ?? {});
}

function pinsOfDependencies(table: z.output<typeof dependencyTable>): Pins {
  return pinsOfTable(Object.entries(table).map(([name, one]) => [name, typeof one === "string" ? one : one.version]));
}

function toml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
