/** The configuration schema as plain JSON schema, the form that documents and manifests are made from. */
import { z } from "zod";
import { optionsSchema } from "../../server/src/config/schema.ts";

/** The parts of a JSON schema that our options use. */
export type OptionSchema = {
  readonly description?: string | undefined;
  readonly type?: string | string[] | undefined;
  readonly enum?: unknown[] | undefined;
  readonly default?: unknown;
  readonly pattern?: string | undefined;
  readonly items?: OptionSchema | undefined;
  readonly properties?: Record<string, OptionSchema> | undefined;
  readonly additionalProperties?: boolean | OptionSchema | undefined;
};

const optionSchema: z.ZodType<OptionSchema> = z.looseObject({
  description: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  pattern: z.string().optional(),
  get items() {
    return optionSchema.optional();
  },
  get properties() {
    return z.record(z.string(), optionSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), optionSchema]).optional();
  },
});

/** The schema of `tether.toml`, as its author writes it: durations may be strings, everything may be left out. */
export function configurationSchema(): OptionSchema {
  return optionSchema.parse(z.toJSONSchema(optionsSchema, { io: "input", target: "draft-7" }));
}
