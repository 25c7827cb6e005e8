/** What a rule lets the project decide: numbers and names of `[tool.tether.rules.<name>]`. */

/** A configured value after validation: a whole number or seconds, or a list. Can be sent to another thread. */
export type OptionValue = number | readonly number[] | readonly string[];

/** `duration`: seconds, written as `90` or `"1h30m"`. */
export type OptionKind = "duration" | "integer" | "integers" | "texts";

/** One option, as the rules that have it declare it. */
export type RuleOption<T extends OptionValue = OptionValue> = {
  /** As written in TOML: `short-wait`. */
  readonly name: string;
  readonly kind: OptionKind;
  /** Durations in seconds. */
  readonly default: T;
  /** What it decides, in one sentence. */
  readonly description: string;
  /** The value as the option's type; undefined for one of another kind. */
  readonly accept: (value: OptionValue) => T | undefined;
};

/** What is configured for one rule, by option name. */
export type GivenOptions = Readonly<Record<string, OptionValue>>;

/** Asks for an option's value: the configured one, else the default. */
export type OptionReader = <T extends OptionValue>(option: RuleOption<T>) => T;

/** A length of time; `seconds` is the default. */
export function durationOption(name: string, seconds: number, description: string): RuleOption<number> {
  return { name, kind: "duration", default: seconds, description, accept: aNumber };
}

/** A whole number, 0 or more. */
export function integerOption(name: string, value: number, description: string): RuleOption<number> {
  return { name, kind: "integer", default: value, description, accept: aNumber };
}

/** Whole numbers, 0 or more; by default none. */
export function integersOption(name: string, description: string): RuleOption<readonly number[]> {
  const accept = (value: OptionValue) =>
    typeof value === "number" ? undefined : value.flatMap((one) => (typeof one === "number" ? one : []));
  return { name, kind: "integers", default: [], description, accept };
}

/** Names; by default none. */
export function textsOption(name: string, description: string): RuleOption<readonly string[]> {
  const accept = (value: OptionValue) =>
    typeof value === "number" ? undefined : value.flatMap((one) => (typeof one === "string" ? one : []));
  return { name, kind: "texts", default: [], description, accept };
}

function aNumber(value: OptionValue): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The reader that a rule's check is given. It throws when the rule asks for an option that it does not declare. */
export function optionReader(declared: readonly RuleOption[] = [], given: GivenOptions = {}): OptionReader {
  return (option) => {
    if (!declared.some((one) => one.name === option.name)) throw new Error(`undeclared option "${option.name}"`);
    const value = Object.hasOwn(given, option.name) ? given[option.name] : undefined;
    return (value === undefined ? undefined : option.accept(value)) ?? option.default;
  };
}
