/** The only file that knows a tree-sitter binding: text in, plain nodes out, no tree survives a call. */
import { Language, Parser, type Tree } from "web-tree-sitter";
import type { Span } from "../text/span.ts";

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
  /** By type id: tokens that nobody asks for, left out of the copy. */
  readonly unread: readonly boolean[];
  /** By type id: nodes that hold no others. */
  readonly leaf: readonly boolean[];
};

/** Punctuation and keywords of Python that say nothing once the tree is there; operators and `(` do. */
const unreadPython = new Set(
  ", ) : . [ ] { } = ; -> def class if elif else for return import from try except finally with as while raise lambda".split(
    " ",
  ),
);

/** Words of Python that the grammar does not take apart; nor does it punctuation and keywords, which have no names. */
const leavesOfPython = new Set("identifier integer float true false none ellipsis string_start string_end".split(" "));

let grammars: { python: Grammar; bash: Grammar } | undefined;

/** Walks one tree; the position moves, everything else asks about where it is. */
type Walk = {
  readonly type: () => number;
  readonly start: () => number;
  readonly end: () => number;
  readonly field: () => number;
  readonly missing: () => boolean;
  readonly down: () => boolean;
  readonly next: () => boolean;
  readonly up: () => void;
};

let exported: Readonly<Record<string, unknown>> = {};

/** Loads the grammars once for this thread; must settle before the first parse. Rejects when a file is unreadable. */
export async function loadGrammars(files: GrammarFiles): Promise<void> {
  if (grammars) return;
  const module: Record<string, unknown> = { locateFile: () => files.runtime };
  await Parser.init(module);
  exported = module;
  const [python, bash] = await Promise.all([Language.load(files.python), Language.load(files.bash)]);
  grammars = {
    python: grammar(python, unreadPython, (type, named) => !named || leavesOfPython.has(type)),
    bash: grammar(bash, new Set(), () => false),
  };
}

function grammar(
  language: Language,
  unread: ReadonlySet<string>,
  isLeaf: (type: string, named: boolean) => boolean,
): Grammar {
  const parser = new Parser();
  parser.setLanguage(language);
  const ids = Array.from({ length: language.nodeTypeCount }, (_, id) => id);
  const types = ids.map((id) => language.nodeTypeForId(id));
  const named = ids.map((id) => language.nodeTypeIsNamed(id));
  return {
    parser,
    types,
    named,
    unread: ids.map((id) => named[id] === false && unread.has(types[id] ?? "")),
    leaf: ids.map((id) => isLeaf(types[id] ?? "", named[id] === true)),
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
const childless: readonly ConcreteNode[] = [];

function parse(language: "python" | "bash", text: string): ConcreteNode {
  if (!grammars) throw new Error("loadGrammars() must settle before the first parse");
  const { parser, types, named, fields, unread, leaf } = grammars[language];
  const tree = parser.parse(text);
  if (!tree) throw new Error("the parser was cancelled");
  try {
    const cursor = tree.walk();
    try {
      const walk = directWalk(tree, cursor) ?? publicWalk(cursor);
      const copy = (id: number): ConcreteNode => {
        const start = walk.start();
        const end = walk.end();
        const field = fields[walk.field()] ?? undefined;
        const missing = start === end && walk.missing();
        let children = childless;
        if (leaf[id] !== true && walk.down()) {
          const list: ConcreteNode[] = [];
          do {
            const inner = walk.type();
            if (unread[inner] !== true || walk.missing()) list.push(copy(inner));
          } while (walk.next());
          walk.up();
          children = list;
        }
        const type = id === errorId ? "ERROR" : (types[id] ?? "ERROR");
        return { type, field, start, end, named: id === errorId || named[id] === true, missing, children };
      };
      return copy(walk.type());
    } finally {
      cursor.delete();
    }
  } finally {
    tree.delete();
  }
}

type Cursor = ReturnType<Tree["walk"]>;

function publicWalk(cursor: Cursor): Walk {
  return {
    type: () => cursor.nodeTypeId,
    start: () => cursor.startIndex,
    end: () => cursor.endIndex,
    field: () => cursor.currentFieldId,
    missing: () => cursor.nodeIsMissing,
    down: () => cursor.gotoFirstChild(),
    next: () => cursor.gotoNextSibling(),
    up: () => {
      cursor.gotoParent();
    },
  };
}

/**
 * The same walk on the functions that the WebAssembly module exports. TreeCursor copies its state into the module's
 * memory before each of these calls and out again after it; the state stays there as long as nobody else walks, and
 * without the copying a walk costs a quarter. Undefined when this runtime does not export them under these names.
 */
function directWalk(tree: Tree, cursor: Cursor): Walk | undefined {
  const address = Object.getOwnPropertyDescriptor(tree, 0)?.value as unknown;
  if (typeof address !== "number") return undefined;
  const call = (name: string): ((address: number) => number) | undefined => {
    const found = exported[`_ts_tree_cursor_${name}_wasm`];
    return typeof found === "function" ? (found as (address: number) => number) : undefined;
  };
  const [type, start, end, field] = [
    call("current_node_type_id"),
    call("start_index"),
    call("end_index"),
    call("current_field_id"),
  ];
  const [missing, down, next, up] = [
    call("current_node_is_missing"),
    call("goto_first_child"),
    call("goto_next_sibling"),
    call("goto_parent"),
  ];
  if (!type || !start || !end || !field || !missing || !down || !next || !up) return undefined;
  // Asked for its parent, the cursor at the root stays there and leaves its state in the module's memory.
  cursor.gotoParent();
  return {
    type: () => type(address),
    start: () => start(address),
    end: () => end(address),
    field: () => field(address),
    missing: () => missing(address) === 1,
    down: () => down(address) === 1,
    next: () => next(address) === 1,
    up: () => {
      up(address);
    },
  };
}

/** Where a node stands. */
export function spanOf(node: ConcreteNode): Span {
  return { start: node.start, end: node.end };
}

/** The first child with this field name. */
export function child(node: ConcreteNode, field: string): ConcreteNode | undefined {
  return node.children.find((one) => one.field === field);
}

/** The named children that are not comments, in order. */
export function namedChildren(node: ConcreteNode): ConcreteNode[] {
  return node.children.filter((one) => one.named && one.type !== "comment" && one.type !== "line_continuation");
}
