/** What the fixes promise holds in a real Airflow, with a real sshd: each story is told before and after its fix. */
import { existsSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { ensureGrammars } from "../../../server/src/engine/grammars.ts";
import { type EnvironmentName, sshd } from "../layout.ts";
import { withAirflow } from "../suite.ts";
import { gain, type Proofs, settled } from "./outcome.ts";
import { readRecord, writeRecord } from "./record.ts";
import { type Story, stories } from "./stories.ts";
import { tellStories } from "./tell.ts";

await ensureGrammars();

/** Defines the tests. With `UPDATE=1` in the environment what is seen becomes the record that `docs/proofs.md` shows. */
export function proofTests(name: EnvironmentName): void {
  const { CI, UPDATE } = process.env;
  if (!existsSync(sshd)) {
    const missing = `${sshd} is not installed; get it with: apt-get install openssh-server`;
    if (CI) test("sshd is installed", () => expect.fail(missing));
    else test.skip(missing, () => undefined);
    return;
  }
  withAirflow(name, (environment) => {
    let seen: Proofs | undefined;
    const proofOf = (story: Story) => {
      const proof = seen?.proofs.find((one) => one.story === story.id);
      if (!proof) throw new Error(`${story.id} was not told`);
      return proof;
    };

    beforeAll(async () => {
      seen = await tellStories(environment);
      if (UPDATE) writeRecord(name, seen);
    });

    test.each(stories)("$rule: $title", (story) => {
      const { before, after } = proofOf(story);
      const gained = gain(before, after, story.expected);
      // Seconds are recorded, and no matter of a test: they are the machine's, too.
      const least = story.open || story.sooner ? 0 : 1;
      expect(gained, JSON.stringify({ before, after })).toBeGreaterThanOrEqual(least);
    });

    test("the record shows what is seen", () => {
      const record = readRecord(name);
      expect({ airflow: seen?.airflow, providers: seen?.providers }).toEqual({
        airflow: record?.airflow,
        providers: record?.providers,
      });
      expect(seen?.proofs.map(settled)).toEqual(record?.proofs.map(settled));
    });
  });
}
