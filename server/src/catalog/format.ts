import { z } from "zod";

const literal = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
const parameter = z.union([
  literal,
  z.object({
    default: literal,
    since: z.string().optional(),
    until: z.string().optional(),
    history: z.array(z.tuple([z.string(), literal])).optional(),
  }),
]);

/** One line of operators.generated.json. */
export const jsonClass = z.object({
  fqcn: z.string(),
  kind: z.enum(["operator", "sensor", "hook", "other"]),
  bases: z.array(z.string()).optional(),
  fields: z.array(z.string()).optional(),
  ext: z.array(z.string()).optional(),
  onKill: z.boolean().optional(),
  pokeOnly: z.boolean().optional(),
  /** The constructor takes no further keywords: nothing more is inherited. */
  closed: z.boolean().optional(),
  /** One per distribution that ever defined it; that of the canonical spelling comes first. */
  editions: z.array(
    z.object({
      provider: z.string(),
      since: z.string().optional(),
      until: z.string().optional(),
      parameters: z.record(z.string(), parameter),
    }),
  ),
  /** `[spelling, provider, since, until]`; an empty version: from the first, to the newest that was read. */
  spellings: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
});

/** A TaskFlow decorator: `["bash", class, provider, since]`. */
export const jsonDecorator = z.tuple([z.string(), z.string(), z.string(), z.string()]);

/** A class as the generated file has it. */
export type JsonClass = z.infer<typeof jsonClass>;
/** A parameter as the generated file has it: only its default while it was there all along, else with its story. */
export type JsonParameter = z.infer<typeof parameter>;
/** A default: a literal as itself, an expression as `["text"]`, no default as `[]`. */
export type JsonDefault = z.infer<typeof literal>;
/** A decorator as the generated file has it. */
export type JsonDecorator = z.infer<typeof jsonDecorator>;
