/** Statements and whole modules: from the grammar's nodes to the small typed Python. */
import type { Span } from "../text/span.ts";
import { lowerArguments, lowerExpression, lowerParameters } from "./expressions.ts";
import { syntaxFaults } from "./faults.ts";
import { spanOf as at, type ConcreteNode, child, namedChildren, parsePython } from "./parser.ts";
import type { Comment, Decorator, Expr, ImportedName, Module, Stmt } from "./python.ts";

/** Parses and lowers one source text. Never throws for bad Python: what could not be read stands in `errors`. */
export function lowerModule(text: string): Module {
  const root = parsePython(text);
  const comments: Comment[] = [];
  const errors: Span[] = [];
  const visit = (node: ConcreteNode): void => {
    if (node.type === "comment") {
      // The grammar counts the `\r` of a `\r\n` to the comment.
      const end = text.charCodeAt(node.end - 1) === 13 ? node.end - 1 : node.end;
      comments.push({ text: text.slice(node.start, end), span: { start: node.start, end } });
    }
    if (node.type === "ERROR" || node.missing) errors.push(at(node));
    for (const one of node.children) visit(one);
  };
  visit(root);
  return {
    text,
    body: lowerBlock(text, root),
    comments,
    errors,
    faults: errors.length > 0 ? syntaxFaults(text, root) : [],
  };
}

function lowerBlock(text: string, node: ConcreteNode | undefined): Stmt[] {
  if (!node) return [];
  return namedChildren(node).map((one) => lowerStatement(text, one));
}

function lowerStatement(text: string, node: ConcreteNode): Stmt {
  const span = at(node);
  switch (node.type) {
    case "expression_statement":
      return lowerExpressionStatement(text, node);
    case "function_definition":
      return lowerFunction(text, node, [], span);
    case "class_definition":
      return lowerClass(text, node, [], span);
    case "decorated_definition": {
      const definition = child(node, "definition");
      const decorators = node.children
        .filter((one) => one.type === "decorator")
        .map((one): Decorator => ({ expr: lowerExpression(text, namedChildren(one)[0] ?? one), span: at(one) }));
      if (definition?.type === "function_definition") return lowerFunction(text, definition, decorators, span);
      if (definition?.type === "class_definition") return lowerClass(text, definition, decorators, span);
      return { kind: "other", exprs: decorators.map((one) => one.expr), body: [], span };
    }
    case "return_statement": {
      const value = namedChildren(node)[0];
      return { kind: "return", value: value ? lowerExpression(text, value) : undefined, span };
    }
    case "raise_statement": {
      const value = namedChildren(node)[0];
      return { kind: "raise", value: value ? lowerExpression(text, value) : undefined, span };
    }
    case "if_statement": {
      const branches: { test: Expr | undefined; body: Stmt[] }[] = [
        { test: fieldOf(text, node, "condition"), body: lowerBlock(text, child(node, "consequence")) },
      ];
      for (const clause of node.children) {
        const test = child(clause, "condition");
        if (clause.type === "elif_clause")
          branches.push({
            test: test ? lowerExpression(text, test) : nothingAt(node),
            body: lowerBlock(text, child(clause, "consequence")),
          });
        if (clause.type === "else_clause")
          branches.push({ test: undefined, body: lowerBlock(text, child(clause, "body")) });
      }
      return { kind: "if", branches, span };
    }
    case "for_statement":
      return {
        kind: "for",
        target: fieldOf(text, node, "left") ?? nothingAt(node),
        source: fieldOf(text, node, "right") ?? nothingAt(node),
        body: lowerBlock(text, child(node, "body")),
        otherwise: otherwiseOf(text, node),
        span,
      };
    case "while_statement":
      return {
        kind: "while",
        test: fieldOf(text, node, "condition") ?? nothingAt(node),
        body: lowerBlock(text, child(node, "body")),
        otherwise: otherwiseOf(text, node),
        span,
      };
    case "try_statement": {
      const clauses = node.children.filter((one) => one.type === "except_clause" || one.type === "except_group_clause");
      const last = node.children.find((one) => one.type === "finally_clause");
      return {
        kind: "try",
        body: lowerBlock(text, child(node, "body")),
        handlers: clauses.map((clause) => {
          const parts = namedChildren(clause);
          const block = parts.find((one) => one.type === "block");
          const caught = parts.find((one) => one.type !== "block");
          const pattern = caught?.type === "as_pattern" ? caught : undefined;
          const type = pattern ? namedChildren(pattern)[0] : caught;
          const target = pattern ? child(pattern, "alias") : child(clause, "alias");
          return {
            type: type ? lowerExpression(text, type) : undefined,
            name: target ? text.slice(target.start, target.end) : undefined,
            body: lowerBlock(text, block),
            span: at(clause),
          };
        }),
        otherwise: otherwiseOf(text, node),
        finally: lowerBlock(
          text,
          last?.children.find((one) => one.type === "block"),
        ),
        span,
      };
    }
    case "with_statement": {
      const clause = node.children.find((one) => one.type === "with_clause");
      let items = clause ? namedChildren(clause) : [];
      // `with (a as b, c as d):` stands as one tuple, `with (a as b):` in parentheses.
      const only = items.length === 1 ? child(items[0] ?? node, "value") : undefined;
      const grouped = only?.type === "tuple" || only?.type === "parenthesized_expression";
      if (only && grouped && namedChildren(only).some((one) => one.type === "as_pattern")) items = namedChildren(only);
      return {
        kind: "with",
        items: items.map((item) => {
          const inner = item.type === "with_item" ? (child(item, "value") ?? item) : item;
          const target = inner.type === "as_pattern" ? child(inner, "alias") : undefined;
          const value = inner.type === "as_pattern" ? namedChildren(inner)[0] : inner;
          const name = target ? (namedChildren(target)[0] ?? target) : undefined;
          return {
            value: value ? lowerExpression(text, value) : nothingAt(node),
            target: name ? lowerExpression(text, name) : undefined,
            span: at(item),
          };
        }),
        body: lowerBlock(text, child(node, "body")),
        span,
      };
    }
    case "import_statement":
      return { kind: "import", names: importedNames(text, node), span };
    case "import_from_statement":
    case "future_import_statement": {
      const module = child(node, "module_name");
      const star = node.children.find((one) => one.type === "wildcard_import");
      const names = importedNames(text, node);
      return {
        kind: "import-from",
        module: module ? text.slice(module.start, module.end).replaceAll(/\s/g, "") : "__future__",
        names: star ? [{ name: "*", alias: undefined, span: at(star) }] : names,
        parenthesized: node.children.some((one) => one.type === "("),
        span,
      };
    }
    case "global_statement":
    case "nonlocal_statement":
      return { kind: "global", names: namedChildren(node).map((one) => text.slice(one.start, one.end)), span };
    case "match_statement": {
      const block = child(node, "body") ?? node;
      return {
        kind: "match",
        subject: fieldOf(text, node, "subject") ?? nothingAt(node),
        cases: block.children
          .filter((one) => one.type === "case_clause")
          .map((one) => ({
            body: lowerBlock(text, child(one, "consequence")),
            binds: one.children
              .filter((part) => part.type === "case_pattern")
              .flatMap((part) => identifiersIn(text, part)),
          })),
        span,
      };
    }
    case "pass_statement":
      return { kind: "pass", exprs: [], body: [], span };
    case "break_statement":
      return { kind: "break", exprs: [], body: [], span };
    case "continue_statement":
      return { kind: "continue", exprs: [], body: [], span };
    case "delete_statement":
      return { kind: "delete", exprs: namedChildren(node).map((one) => lowerExpression(text, one)), body: [], span };
    case "assert_statement":
      return { kind: "assert", exprs: namedChildren(node).map((one) => lowerExpression(text, one)), body: [], span };
    default:
      return lowerBroken(text, node);
  }
}

function fieldOf(text: string, node: ConcreteNode, name: string): Expr | undefined {
  const found = child(node, name);
  return found && lowerExpression(text, found);
}

function otherwiseOf(text: string, node: ConcreteNode): Stmt[] {
  const clause = child(node, "alternative") ?? node.children.find((one) => one.type === "else_clause");
  return clause ? lowerBlock(text, child(clause, "body") ?? clause.children.find((one) => one.type === "block")) : [];
}

/** What the grammar could not find, at the end of what it belongs to. */
function nothingAt({ end }: ConcreteNode): Expr {
  return { kind: "opaque", children: [], span: { start: end, end } };
}

/** Broken syntax keeps its readable statements, so that findings elsewhere stay. */
function lowerBroken(text: string, node: ConcreteNode): Stmt {
  const exprs: Expr[] = [];
  const statements: Stmt[] = [];
  for (const one of namedChildren(node)) {
    if (/_statement$|_definition$|^block$|^module$|^ERROR$/.test(one.type)) statements.push(lowerStatement(text, one));
    else exprs.push(lowerExpression(text, one));
  }
  return { kind: "other", exprs, body: statements, span: at(node) };
}

function lowerExpressionStatement(text: string, node: ConcreteNode): Stmt {
  const span = at(node);
  const parts = namedChildren(node);
  const [first] = parts;
  if (!first) return { kind: "other", exprs: [], body: [], span };
  if (parts.length > 1) {
    return {
      kind: "expression",
      expr: { kind: "tuple", items: parts.map((one) => lowerExpression(text, one)), span },
      span,
    };
  }
  if (first.type === "assignment") {
    const targets: Expr[] = [];
    let annotation: Expr | undefined;
    let current: ConcreteNode | undefined = first;
    let value: ConcreteNode | undefined;
    // `a = b = c` nests to the right.
    while (current?.type === "assignment") {
      const left = child(current, "left");
      const type = child(current, "type");
      if (left) targets.push(lowerExpression(text, left));
      if (type) annotation = lowerExpression(text, type);
      value = child(current, "right");
      current = value;
    }
    return { kind: "assign", targets, value: value ? lowerExpression(text, value) : undefined, annotation, span };
  }
  if (first.type === "augmented_assignment") {
    const left = child(first, "left");
    const operator = child(first, "operator");
    const right = child(first, "right");
    if (left && right) {
      return {
        kind: "augmented-assign",
        target: lowerExpression(text, left),
        operator: operator ? text.slice(operator.start, operator.end) : "?",
        value: lowerExpression(text, right),
        span,
      };
    }
  }
  return { kind: "expression", expr: lowerExpression(text, first), span };
}

function lowerFunction(text: string, node: ConcreteNode, decorators: readonly Decorator[], span: Span): Stmt {
  const name = child(node, "name");
  const parameters = child(node, "parameters");
  return {
    kind: "function",
    name: name ? text.slice(name.start, name.end) : "",
    nameSpan: name ? at(name) : { start: node.start, end: node.start },
    decorators,
    parameters: parameters ? lowerParameters(text, parameters) : [],
    body: lowerBlock(text, child(node, "body")),
    span,
    defSpan: at(node),
  };
}

function lowerClass(text: string, node: ConcreteNode, decorators: readonly Decorator[], span: Span): Stmt {
  const name = child(node, "name");
  const bases = child(node, "superclasses");
  return {
    kind: "class",
    name: name ? text.slice(name.start, name.end) : "",
    nameSpan: name ? at(name) : { start: node.start, end: node.start },
    decorators,
    bases: bases ? lowerArguments(text, bases) : [],
    body: lowerBlock(text, child(node, "body")),
    span,
  };
}

function importedNames(text: string, node: ConcreteNode): ImportedName[] {
  return node.children
    .filter((one) => one.field === "name")
    .map((one) => {
      const aliased = one.type === "aliased_import";
      const name = aliased ? (child(one, "name") ?? one) : one;
      const alias = aliased ? child(one, "alias") : undefined;
      return {
        name: text.slice(name.start, name.end),
        alias: alias ? text.slice(alias.start, alias.end) : undefined,
        span: at(one),
      };
    });
}

function identifiersIn(text: string, node: ConcreteNode): string[] {
  if (node.type === "identifier") return [text.slice(node.start, node.end)];
  return node.children.flatMap((one) => identifiersIn(text, one));
}
