import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { Language, Parser, type TreeCursor } from "web-tree-sitter";
import { type ConcreteNode, parsePython } from "../../server/src/syntax/parser.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();
const { resolve } = createRequire(import.meta.url);

const unread =
  /^(?:[,):.[\]{}=;]|->|def|class|if|elif|else|for|return|import|from|try|except|finally|with|as|while|raise|lambda)$/;

/** A tree through the binding's public cursor, in one line a node; tokens that the copy leaves out are left out. */
function published(cursor: TreeCursor, depth = 0): string[] {
  const line = `${" ".repeat(depth)}${cursor.currentFieldName ?? "-"} ${cursor.nodeType} ${cursor.startIndex}-${cursor.endIndex} ${cursor.nodeIsMissing}`;
  const lines = [line];
  if (cursor.gotoFirstChild()) {
    do {
      const left = !cursor.nodeIsNamed && !cursor.nodeIsMissing && unread.test(cursor.nodeType);
      if (!left) lines.push(...published(cursor, depth + 1));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return lines;
}

function copied(node: ConcreteNode, depth = 0): string[] {
  const line = `${" ".repeat(depth)}${node.field ?? "-"} ${node.type} ${node.start}-${node.end} ${node.missing}`;
  return [line, ...node.children.flatMap((one) => copied(one, depth + 1))];
}

it.each([
  ["with DAG('a', default_args={**b}) as dag:\n    x = Op(task_id=f'{y} é𝄞')  # c\n    x >> [z, *w]\n"],
  ["def f(:\n  return (\n"],
  [""],
  ["print 'two'\nif x:\n\ty = 1\n    z = 2\n"],
])("copies the tree that the binding shows: %j", async (text) => {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(resolve("tree-sitter-python/tree-sitter-python.wasm")));
  const tree = parser.parse(text);
  if (!tree) throw new Error("cancelled");
  const cursor = tree.walk();
  const expected = published(cursor);
  cursor.delete();
  tree.delete();
  expect(copied(parsePython(text))).toEqual(expected);
});
