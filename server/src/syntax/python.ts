/** A small typed Python: what the rest of Tether sees of a source file. All spans are UTF-16 offsets into that file. */
import type { Span } from "../text/span.ts";
import type { SyntaxFault } from "./faults.ts";

/** `foo` */
export type Name = { readonly kind: "name"; readonly id: string; readonly span: Span };
/** `value.name` */
export type Attribute = {
  readonly kind: "attribute";
  readonly value: Expr;
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
};
/** One argument of a call: `value`, `name=value`, `*value` or `**value`. */
export type CallArgument = {
  readonly form: "positional" | "keyword" | "star" | "double-star";
  /** The keyword's name; only for `keyword`. */
  readonly name?: string;
  readonly nameSpan?: Span;
  readonly value: Expr;
  /** The whole argument, `name=` and stars included. */
  readonly span: Span;
};
/** `func(args)`; `argumentsSpan` covers the parentheses too. */
export type Call = {
  readonly kind: "call";
  readonly func: Expr;
  readonly args: readonly CallArgument[];
  readonly argumentsSpan: Span;
  readonly span: Span;
};
/** A run of characters inside a string literal: literal text, or an f-string's `{expression}`. */
export type StringPart =
  | {
      readonly kind: "text";
      /** The value after escapes. */
      readonly value: string;
      /** Where it stands; when `value` is as long as the span, characters correspond one to one. */
      readonly span: Span;
    }
  | {
      readonly kind: "hole";
      readonly expr: Expr;
      readonly span: Span;
      /** Has `!r` or `:spec`. */
      readonly formatted: boolean;
    };
/** One literal token: prefix, quote, content, quote. */
export type StringLiteral = {
  /** Lower-case prefix letters: `r`, `f`, `rb` … or empty. */
  readonly prefix: string;
  /** `"`, `'`, `"""` or `'''`. */
  readonly quote: string;
  readonly parts: readonly StringPart[];
  readonly span: Span;
  /** Between the quotes. */
  readonly contentSpan: Span;
};
/** One or more adjacent literals: `"a" 'b' f"{c}"`. */
export type Str = {
  readonly kind: "string";
  readonly literals: readonly StringLiteral[];
  /** What stands in the braces of its f-strings, in reading order. */
  readonly holes: readonly Expr[];
  readonly bytes: boolean;
  readonly span: Span;
};
/** An integer or float; `value` is NaN for complex numbers. */
export type Num = { readonly kind: "number"; readonly value: number; readonly span: Span };
/** `True`, `False`, `None`, `...` */
export type Constant = { readonly kind: "constant"; readonly value: boolean | null | "..."; readonly span: Span };
/** `[…]`, `(…)`, `{…}`; a tuple may lack its parentheses. */
export type Sequence = {
  readonly kind: "list" | "tuple" | "set";
  readonly items: readonly Expr[];
  readonly span: Span;
};
/** `{key: value, **value}`; a `**` entry has no key. */
export type Dict = {
  readonly kind: "dict";
  readonly entries: readonly { readonly key: Expr | undefined; readonly value: Expr; readonly span: Span }[];
  readonly span: Span;
};
/** `left + right`; also `and`/`or`. */
export type Binary = {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
};
/** `not x`, `-x`, `~x` */
export type Unary = { readonly kind: "unary"; readonly operator: string; readonly operand: Expr; readonly span: Span };
/** `a < b <= c`: operators stand between operands. */
export type Compare = {
  readonly kind: "compare";
  readonly operators: readonly string[];
  readonly operands: readonly Expr[];
  readonly span: Span;
};
/** `then if test else otherwise` */
export type Conditional = {
  readonly kind: "conditional";
  readonly whenTrue: Expr;
  readonly test: Expr;
  readonly whenFalse: Expr;
  readonly span: Span;
};
/** `lambda parameters: body` */
export type Lambda = {
  readonly kind: "lambda";
  readonly parameters: readonly Parameter[];
  readonly body: Expr;
  readonly span: Span;
};
/** `value[indices]` */
export type Subscript = {
  readonly kind: "subscript";
  readonly value: Expr;
  readonly indices: readonly Expr[];
  readonly span: Span;
};
/** `(inner)`: kept, since edits must know about the parentheses. */
export type Parenthesized = { readonly kind: "parenthesized"; readonly inner: Expr; readonly span: Span };
/** `*value` */
export type Starred = { readonly kind: "starred"; readonly value: Expr; readonly span: Span };
/** `await value`, `yield value`, `yield from value` */
export type Await = { readonly kind: "await" | "yield"; readonly value: Expr | undefined; readonly span: Span };
/** `name := value` */
export type Walrus = { readonly kind: "walrus"; readonly name: Name; readonly value: Expr; readonly span: Span };
/** `[body for target in source if test]`, in any bracket. */
export type Comprehension = {
  readonly kind: "comprehension";
  readonly of: "list" | "set" | "dict" | "generator";
  /** The element; for a dict its key and value. */
  readonly body: readonly Expr[];
  readonly clauses: readonly { readonly target: Expr; readonly source: Expr }[];
  readonly tests: readonly Expr[];
  readonly span: Span;
};
/** Anything else (slices, broken syntax): only its parts are known. */
export type Opaque = { readonly kind: "opaque"; readonly children: readonly Expr[]; readonly span: Span };

/** Any expression. */
export type Expr =
  | Name
  | Attribute
  | Call
  | Str
  | Num
  | Constant
  | Sequence
  | Dict
  | Binary
  | Unary
  | Compare
  | Conditional
  | Lambda
  | Subscript
  | Parenthesized
  | Starred
  | Await
  | Walrus
  | Comprehension
  | Opaque;

/** A parameter of a function or lambda. */
export type Parameter = {
  readonly form: "plain" | "star" | "double-star";
  readonly name: string;
  readonly default: Expr | undefined;
  readonly annotation: Expr | undefined;
  readonly span: Span;
};
/** `@expr` above a function or class; its span holds the `@`. */
export type Decorator = { readonly expr: Expr; readonly span: Span };

/** `def name(parameters): body` */
export type FunctionDef = {
  readonly kind: "function";
  readonly name: string;
  readonly nameSpan: Span;
  readonly decorators: readonly Decorator[];
  readonly parameters: readonly Parameter[];
  readonly body: readonly Stmt[];
  /** From the first decorator to the end of the body. */
  readonly span: Span;
  /** From `def` (or `async`) on. */
  readonly defSpan: Span;
};
/** `class name(arguments): body` */
export type ClassDef = {
  readonly kind: "class";
  readonly name: string;
  readonly nameSpan: Span;
  readonly decorators: readonly Decorator[];
  readonly bases: readonly CallArgument[];
  readonly body: readonly Stmt[];
  readonly span: Span;
};
/** `targets = value`; an annotation without value has `value: undefined`. Chained targets stand in order. */
export type Assign = {
  readonly kind: "assign";
  readonly targets: readonly Expr[];
  readonly value: Expr | undefined;
  readonly annotation: Expr | undefined;
  readonly span: Span;
};
/** `target += value` */
export type AugmentedAssign = {
  readonly kind: "augmented-assign";
  readonly target: Expr;
  readonly operator: string;
  readonly value: Expr;
  readonly span: Span;
};
/** An expression that stands as a statement. */
export type ExpressionStmt = { readonly kind: "expression"; readonly expr: Expr; readonly span: Span };
/** `return value` */
export type Return = { readonly kind: "return"; readonly value: Expr | undefined; readonly span: Span };
/** `raise value` */
export type Raise = { readonly kind: "raise"; readonly value: Expr | undefined; readonly span: Span };
/** `if … elif … else`: the final branch without test is the `else`. */
export type If = {
  readonly kind: "if";
  readonly branches: readonly { readonly test: Expr | undefined; readonly body: readonly Stmt[] }[];
  readonly span: Span;
};
/** `for target in source: body else: otherwise` */
export type For = {
  readonly kind: "for";
  readonly target: Expr;
  readonly source: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
  readonly span: Span;
};
/** `while test: body else: otherwise` */
export type While = {
  readonly kind: "while";
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
  readonly span: Span;
};
/** `try: body except type as name: … else: … finally: …` */
export type Try = {
  readonly kind: "try";
  readonly body: readonly Stmt[];
  readonly handlers: readonly {
    readonly type: Expr | undefined;
    readonly name: string | undefined;
    readonly body: readonly Stmt[];
    readonly span: Span;
  }[];
  readonly otherwise: readonly Stmt[];
  readonly finally: readonly Stmt[];
  readonly span: Span;
};
/** `with value as target: body` */
export type With = {
  readonly kind: "with";
  readonly items: readonly { readonly value: Expr; readonly target: Expr | undefined; readonly span: Span }[];
  readonly body: readonly Stmt[];
  readonly span: Span;
};
/** One imported name: `name as alias`; for `import a.b` the name is `a.b`. */
export type ImportedName = { readonly name: string; readonly alias: string | undefined; readonly span: Span };
/** `import a.b as c, d` */
export type Import = { readonly kind: "import"; readonly names: readonly ImportedName[]; readonly span: Span };
/** `from module import names`; `module` keeps leading dots; `*` is a name. */
export type ImportFrom = {
  readonly kind: "import-from";
  readonly module: string;
  readonly names: readonly ImportedName[];
  /** `import (a, b)` */
  readonly parenthesized: boolean;
  readonly span: Span;
};
/** `global names`, `nonlocal names` */
export type Global = { readonly kind: "global"; readonly names: readonly string[]; readonly span: Span };
/** `match subject: case …` */
export type Match = {
  readonly kind: "match";
  readonly subject: Expr;
  readonly cases: readonly {
    readonly body: readonly Stmt[];
    /** Names the pattern binds. */
    readonly binds: readonly string[];
  }[];
  readonly span: Span;
};
/** `pass`, `break`, `continue`, `del`, `assert`, broken syntax …: only its parts are known. */
export type OtherStmt = {
  readonly kind: "pass" | "break" | "continue" | "delete" | "assert" | "other";
  readonly exprs: readonly Expr[];
  readonly body: readonly Stmt[];
  readonly span: Span;
};

/** Any statement. */
export type Stmt =
  | FunctionDef
  | ClassDef
  | Assign
  | AugmentedAssign
  | ExpressionStmt
  | Return
  | Raise
  | If
  | For
  | While
  | Try
  | With
  | Import
  | ImportFrom
  | Global
  | Match
  | OtherStmt;

/** A `# …` comment; its text includes the `#`. */
export type Comment = { readonly text: string; readonly span: Span };

/** A whole source file. `errors` are the places the parser could not read, `faults` those to mend. */
export type Module = {
  readonly text: string;
  readonly body: readonly Stmt[];
  readonly comments: readonly Comment[];
  readonly errors: readonly Span[];
  readonly faults: readonly SyntaxFault[];
};

/** `a.b.c` for a chain of names and attributes, else undefined. */
export function dottedName(expr: Expr): string | undefined {
  if (expr.kind === "name") return expr.id;
  if (expr.kind === "parenthesized") return dottedName(expr.inner);
  if (expr.kind !== "attribute") return undefined;
  const value = dottedName(expr.value);
  return value === undefined ? undefined : `${value}.${expr.name}`;
}

/** The keyword argument of that name, as written in this call; `**mapping` is not looked into. */
export function keyword(call: Call, name: string): CallArgument | undefined {
  return call.args.find((argument) => argument.form === "keyword" && argument.name === name);
}

/** The last name of `C` and `a.b.C`; undefined for anything else. */
export function lastName(expr: Expr): string | undefined {
  return expr.kind === "name" ? expr.id : expr.kind === "attribute" ? expr.name : undefined;
}

/** The expression without its redundant parentheses. */
export function unwrap(expr: Expr): Expr {
  return expr.kind === "parenthesized" ? unwrap(expr.inner) : expr;
}
