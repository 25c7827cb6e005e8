/** Whether something happens on every way through a function. */
import type { Expr, FunctionDef, Stmt } from "../syntax/python.ts";
import { bodiesOf, expressionsOf, walkExpr } from "../syntax/traverse.ts";
import { contains } from "../text/span.ts";

/** What to look for on the ways that begin behind a statement. */
export type Search = {
  readonly home: FunctionDef;
  readonly from: Stmt;
  /** Where it happens. */
  readonly places: readonly Expr[];
  /** A branch that hangs on one of these names is a choice of whoever calls. */
  readonly deciding: (name: string) => boolean;
};

/**
 * Whether a way from behind `from` surely leads out of the function by a `return` or its end, past none of the places.
 * Ways that raise, and loops and handlers around a place, are taken for fine.
 */
export function missesOn(search: Search): boolean {
  return new Ways(search).behind(search.home.body) === "out";
}

/** `out`: some way leaves the function; `on`: some way gets to the end of the block; `stop`: all pass a place or raise. */
type Way = "out" | "on" | "stop";

class Ways {
  private readonly search: Search;

  constructor(search: Search) {
    this.search = search;
  }

  /** From behind the first statement, which stands in this block or deeper. */
  behind(block: readonly Stmt[], outermost = true): Way {
    const at = block.findIndex((one) => contains(one.span, this.search.from.span));
    const around = block[at];
    if (!around) return "stop";
    let way: Way = "on";
    if (around !== this.search.from) {
      // The ways out of a loop or a handler are many.
      if (around.kind === "try" && around.finally.some((one) => this.holds(one))) return "stop";
      const inner = bodiesOf(around).find((one) => one.some((each) => contains(each.span, this.search.from.span)));
      way = inner ? this.behind(inner, false) : "stop";
    }
    if (way === "on") way = this.through(block.slice(at + 1));
    return way === "on" && outermost ? "out" : way;
  }

  private through(block: readonly Stmt[]): Way {
    for (const one of block) {
      const way = this.past(one);
      if (way !== "on") return way;
    }
    return "on";
  }

  private past(statement: Stmt): Way {
    if (expressionsOf(statement).some((one) => this.search.places.some((place) => contains(one.span, place.span))))
      return "stop";
    switch (statement.kind) {
      case "return":
        return "out";
      case "raise":
      case "break":
      case "continue":
        return "stop";
      case "if": {
        const ways = statement.branches.map((one) => this.through(one.body));
        const decided = statement.branches.some((one) => one.test && this.isDecision(one.test));
        if (ways.includes("stop") && decided) return "stop";
        if (ways.includes("out")) return decided ? "stop" : "out";
        return ways.includes("on") || statement.branches.at(-1)?.test !== undefined ? "on" : "stop";
      }
      case "with":
        return this.through(statement.body);
      case "function":
      case "class":
        return "on";
      default:
        // A loop or a handler that holds a place may well get there.
        return this.holds(statement) || bodiesOf(statement).some((one) => this.through(one) !== "on") ? "stop" : "on";
    }
  }

  private holds(statement: Stmt): boolean {
    return this.search.places.some((place) => contains(statement.span, place.span));
  }

  private isDecision(test: Expr): boolean {
    let deciding = false;
    walkExpr(test, (one) => {
      if (one.kind === "name" && this.search.deciding(one.id)) deciding = true;
      return true;
    });
    return deciding;
  }
}
