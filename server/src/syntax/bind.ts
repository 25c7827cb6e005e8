/** Binding the names of a module: one walk over all that gives a name its meaning. */
import type { Span } from "../text/span.ts";
import type { Expr, ImportFrom, Module, Stmt } from "./python.ts";
import type { Binding, Branch, ImportBinding, LoopItem, Names, Scope } from "./scope.ts";
import { eachExpression, eachPart } from "./traverse.ts";

const mutators = new Set([
  "update",
  "setdefault",
  "pop",
  "popitem",
  "clear",
  "append",
  "extend",
  "insert",
  "remove",
  "sort",
  "reverse",
]);

type Mutable = {
  kind: Scope["kind"];
  parent: Scope | undefined;
  owner: Scope["owner"];
  bindings: Map<string, Binding[]>;
  comprehended: Map<string, Binding[]> | undefined;
};

/** What other files tell of the names that a module imports. */
export type Origins = {
  /** The name under which what is imported was first defined. */
  readonly canonical: (qualified: string) => string;
  /** The names that `from module import *` brings; undefined for a module that is no file of the project. */
  readonly exported: (module: string) => readonly string[] | undefined;
};

/** Nothing is known of other files. */
const alone: Origins = { canonical: (qualified) => qualified, exported: () => undefined };

/** Binds all names of a module. */
export function bindNames(module: Module, origins: Origins = alone): Names {
  const scopes = new Map<Scope["owner"], Scope>();
  const imports: ImportBinding[] = [];
  const importsInside: ImportBinding[] = [];
  const starImports: string[] = [];
  const mutated = new Set<string>();
  const attributesSet = new Set<string>();
  const keysSet = new Map<string, Set<string>>();

  const open = (kind: Scope["kind"], owner: Scope["owner"], parent: Scope | undefined): Mutable => {
    const scope: Mutable = { kind, parent, owner, bindings: new Map(), comprehended: undefined };
    scopes.set(owner, scope);
    return scope;
  };
  const root = open("module", module, undefined);
  const add = (scope: Mutable, binding: Binding): void => {
    const before = scope.bindings.get(binding.name);
    if (before) before.push(binding);
    else scope.bindings.set(binding.name, [binding]);
    if (binding.kind === "import") (scope === root ? imports : importsInside).push(binding);
  };
  const target = (
    scope: Mutable,
    expr: Expr,
    place: Branch,
    from: number,
    reason: "loop" | "unpacked" | "with" | "deleted",
    value: Expr | undefined,
    item?: LoopItem,
  ): void => {
    if (expr.kind === "name") add(scope, { kind: "other", name: expr.id, reason, value, item, from, branch: place });
    else if (expr.kind === "tuple" || expr.kind === "list") {
      expr.items.forEach((one, index) => {
        target(scope, one, place, from, reason, undefined, item && { ...item, part: [...item.part, index] });
      });
    } else if (expr.kind === "parenthesized") target(scope, expr.inner, place, from, reason, value, item);
    else if (expr.kind === "starred") target(scope, expr.value, place, from, reason, undefined);
    else if (expr.kind === "attribute" || (expr.kind === "subscript" && expr.value.kind !== "name")) setAttribute(expr);
    else if (expr.kind === "subscript" && expr.value.kind === "name") {
      const { id } = expr.value;
      const [index, ...more] = expr.indices;
      const key = reason === "unpacked" && index && more.length === 0 ? plainText(index) : undefined;
      if (key === undefined) mutated.add(id);
      else keysSet.set(id, (keysSet.get(id) ?? new Set()).add(key));
    }
  };
  /** load.retries = 3, load.env["DAY"] = day */
  const setAttribute = (expr: Expr): void => {
    let one = expr;
    while (one.kind === "attribute" || one.kind === "subscript") {
      if (one.kind === "attribute") attributesSet.add(one.name);
      one = one.value;
    }
  };
  const assign = (scope: Mutable, expr: Expr, value: Expr, statement: Stmt, place: Branch): void => {
    const from = statement.span.end;
    if (expr.kind === "name") add(scope, { kind: "value", name: expr.id, value, statement, from, branch: place });
    else if (expr.kind === "parenthesized") assign(scope, expr.inner, value, statement, place);
    else if (
      (expr.kind === "tuple" || expr.kind === "list") &&
      value.kind === "tuple" &&
      value.items.length === expr.items.length &&
      !expr.items.some((one) => one.kind === "starred")
    ) {
      // a, b = 1, 2
      expr.items.forEach((item, index) => {
        const part = value.items[index];
        if (part) assign(scope, item, part, statement, place);
      });
    } else target(scope, expr, place, from, "unpacked", undefined);
  };
  /** Names that expressions bind or change: one visitor a scope, since every expression of the file passes through. */
  const visitors = new Map<Mutable, (expr: Expr) => void>();
  const lambdas = (scope: Mutable, expr: Expr): void => {
    let visit = visitors.get(scope);
    if (!visit) {
      const visitor = (one: Expr): void => {
        bindIn(scope, one);
        if (one.kind !== "lambda") eachPart(one, visitor);
      };
      visit = visitor;
      visitors.set(scope, visitor);
    }
    visit(expr);
  };
  const bindIn = (scope: Mutable, expr: Expr): void => {
    if (expr.kind === "lambda") {
      const inner = open("lambda", expr, scope);
      for (const parameter of expr.parameters) {
        add(inner, {
          kind: "other",
          name: parameter.name,
          reason: "parameter",
          value: parameter.default,
          from: expr.span.start,
          branch: body(expr.span),
        });
      }
      lambdas(inner, expr.body);
      return;
    }
    if (expr.kind === "call" && expr.func.kind === "attribute") {
      const { value, name } = expr.func;
      if (value.kind === "name") {
        if (mutators.has(name)) mutated.add(value.id);
        // load.env.update(…)
      } else if (value.kind === "attribute" || value.kind === "subscript") setAttribute(value);
    }
    if (expr.kind === "comprehension") {
      scope.comprehended ??= new Map();
      const inside = { ...scope, bindings: scope.comprehended };
      const { start } = expr.span;
      const place = body(expr.span);
      for (const { target: item, source } of expr.clauses)
        target(inside, item, place, start, "loop", source, { source, part: [] });
    }
    if (expr.kind === "walrus") {
      add(scope, {
        kind: "other",
        name: expr.name.id,
        reason: "other",
        value: expr.value,
        from: expr.span.end,
        branch: body(expr.span),
      });
    }
  };
  const importName = (
    scope: Mutable,
    statement: ImportFrom,
    name: string,
    alias: string | undefined,
    place: Branch,
  ): void => {
    // from . import hosts
    const written = `${statement.module}${statement.module.endsWith(".") ? "" : "."}${name}`;
    add(scope, new Imported(origins, written, alias ?? name, statement, place));
  };
  const block = (scope: Mutable, body: readonly Stmt[], place: Branch): void => {
    for (const statement of body) visit(scope, statement, place);
  };
  const branch = (scope: Mutable, body: readonly Stmt[], outer: Branch, loop?: Span, choice?: Span): void => {
    const region = extent(body);
    if (region) block(scope, body, { region, loop, choice, outer });
  };
  const visit = (scope: Mutable, statement: Stmt, place: Branch): void => {
    const from = statement.span.end;
    eachExpression(statement, (expr) => lambdas(scope, expr));
    switch (statement.kind) {
      case "import":
        for (const one of statement.names) {
          // `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
          const root = one.name.split(".")[0] ?? one.name;
          add(scope, {
            kind: "import",
            name: one.alias ?? root,
            qualified: one.alias ? one.name : root,
            statement,
            from,
            branch: place,
          });
        }
        break;
      case "import-from":
        for (const one of statement.names) {
          if (one.name !== "*") importName(scope, statement, one.name, one.alias, place);
          else {
            const names = origins.exported(statement.module);
            if (!names) starImports.push(statement.module);
            for (const name of names ?? []) importName(scope, statement, name, undefined, place);
          }
        }
        break;
      case "assign":
        for (const one of statement.targets) {
          if (statement.value) assign(scope, one, statement.value, statement, place);
          else setAttribute(one);
        }
        break;
      case "augmented-assign":
        setAttribute(statement.target);
        if (statement.target.kind === "name") {
          const name = statement.target.id;
          if (statement.operator === "+=") {
            // cmd += " more": the value so far, looked up just before this statement, plus the rest.
            const value: Expr = {
              kind: "binary",
              operator: "+",
              left: statement.target,
              right: statement.value,
              span: statement.span,
            };
            add(scope, { kind: "value", name, value, statement, from, branch: place });
          } else add(scope, { kind: "other", name, reason: "augmented", value: undefined, from, branch: place });
        }
        break;
      case "function": {
        add(scope, { kind: "function", name: statement.name, definition: statement, from, branch: place });
        const inner = open("function", statement, scope);
        const own = body(statement.span);
        for (const parameter of statement.parameters) {
          add(inner, {
            kind: "other",
            name: parameter.name,
            reason: "parameter",
            value: parameter.default,
            from: statement.defSpan.start,
            branch: own,
          });
        }
        block(inner, statement.body, own);
        break;
      }
      case "class": {
        add(scope, { kind: "class", name: statement.name, definition: statement, from, branch: place });
        block(open("class", statement, scope), statement.body, body(statement.span));
        break;
      }
      case "if":
        for (const one of statement.branches) branch(scope, one.body, place, undefined, statement.span);
        break;
      case "for":
        target(
          scope,
          statement.target,
          { region: statement.span, loop: statement.span, choice: undefined, outer: place },
          statement.source.span.end,
          "loop",
          statement.source,
          { source: statement.source, part: [] },
        );
        branch(scope, statement.body, place, statement.span);
        branch(scope, statement.otherwise, place);
        break;
      case "while":
        branch(scope, statement.body, place, statement.span);
        branch(scope, statement.otherwise, place);
        break;
      case "try":
        branch(scope, statement.body, place);
        for (const handler of statement.handlers) {
          if (handler.name)
            add(scope, {
              kind: "other",
              name: handler.name,
              reason: "except",
              value: undefined,
              from: handler.span.start,
              branch: { region: handler.span, loop: undefined, choice: undefined, outer: place },
            });
          branch(scope, handler.body, place);
        }
        branch(scope, statement.otherwise, place);
        block(scope, statement.finally, place);
        break;
      case "with":
        for (const item of statement.items) {
          if (item.target) target(scope, item.target, place, item.span.end, "with", item.value);
        }
        block(scope, statement.body, place);
        break;
      case "global":
        // Written from here: the outer name no longer has one known value.
        for (const name of statement.names) {
          for (const written of [scope, root]) {
            add(written, { kind: "other", name, reason: "global", value: undefined, from, branch: place });
          }
        }
        break;
      case "match":
        for (const one of statement.cases) {
          for (const name of one.binds)
            add(scope, {
              kind: "other",
              name,
              reason: "unpacked",
              value: undefined,
              from: statement.subject.span.end,
              branch: place,
            });
          branch(scope, one.body, place, undefined, statement.span);
        }
        break;
      case "delete":
        for (const expr of statement.exprs) target(scope, expr, place, from, "deleted", undefined);
        break;
      default:
        if ("body" in statement) block(scope, statement.body, place);
    }
  };

  block(root, module.body, body({ start: 0, end: module.text.length }));
  return {
    module: root,
    scopeOf: (owner) => scopes.get(owner) ?? root,
    imports,
    importsInside,
    starImports,
    mutated,
    keysSet,
    attributesSet,
  };
}

/** A name of `from module import name`: other files are read when somebody asks what it stands for. */
class Imported implements ImportBinding {
  readonly kind = "import";
  readonly name: string;
  readonly statement: ImportFrom;
  readonly from: number;
  readonly branch: Branch;
  readonly #origins: Origins;
  readonly #written: string;
  #followed: string | undefined;

  constructor(origins: Origins, written: string, name: string, statement: ImportFrom, branch: Branch) {
    this.name = name;
    this.statement = statement;
    this.from = statement.span.end;
    this.branch = branch;
    this.#origins = origins;
    this.#written = written;
  }

  get qualified(): string {
    this.#followed ??= this.#origins.canonical(this.#written);
    return this.#followed;
  }
}

/** `"key"` */
function plainText(expr: Expr): string | undefined {
  const [literal, ...more] = expr.kind === "string" ? expr.literals : [];
  const [part, ...rest] = literal?.parts ?? [];
  return part?.kind === "text" && more.length === 0 && rest.length === 0 ? part.value : undefined;
}

/** What always runs: the body of a module, a function, a class. */
function body(region: Span): Branch {
  return { region, loop: undefined, choice: undefined, outer: undefined };
}

function extent(body: readonly Stmt[]): Span | undefined {
  const first = body[0];
  const last = body.at(-1);
  return first && last ? { start: first.span.start, end: last.span.end } : undefined;
}
