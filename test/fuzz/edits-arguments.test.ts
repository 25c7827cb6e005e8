import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type ArgumentChanges,
  editArguments,
  type Named,
  removeEntries,
  setEntries,
} from "../../server/src/edits/arguments.ts";
import { replaceCallee, unwrapExpression, wrapExpression } from "../../server/src/edits/calls.ts";
import { withImports } from "../../server/src/edits/imports.ts";
import type { SourceFile } from "../../server/src/edits/layout.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Dict, Module } from "../../server/src/syntax/python.ts";
import { everyExpression } from "../../server/src/syntax/traverse.ts";
import { applyEdits, type Edit } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { callOf, source } from "../unit/edits-source.ts";
import { layouts } from "./edits-layouts.ts";

await grammarsLoaded();

const runs = { numRuns: 2500 };
// Bounds a hang, not the speed of a machine.
const timeout = 600_000;

function comments(module: Module): string[] {
  return module.comments.map((one) => one.text.trimEnd()).sort();
}

/** The result, after everything that holds for each edit was checked. */
function checked(file: SourceFile, edits: readonly Edit[], where: { start: number; end: number }): SourceFile {
  const { text } = file.module;
  const result = applyEdits(text, edits);
  if (result === undefined) throw new Error(`overlap: ${JSON.stringify(edits)}`);
  const after = source(result);
  expect(after.module.errors, result).toEqual([]);
  expect(result.startsWith(text.slice(0, where.start)), result).toBe(true);
  expect(result.endsWith(text.slice(where.end)), result).toBe(true);
  expect(comments(after.module)).toEqual(comments(file.module));
  if (text.includes("\r\n")) expect(result.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  return after;
}

/** Every argument as written, without its comments and blanks. */
function written(file: SourceFile, callee = "f"): string[] {
  const call = callOf(file, callee);
  const squeeze = (text: string): string => text.replaceAll(/#.*inner.*|\s/g, "");
  return call.args.map((one) => squeeze(file.module.text.slice(one.span.start, one.span.end)));
}

type Action = "keep" | "remove" | "replace" | "rename" | "set" | "substitute" | "both";

it(
  "changes the arguments of a call in any layout",
  () => {
    let changed = 0;
    const actions = fc.array(
      fc.constantFrom<Action>("keep", "keep", "keep", "remove", "replace", "rename", "set", "substitute", "both"),
      { minLength: 5, maxLength: 5 },
    );
    fc.assert(
      fc.property(layouts("call"), actions, fc.integer({ min: 0, max: 2 }), (layout, chosen, additions) => {
        const file = source(layout.text);
        expect(file.module.errors, layout.text).toEqual([]);
        const call = callOf(file, "f");
        const add: Named[] = ["y", "z"].slice(0, additions).map((name) => ({ name, text: `g(${name}, 1)` }));
        const action = (name: string): Action => chosen[layout.names.indexOf(name)] ?? "keep";
        const which = (...wanted: Action[]): string[] => layout.names.filter((name) => wanted.includes(action(name)));
        const changes: ArgumentChanges = {
          add,
          remove: which("remove"),
          replace: which("replace", "both").map((argument) => ({ argument, text: "77" })),
          rename: which("rename", "both").map((from) => ({ from, to: `${from}2` })),
          set: which("set").map((name) => ({ name, text: "55" })),
          substitute: which("substitute").map((argument) => ({
            argument,
            by: [
              { name: `${argument}3`, text: "3" },
              { name: `${argument}4`, text: "4" },
            ],
          })),
        };
        const edits = editArguments(file, call, changes);
        if (!edits) {
          // Only a comment that has nowhere to go may refuse.
          expect(layout.commented.some((name) => !["keep", "rename"].includes(action(name)))).toBe(true);
          return;
        }
        changed++;
        const after = checked(file, edits, call.span);
        const expected = written(file).flatMap((one) => {
          const name = /^([a-e])=/.exec(one)?.[1];
          if (!name) return [one];
          switch (action(name)) {
            case "remove":
              return [];
            case "replace":
              return [`${name}=77`];
            case "both":
              return [`${name}2=77`];
            case "rename":
              return [one.replace("=", "2=")];
            case "set":
              return [`${name}=55`];
            case "substitute":
              return [`${name}3=3`, `${name}4=4`];
            default:
              return [one];
          }
        });
        const mapping = expected.findIndex((one) => one.startsWith("**"));
        const extra = add.map((one) => `${one.name}=${one.text.replaceAll(" ", "")}`);
        expected.splice(mapping < 0 ? expected.length : mapping, 0, ...extra);
        expect(written(after), after.module.text).toEqual(expected);
        // What was set is set: once more changes nothing.
        const again = [...(changes.set ?? []), ...add];
        expect(editArguments(after, callOf(after, "f"), { set: again })).toEqual([]);
      }),
      runs,
    );
    expect(changed).toBeGreaterThan(runs.numRuns / 2);
  },
  timeout,
);

function firstDict(file: SourceFile): Dict | undefined {
  let found: Dict | undefined;
  everyExpression(file.module.body, (expr) => {
    if (expr.kind === "dict") found ??= expr;
  });
  return found;
}

it(
  "sets and removes the entries of a dict in any layout",
  () => {
    fc.assert(
      fc.property(layouts("dict"), fc.subarray(["a", "b", "q"]), fc.subarray(["c", "d"]), (layout, set, remove) => {
        const file = source(layout.text);
        const dict = firstDict(file);
        if (!dict) throw new Error(layout.text);
        const gone = remove.filter((one) => layout.names.includes(one));
        const entries = set.map((name) => ({ name, text: "55" }));
        const edits = setEntries(file, dict, entries);
        const removal = removeEntries(file, dict, gone);
        if (edits) {
          const after = checked(file, edits, dict.span);
          const now = firstDict(after);
          if (!now) throw new Error(after.module.text);
          expect(now.entries.length).toBe(
            dict.entries.length + set.filter((one) => !layout.names.includes(one)).length,
          );
          expect(setEntries(after, now, entries)).toEqual(
            layout.text.includes("**more") && set.some((one) => layout.names.includes(one)) ? undefined : [],
          );
        } else expect(layout.text.includes("**more") || layout.commented.some((one) => set.includes(one))).toBe(true);
        if (removal) {
          const now = firstDict(checked(file, removal, dict.span));
          expect(now?.entries.length).toBe(dict.entries.length - gone.length);
        } else expect(layout.commented.some((one) => gone.includes(one))).toBe(true);
      }),
      runs,
    );
  },
  timeout,
);

it(
  "calls something else, and wraps a call, in any layout",
  () => {
    fc.assert(
      fc.property(layouts("call"), (layout) => {
        const file = source(layout.text);
        const call = callOf(file, "f");
        const rewrite = replaceCallee(file, call, {
          module: "airflow.providers.ssh.operators.ssh",
          name: "SSHOperator",
        });
        const edits = withImports(file, rewrite?.edits, rewrite?.needs ?? []);
        if (!edits) throw new Error(`refused: ${layout.text}`);
        const result = applyEdits(layout.text, edits) ?? "";
        const after = source(result);
        expect(after.module.errors, result).toEqual([]);
        expect(comments(after.module)).toEqual(comments(file.module));
        expect(written(after, "SSHOperator")).toEqual(written(file));
        expect(after.names.module.bindings.get("SSHOperator")?.map((one) => one.kind)).toEqual(["import"]);
        const wrapped = checked(file, wrapExpression(file, call, "w(", ", 1)"), call.span);
        expect(callOf(wrapped, "w").args).toHaveLength(2);
        const back = unwrapExpression(wrapped, callOf(wrapped, "w"), callOf(wrapped, "f"));
        if (back) expect(source(applyEdits(wrapped.module.text, back) ?? "").module.errors).toEqual([]);
      }),
      runs,
    );
  },
  timeout,
);

it("reads its own layouts without an error", () => {
  fc.assert(
    fc.property(layouts("call"), (layout) => {
      expect(lowerModule(layout.text).errors, layout.text).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
