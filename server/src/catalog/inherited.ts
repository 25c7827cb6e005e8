/** Facts that a class has from itself or from the nearest base that has one. */
import { findClass } from "./index.ts";
import type { OperatorClass } from "./operator.ts";

/**
 * The look-up of a fact by class: the class's own one, else that of its nearest base, bases in their order. `own` gives
 * the fact of a newest spelling itself. Rules ask for every task, so what was found is kept.
 */
export function inheritedFact<Fact>(own: (fqcn: string) => Fact | undefined): (cls: OperatorClass) => Fact | undefined {
  const known = new Map<OperatorClass, Fact | undefined>();
  const find = (cls: OperatorClass): Fact | undefined => {
    const before = known.get(cls);
    if (before !== undefined || known.has(cls)) return before;
    let found = own(cls.fqcn);
    for (const base of cls.bases) {
      if (found !== undefined) break;
      const above = findClass(base);
      found = above && find(above);
    }
    known.set(cls, found);
    return found;
  };
  return find;
}
