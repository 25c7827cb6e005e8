/** The configuration schema as plain JSON schema, the form that documents and manifests are made from. */
import { z } from "zod";
import { optionKinds, writtenOption } from "../../server/src/config/ruleOptions.ts";
import { optionsSchema } from "../../server/src/config/schema.ts";
import type { RuleOption } from "../../server/src/rules/option.ts";

/** The parts of a JSON schema that our options use. */
export type OptionSchema = {
  readonly description?: string | undefined;
  readonly type?: string | string[] | undefined;
  readonly enum?: unknown[] | undefined;
  readonly default?: unknown;
  readonly pattern?: string | undefined;
  readonly items?: OptionSchema | undefined;
  readonly anyOf?: OptionSchema[] | undefined;
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
  get anyOf() {
    return z.array(optionSchema).optional();
  },
  get properties() {
    return z.record(z.string(), optionSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), optionSchema]).optional();
  },
});

/** What one option of a rule may be, with its default as it is written. */
export function ruleOptionSchema({ kind, default: value, description }: RuleOption): OptionSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(optionKinds[kind], { io: "input", target: "draft-7" });
  return optionSchema.parse({ ...schema, description, default: JSON.parse(writtenOption(kind, value)) });
}

/** The schema of `tether.toml`, as its author writes it: durations may be strings, everything may be left out. */
export function configurationSchema(): OptionSchema {
  return optionSchema.parse(z.toJSONSchema(optionsSchema, { io: "input", target: "draft-7" }));
}
