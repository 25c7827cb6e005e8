/** Expressions: from the grammar's nodes to the small typed Python. */

import type { Span } from "../text/span.ts";
import { lowerLiteral } from "./literals.ts";
import { spanOf as at, type ConcreteNode, child, namedChildren } from "./parser.ts";
import type { CallArgument, Expr, Parameter, Str, StringLiteral } from "./python.ts";

/** Lowers one expression of `text`; anything unknown becomes `opaque` with its parts. */
export function lowerExpression(text: string, node: ConcreteNode): Expr {
  switch (node.type) {
    case "identifier":
      return { kind: "name", id: textAt(text, node), span: at(node) };
    case "attribute": {
      const name = child(node, "attribute");
      if (!name) return opaque(text, node);
      return {
        kind: "attribute",
        value: required(text, node, "object"),
        name: textAt(text, name),
        nameSpan: at(name),
        span: at(node),
      };
    }
    case "call": {
      const args = child(node, "arguments");
      if (!args) return opaque(text, node);
      return {
        kind: "call",
        func: required(text, node, "function"),
        args: lowerArguments(text, args),
        argumentsSpan: at(args),
        span: at(node),
      };
    }
    case "string": {
      return stringOf([lowerLiteral(text, node, lowerExpression)], at(node));
    }
    case "concatenated_string": {
      const literals = namedChildren(node)
        .filter((one) => one.type === "string")
        .map((one) => lowerLiteral(text, one, lowerExpression));
      return stringOf(literals, at(node));
    }
    case "integer":
    case "float": {
      const written = textAt(text, node).replaceAll("_", "").toLowerCase();
      const value = /^0[0-7]+l?$/.test(written) ? Number.parseInt(written, 8) : Number(written.replace(/l$/, ""));
      return { kind: "number", value, span: at(node) };
    }
    case "true":
      return { kind: "constant", value: true, span: at(node) };
    case "false":
      return { kind: "constant", value: false, span: at(node) };
    case "none":
      return { kind: "constant", value: null, span: at(node) };
    case "ellipsis":
      return { kind: "constant", value: "...", span: at(node) };
    case "list":
    case "list_pattern":
      return { kind: "list", items: lowerAll(text, node), span: at(node) };
    case "tuple":
    case "expression_list":
    case "pattern_list":
    case "tuple_pattern":
      return { kind: "tuple", items: lowerAll(text, node), span: at(node) };
    case "set":
      return { kind: "set", items: lowerAll(text, node), span: at(node) };
    case "dictionary":
      return {
        kind: "dict",
        entries: namedChildren(node).map((entry) => {
          const key = child(entry, "key");
          const value = child(entry, "value") ?? namedChildren(entry).at(-1);
          return {
            key: key ? lowerExpression(text, key) : undefined,
            value: value ? lowerExpression(text, value) : lowerExpression(text, entry),
            span: at(entry),
          };
        }),
        span: at(node),
      };
    case "binary_operator":
    case "boolean_operator": {
      const operator = child(node, "operator");
      return {
        kind: "binary",
        operator: operator ? textAt(text, operator) : "?",
        left: required(text, node, "left"),
        right: required(text, node, "right"),
        span: at(node),
      };
    }
    case "not_operator":
      return { kind: "unary", operator: "not", operand: required(text, node, "argument"), span: at(node) };
    case "unary_operator": {
      const operator = child(node, "operator");
      return {
        kind: "unary",
        operator: operator ? textAt(text, operator) : "?",
        operand: required(text, node, "argument"),
        span: at(node),
      };
    }
    case "comparison_operator": {
      const operands = node.children.filter((one) => one.field !== "operators" && one.named && one.type !== "comment");
      const operators = node.children.filter((one) => one.field === "operators").map((one) => textAt(text, one));
      return { kind: "compare", operators, operands: lowerEach(text, operands), span: at(node) };
    }
    case "conditional_expression": {
      const [whenTrue, test, whenFalse] = namedChildren(node);
      if (!whenTrue || !test || !whenFalse) return opaque(text, node);
      return {
        kind: "conditional",
        whenTrue: lowerExpression(text, whenTrue),
        test: lowerExpression(text, test),
        whenFalse: lowerExpression(text, whenFalse),
        span: at(node),
      };
    }
    case "lambda": {
      const parameters = child(node, "parameters");
      return {
        kind: "lambda",
        parameters: parameters ? lowerParameters(text, parameters) : [],
        body: required(text, node, "body"),
        span: at(node),
      };
    }
    case "subscript":
      return {
        kind: "subscript",
        value: required(text, node, "value"),
        indices: lowerEach(
          text,
          node.children.filter((one) => one.field === "subscript"),
        ),
        span: at(node),
      };
    case "parenthesized_expression": {
      const inner = namedChildren(node)[0];
      return inner
        ? { kind: "parenthesized", inner: lowerExpression(text, inner), span: at(node) }
        : opaque(text, node);
    }
    case "list_splat":
    case "list_splat_pattern": {
      const inner = namedChildren(node)[0];
      return inner ? { kind: "starred", value: lowerExpression(text, inner), span: at(node) } : opaque(text, node);
    }
    case "await":
    case "yield": {
      const inner = namedChildren(node)[0];
      return { kind: node.type, value: inner ? lowerExpression(text, inner) : undefined, span: at(node) };
    }
    case "named_expression": {
      const name = child(node, "name");
      if (!name) return opaque(text, node);
      return {
        kind: "walrus",
        name: { kind: "name", id: textAt(text, name), span: at(name) },
        value: required(text, node, "value"),
        span: at(node),
      };
    }
    case "list_comprehension":
    case "set_comprehension":
    case "dictionary_comprehension":
    case "generator_expression": {
      const body = child(node, "body");
      const clauses = node.children.filter((one) => one.type === "for_in_clause");
      const tests = node.children.filter((one) => one.type === "if_clause");
      return {
        kind: "comprehension",
        of:
          node.type === "list_comprehension"
            ? "list"
            : node.type === "set_comprehension"
              ? "set"
              : node.type === "dictionary_comprehension"
                ? "dict"
                : "generator",
        body: body ? (body.type === "pair" ? lowerAll(text, body) : [lowerExpression(text, body)]) : [],
        clauses: clauses.flatMap((clause) => {
          const target = child(clause, "left");
          const iterated = child(clause, "right");
          return target && iterated
            ? [{ target: lowerExpression(text, target), source: lowerExpression(text, iterated) }]
            : [];
        }),
        tests: tests.flatMap((one) => lowerAll(text, one)),
        span: at(node),
      };
    }
    case "type": {
      const inner = namedChildren(node)[0];
      return inner ? lowerExpression(text, inner) : opaque(text, node);
    }
    default:
      return opaque(text, node);
  }
}

// Every expression of every file comes through here: functions, not closures made anew for each.

function lowerAll(text: string, node: ConcreteNode): Expr[] {
  return lowerEach(text, namedChildren(node));
}

function lowerEach(text: string, nodes: readonly ConcreteNode[]): Expr[] {
  return nodes.map((one) => lowerExpression(text, one));
}

function textAt(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

function opaque(text: string, node: ConcreteNode): Expr {
  return { kind: "opaque", children: lowerAll(text, node), span: at(node) };
}

function required(text: string, node: ConcreteNode, field: string): Expr {
  const found = child(node, field);
  if (found) return lowerExpression(text, found);
  return { kind: "opaque", children: [], span: { start: node.end, end: node.end } };
}

const noHoles: readonly Expr[] = [];

function stringOf(literals: readonly StringLiteral[], span: Span): Str {
  let bytes = false;
  let holes = noHoles;
  for (const { prefix, parts } of literals) {
    bytes ||= prefix.includes("b");
    if (prefix.includes("f")) holes = [...holes, ...parts.flatMap((one) => (one.kind === "hole" ? [one.expr] : []))];
  }
  return { kind: "string", literals, holes, bytes, span };
}

/** Lowers `(a, b=c, *d, **e)`; a lone generator is its one positional argument. */
export function lowerArguments(text: string, node: ConcreteNode): CallArgument[] {
  if (node.type !== "argument_list")
    return [{ form: "positional", value: lowerExpression(text, node), span: at(node) }];
  return namedChildren(node).map((one): CallArgument => {
    const only = namedChildren(one)[0];
    if (one.type === "keyword_argument") {
      const name = child(one, "name");
      const value = child(one, "value");
      if (name && value) {
        return {
          form: "keyword",
          name: text.slice(name.start, name.end),
          nameSpan: at(name),
          value: lowerExpression(text, value),
          span: at(one),
        };
      }
    }
    if (one.type === "list_splat" && only) return { form: "star", value: lowerExpression(text, only), span: at(one) };
    if (one.type === "dictionary_splat" && only)
      return { form: "double-star", value: lowerExpression(text, only), span: at(one) };
    return { form: "positional", value: lowerExpression(text, one), span: at(one) };
  });
}

/** Lowers the parameters of a function or lambda; the markers `/` and a bare `*` are left out. */
export function lowerParameters(text: string, node: ConcreteNode): Parameter[] {
  const parameters: Parameter[] = [];
  for (const one of namedChildren(node)) {
    const annotation = child(one, "type");
    const value = child(one, "value");
    let inner: ConcreteNode | undefined =
      child(one, "name") ?? (one.type === "typed_parameter" ? namedChildren(one)[0] : one);
    let form: Parameter["form"] = "plain";
    if (inner?.type === "list_splat_pattern") form = "star";
    if (inner?.type === "dictionary_splat_pattern") form = "double-star";
    if (form !== "plain" && inner) inner = namedChildren(inner)[0];
    if (inner?.type !== "identifier") continue;
    parameters.push({
      form,
      name: text.slice(inner.start, inner.end),
      default: value ? lowerExpression(text, value) : undefined,
      annotation: annotation ? lowerExpression(text, annotation) : undefined,
      span: at(one),
    });
  }
  return parameters;
}
