import { amazon } from "./behaviour/amazon.ts";
import { clusters } from "./behaviour/clusters.ts";
import type { Behaviour } from "./behaviour/facts.ts";
import { google } from "./behaviour/google.ts";
import { platforms } from "./behaviour/platforms.ts";
import { standard } from "./behaviour/standard.ts";
import { inheritedFact } from "./inherited.ts";
import type { OperatorClass } from "./operator.ts";

/** Every hand-written fact; a test proves that the classes and keywords they name exist. */
export const behaviours: readonly Behaviour[] = [...standard, ...clusters, ...amazon, ...google, ...platforms];

const byOperator = new Map(behaviours.map((behaviour) => [behaviour.operator, behaviour]));

/** What an operator, or the nearest base of it that is known, does about the work it starts. */
export const behaviourOf: (cls: OperatorClass) => Behaviour | undefined = inheritedFact((fqcn) => byOperator.get(fqcn));
