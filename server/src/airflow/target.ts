/** What the project runs on, and what it has decided: facts that stand outside the DAG file. */

/** Where a version was learnt, from the surest to the least sure. */
export type VersionOrigin = "setting" | "lock" | "requirement" | "constraint" | "image" | "imports" | "default";

/** The Airflow and provider versions that advice and fixes must fit. */
export type Target = {
  /** `3.1.0`; only as exact as its origin allows. */
  readonly airflow: string;
  readonly origin: VersionOrigin;
  /** `apache-airflow-providers-ssh` → `4.3.0`; a missing name is not known. */
  readonly providers: Readonly<Record<string, string | undefined>>;
};

/** Values of `airflow.cfg` that change what an absent argument means, as the project states them; undefined when it does not. */
export type Deployment = {
  /** `[core] default_task_execution_timeout`, seconds. */
  readonly defaultTaskExecutionTimeout: number | undefined;
  /** `[core] default_task_retries` */
  readonly defaultTaskRetries: number | undefined;
  /** `[sensors] default_timeout`, seconds. */
  readonly defaultSensorTimeout: number | undefined;
  /** `[operators] default_deferrable` */
  readonly defaultDeferrable: boolean | undefined;
};

/** Numbers that fixes write, in seconds. One that the project did not give is our proposal, and a fix that uses it is unsafe. */
export type Limits = {
  readonly executionTimeout: Limit;
  readonly commandTimeout: Limit;
  readonly remoteJobTimeout: Limit;
  readonly sensorTimeout: Limit;
  readonly subprocessTimeout: Limit;
  readonly requestTimeout: Limit;
};
/** A number of seconds and whether the project's configuration gave it. */
export type Limit = { readonly seconds: number; readonly configured: boolean };

/** All that a file's check may know of its project. */
export type Project = {
  readonly target: Target;
  readonly deployment: Deployment;
  readonly limits: Limits;
  /** Host name as written in an ssh command → Airflow connection id. */
  readonly sshConnections: Readonly<Record<string, string>>;
};

/** Tether's own proposals, used where the project gives no number. */
export const proposedLimits: Limits = {
  executionTimeout: { seconds: 3600, configured: false },
  commandTimeout: { seconds: 600, configured: false },
  remoteJobTimeout: { seconds: 4 * 3600, configured: false },
  sensorTimeout: { seconds: 3600, configured: false },
  subprocessTimeout: { seconds: 3600, configured: false },
  requestTimeout: { seconds: 60, configured: false },
};

/** The newest Airflow that Tether knows, taken when nothing tells the project's version. */
export const newestAirflow = "3.3.2";

/** A project that says nothing about itself. */
export const unknownProject: Project = {
  target: { airflow: newestAirflow, origin: "default", providers: {} },
  deployment: {
    defaultTaskExecutionTimeout: undefined,
    defaultTaskRetries: undefined,
    defaultSensorTimeout: undefined,
    defaultDeferrable: undefined,
  },
  limits: proposedLimits,
  sshConnections: {},
};

/** The major number: 1, 2 or 3. */
export function airflowMajor(target: Target): number {
  return Number.parseInt(target.airflow, 10);
}
