import { expect, test } from "vitest";
import { grammarsLoaded } from "../grammars.ts";
import { able, pushedTo, startEditor } from "./editor.ts";

await grammarsLoaded();

const uri = "file:///project/dags/load.py";
const dag = 'import os\nos.system("🚀 nohup job &")\n';

test("on a finding tells what the rule is about, and its fixes", async () => {
  const editor = await startEditor({ capabilities: { ...able, general: { positionEncodings: ["utf-8"] } } });
  editor.open(uri, dag);
  const hover = await editor.hover(uri, "job &");
  expect(hover).toEqual({
    range: editor.rangeOf(uri, "nohup job &"),
    contents: {
      kind: "markdown",
      value: [
        "**TET199 test-nohup** · error",
        "Nobody waits for `job`.",
        "Run it in the foreground.",
        "Nobody waits for it.",
        "- Use run(job) (unsafe): the task waits\n- Run job in the foreground",
        "[About test-nohup](file:///docs/test-nohup.md) · [example.org](https://example.org/nohup)",
      ].join("\n\n"),
    },
  });
  expect(await editor.hover(uri, "os.system")).toBeNull();
  expect(await editor.hover(uri, "&")).toEqual(hover);
  expect(await editor.hover(uri, "🚀")).toBeNull();
});

test("speaks plain text to a client without Markdown", async () => {
  const editor = await startEditor({ capabilities: pushedTo });
  editor.open(uri, dag);
  expect(await editor.hover(uri, "job")).toMatchObject({
    contents: { kind: "plaintext", value: expect.stringContaining("TET199 test-nohup (error)") },
  });
});

test("is silent on a document that is not open", async () => {
  const editor = await startEditor();
  editor.open(uri, dag);
  editor.close(uri);
  const answer = await editor.connection.sendRequest("textDocument/hover", {
    textDocument: { uri },
    position: { line: 1, character: 14 },
  });
  expect(answer).toBeNull();
});
