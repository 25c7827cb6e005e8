/** Keywords that decide whether the work that an operator started ends with its task. */
import type { LiteralValue } from "./behaviour/facts.ts";

/** One such keyword; it means the same on every operator that has it. */
export type KillSwitch = {
  readonly parameter: string;
  /** The value with which the work runs on. */
  readonly leaves: LiteralValue;
  /** Python text of the value that ends it. */
  readonly ends: string;
  /** What does not end the work. */
  readonly when: "killed" | "failed";
};

/**
 * Read in `on_kill` of the newest providers: amazon 9.39.0 (glue.py, emr.py, redshift_data.py, ecs.py), google 22.8.0
 * (dataproc.py, dataflow.py, bigquery.py), cncf-kubernetes 10.25.0 (pod.py, job.py), snowflake 6.20.0.
 */
export const killSwitches: readonly KillSwitch[] = [
  // The only one that is off by default.
  { parameter: "stop_job_run_on_kill", leaves: false, ends: "True", when: "killed" },
  { parameter: "cancel_on_kill", leaves: false, ends: "True", when: "killed" },
  { parameter: "on_kill_action", leaves: "keep_pod", ends: '"delete_pod"', when: "killed" },
  { parameter: "on_kill_propagation_policy", leaves: "Orphan", ends: '"Foreground"', when: "killed" },
  // on_kill of EcsRunTaskOperator always stops the task; this is about a wait that fails.
  { parameter: "stop_task_on_failure", leaves: false, ends: "True", when: "failed" },
];
