import externalTaskSensorNoFailedStates from "./external-task-sensor-no-failed-states.ts";
import externalTaskSensorNotExternal from "./external-task-sensor-not-external.ts";
import missingExecutionTimeout from "./missing-execution-timeout.ts";
import remoteJobNoTimeout from "./remote-job-no-timeout.ts";
import type { Rule } from "./rule.ts";
import sensorDefaultTimeout from "./sensor-default-timeout.ts";
import sshCmdTimeoutDefault from "./ssh-cmd-timeout-default.ts";

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = [
  missingExecutionTimeout,
  sshCmdTimeoutDefault,
  remoteJobNoTimeout,
  sensorDefaultTimeout,
  externalTaskSensorNotExternal,
  externalTaskSensorNoFailedStates,
];
