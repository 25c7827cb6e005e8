import { existsSync } from "node:fs";
import { fixAll } from "../engine/fix.ts";
import { ensureGrammars } from "../engine/grammars.ts";
import { ignoreFix } from "../engine/ignore.ts";
import { lint } from "../engine/lint.ts";
import { ownRules } from "../engine/own.ts";
import { readSource } from "../engine/read.ts";
import { settingsResolver } from "../engine/settings.ts";
import { lintWorkspace } from "../engine/workspace.ts";
import { rules } from "../rules/index.ts";
import { type Clock, systemClock } from "./clock.ts";

/** What a rule says of itself besides its findings. */
export type RulePapers = {
  /** What really happens in Airflow. */
  readonly why: string;
  readonly links: readonly string[];
  /** URI of the rule's page. */
  readonly page?: string;
};

/** What the server works with: the engine and the clock. A test replaces what it wants to. */
export type Parts = {
  /** Settles before the first lint. */
  readonly ready: () => Promise<void>;
  readonly lint: typeof lint;
  readonly fixAll: typeof fixAll;
  readonly ignoreFix: typeof ignoreFix;
  readonly lintWorkspace: typeof lintWorkspace;
  /** The same, as the server looks through the workspace in the background. */
  readonly survey: typeof lintWorkspace;
  readonly settingsResolver: typeof settingsResolver;
  readonly readSource: typeof readSource;
  /** By the rule's name. */
  readonly papers: (rule: string) => RulePapers | undefined;
  readonly clock: Clock;
};

/** The real ones. */
export const realParts: Parts = {
  ready: ensureGrammars,
  lint,
  fixAll,
  ignoreFix,
  lintWorkspace,
  survey: lintWorkspace,
  settingsResolver,
  readSource,
  papers: papersOf,
  clock: systemClock,
};

function papersOf(name: string): RulePapers | undefined {
  const rule = rules.find((one) => one.name === name);
  const why = rule?.docs.why ?? ownRules.find((one) => one.name === name)?.why;
  if (why === undefined) return undefined;
  const links = rule?.docs.links ?? [];
  const page = pageOf(name) ?? links[0];
  return { why, links, ...(page === undefined ? {} : { page }) };
}

// The pages travel with the product, so they can be read without a network. Beside `dist/`, or three folders up in the source tree.
function pageOf(name: string): string | undefined {
  const places = ["../docs/rules", "../../../docs/rules"].map((to) => new URL(`${to}/${name}.md`, import.meta.url));
  return places.find((place) => existsSync(place))?.href;
}
