import type { Case } from "./case.ts";
import { editing } from "./editing.ts";
import { wholeWorkspace } from "./wholeWorkspace.ts";

/** What VS Code's test support calls in the extension host; rejects when a case fails. */
export async function run(): Promise<void> {
  const cases: readonly Case[] = [...editing, ...wholeWorkspace];
  let failed = 0;
  for (const one of cases) {
    const began = performance.now();
    try {
      await one.run();
      say(`ok    ${one.name} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed++;
      say(`FAIL  ${one.name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  say(`${cases.length - failed} passed, ${failed} failed`);
  if (failed > 0) throw new Error(`${failed} failed`);
}

/** The launchers know the suite's own lines by this word; VS Code writes many others. */
function say(text: string): void {
  console.log(`[suite] ${text}`);
}
