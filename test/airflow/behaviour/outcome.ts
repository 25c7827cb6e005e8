/** What became of a story, as facts. */
import { z } from "zod";

const told = z.strictObject({
  /** How the task ended. */
  state: z.string(),
  /** Whether a copy of the remote job still ran then; null where there is no remote job. */
  aliveAfter: z.boolean().nullable(),
  /** How many copies of the job were started. */
  copies: z.int(),
  /** How many of them were seen to run at the same time. */
  atOnce: z.int(),
  /**
   * Seconds from what went wrong (the failure of the job, the disturbance) to the end of the task. Null: nothing in the
   * task's end tells of it.
   */
  noticed: z.number().nullable(),
});

const proof = z.strictObject({
  story: z.string(),
  /** The title of the fix. */
  fix: z.string(),
  before: told,
  after: told,
});

/** What was seen in one Airflow. */
export const proofs = z.strictObject({
  airflow: z.string(),
  providers: z.record(z.string(), z.string()),
  proofs: z.array(proof),
});

/** What became of one DAG. */
export type Told = z.infer<typeof told>;
/** A story before and after the fix. */
export type Proof = z.infer<typeof proof>;
/** What was seen in one Airflow. */
export type Proofs = z.infer<typeof proofs>;

/** How many things went wrong: the task tells another end than the job's, the job outlives it, two copies ran at once. */
function wrongs({ state, aliveAfter, atOnce }: Told, expected: string): number {
  return (state === expected ? 0 : 1) + (aliveAfter ? 1 : 0) + (atOnce > 1 ? 1 : 0);
}

/** How many things fewer go wrong after the fix. */
export function gain(before: Told, after: Told, expected: string): number {
  return wrongs(before, expected) - wrongs(after, expected);
}

/**
 * What has to be the same in every run: not the seconds, nor how a fault shows that depends on them (whether the second
 * copy of a job gets in the way of the first one).
 */
export function settled({ story, fix, after: { state, aliveAfter, copies, atOnce, noticed } }: Proof) {
  return { story, fix, after: { state, aliveAfter, copies, together: atOnce > 1, noticed: noticed !== null } };
}
