/** The only file that knows a tree-sitter binding: text in, plain nodes out, no tree survives a call. */
import { Language, Parser } from "web-tree-sitter";

/** A node of a concrete syntax tree, copied out of the parser's memory. Offsets are UTF-16. */
export type ConcreteNode = {
  readonly type: string;
  /** The grammar's name for this node's role in its parent. */
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly named: boolean;
  /** Inserted by the parser's error recovery; it covers no text. */
  readonly missing: boolean;
  readonly children: readonly ConcreteNode[];
};

/** The WebAssembly files, as paths: the runtime and the two grammars. */
export type GrammarFiles = { readonly runtime: string; readonly python: string; readonly bash: string };

type Grammar = {
  readonly parser: Parser;
  readonly types: readonly (string | null)[];
  readonly named: readonly boolean[];
  readonly fields: readonly (string | null)[];
};

let grammars: { python: Grammar; bash: Grammar } | undefined;

/** Loads the grammars once for this thread; must settle before the first parse. Rejects when a file is unreadable. */
export async function loadGrammars(files: GrammarFiles): Promise<void> {
  if (grammars) return;
  await Parser.init({ locateFile: () => files.runtime });
  const [python, bash] = await Promise.all([Language.load(files.python), Language.load(files.bash)]);
  grammars = { python: grammar(python), bash: grammar(bash) };
}

function grammar(language: Language): Grammar {
  const parser = new Parser();
  parser.setLanguage(language);
  const ids = Array.from({ length: language.nodeTypeCount }, (_, id) => id);
  return {
    parser,
    types: ids.map((id) => language.nodeTypeForId(id)),
    named: ids.map((id) => language.nodeTypeIsNamed(id)),
    fields: Array.from({ length: language.fieldCount + 1 }, (_, id) => language.fieldNameForId(id)),
  };
}

/** The concrete tree of a Python source text; broken syntax becomes `ERROR` nodes. */
export function parsePython(text: string): ConcreteNode {
  return parse("python", text);
}

/** The concrete tree of a bash text; broken syntax becomes `ERROR` nodes. */
export function parseBash(text: string): ConcreteNode {
  return parse("bash", text);
}

// tree-sitter's own id for ERROR nodes lies outside the grammar's table.
const errorId = 65535;

function parse(language: "python" | "bash", text: string): ConcreteNode {
  if (!grammars) throw new Error("loadGrammars() must settle before the first parse");
  const { parser, types, named, fields } = grammars[language];
  const tree = parser.parse(text);
  if (!tree) throw new Error("the parser was cancelled");
  try {
    const cursor = tree.walk();
    try {
      const copy = (): ConcreteNode => {
        const id = cursor.nodeTypeId;
        const start = cursor.startIndex;
        const end = cursor.endIndex;
        const field = fields[cursor.currentFieldId] ?? undefined;
        const children: ConcreteNode[] = [];
        const missing = start === end && cursor.nodeIsMissing;
        if (cursor.gotoFirstChild()) {
          do children.push(copy());
          while (cursor.gotoNextSibling());
          cursor.gotoParent();
        }
        const type = id === errorId ? "ERROR" : (types[id] ?? "ERROR");
        return { type, field, start, end, named: id === errorId || named[id] === true, missing, children };
      };
      return copy();
    } finally {
      cursor.delete();
    }
  } finally {
    tree.delete();
  }
}

/** The first child with this field name. */
export function child(node: ConcreteNode, field: string): ConcreteNode | undefined {
  return node.children.find((one) => one.field === field);
}

/** The named children that are not comments, in order. */
export function namedChildren(node: ConcreteNode): ConcreteNode[] {
  return node.children.filter((one) => one.named && one.type !== "comment" && one.type !== "line_continuation");
}
