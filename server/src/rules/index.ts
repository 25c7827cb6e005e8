import type { Rule } from "./rule.ts";

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = [];
