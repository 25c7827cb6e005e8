/** Every rule through the server: what its own example shows, and that its fixes and its ignore comment work. */
import { describe, expect, test } from "vitest";
import { realParts } from "../../server/src/lsp/parts.ts";
import { rules } from "../../server/src/rules/index.ts";
import { grammarsLoaded } from "../grammars.ts";
import { able, type Editor, startEditor } from "./editor.ts";

await grammarsLoaded();

const { lint, fixAll, papers } = realParts;
const uri = "file:///project/dags/example.py";

async function opened(rule: string, text: string): Promise<Editor> {
  const editor = await startEditor({
    // Columns that differ from the engine's own offsets wherever a text is not ASCII.
    capabilities: { ...able, general: { positionEncodings: ["utf-8"] } },
    settings: { select: [rule] },
    parts: { lint, fixAll, papers },
  });
  editor.open(uri, text);
  return editor;
}

async function actionsOnFirst(editor: Editor, code: string) {
  const first = (await editor.pulled(uri)).find((finding) => finding.code === code);
  return first ? await editor.actions(uri, editor.textIn(uri, first.range), ["quickfix"], first.range) : [];
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, { code, docs }) => {
  // A comment with wide characters in front shows columns counted wrongly.
  const text = `# 東京 🚀\n${docs.bad}`;

  test("is found, with its page", async () => {
    const editor = await opened(name, text);
    const found = (await editor.pulled(uri)).filter((finding) => finding.code === code);
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.codeDescription?.href).toMatch(new RegExp(`/docs/rules/${name}\\.md$|^https://`));
      expect(editor.textIn(uri, finding.range)).not.toBe("");
    }
  });

  test("is gone from a place by each of its fixes, and by ignoring it", async () => {
    const { length } = await actionsOnFirst(await opened(name, text), code);
    expect(length).toBeGreaterThan(0);
    for (let index = 0; index < length; index++) {
      const editor = await opened(name, text);
      const before = (await editor.pulled(uri)).filter((finding) => finding.code === code).length;
      const action = (await actionsOnFirst(editor, code))[index];
      expect(action?.edit && editor.apply(action.edit)).toBeUndefined();
      await editor.pause();
      const after = await editor.pulled(uri);
      expect(after.filter((finding) => finding.code === code).length, action?.title).toBeLessThan(before);
      for (const own of ["TET900", "TET905"]) expect(after.map((finding) => finding.code)).not.toContain(own);
    }
  });
});
