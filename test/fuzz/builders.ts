/** Notes which modules of `server/src/edits` make edits, by wrapping their functions before anything imports them. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../server/src/edits");

/** All modules by their names. */
export const modules: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));

let active = new Set<string>();

/** The modules that have made edits since this was last asked. */
export function builders(): ReadonlySet<string> {
  const found = active;
  active = new Set();
  return found;
}

function isEdit(value: unknown): boolean {
  return typeof value === "object" && value !== null && "span" in value && "text" in value;
}

function makesEdits(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((one) => isEdit(one) || makesEdits(one));
  return isEdit(value) || ("edits" in value && makesEdits(value.edits));
}

/** To be awaited before the first import that leads to the modules. */
export function watchBuilders(): void {
  for (const name of modules)
    vi.doMock(join(folder, `${name}.ts`), async (original) => {
      const module = await original<Record<string, unknown>>();
      const entries = Object.entries(module).map(([key, value]) => {
        if (typeof value !== "function") return [key, value] as const;
        const call = value as (...given: unknown[]) => unknown;
        const watched = (...given: unknown[]): unknown => {
          const result = call(...given);
          if (!active.has(name) && makesEdits(result)) active.add(name);
          return result;
        };
        return [key, watched] as const;
      });
      return Object.fromEntries(entries);
    });
}
