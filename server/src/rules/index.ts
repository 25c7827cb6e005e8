import bashBackgroundCommand from "./bash-background-command.ts";
import bashSshCall from "./bash-ssh-call.ts";
import exitStatusMasked from "./exit-status-masked.ts";
import externalTaskSensorNoFailedStates from "./external-task-sensor-no-failed-states.ts";
import externalTaskSensorNotExternal from "./external-task-sensor-not-external.ts";
import httpCallNoTimeout from "./http-call-no-timeout.ts";
import missingExecutionTimeout from "./missing-execution-timeout.ts";
import operatorSubmitNoWait from "./operator-submit-no-wait.ts";
import osSystemUsed from "./os-system-used.ts";
import paramikoExitStatusIgnored from "./paramiko-exit-status-ignored.ts";
import popenNotWaited from "./popen-not-waited.ts";
import remoteJobCommandShape from "./remote-job-command-shape.ts";
import remoteJobNoTimeout from "./remote-job-no-timeout.ts";
import type { Rule } from "./rule.ts";
import sensorDefaultTimeout from "./sensor-default-timeout.ts";
import sensorPokeModeLongWait from "./sensor-poke-mode-long-wait.ts";
import softFailHidesFailure from "./soft-fail-hides-failure.ts";
import sshBackgroundCommand from "./ssh-background-command.ts";
import sshCmdTimeoutDefault from "./ssh-cmd-timeout-default.ts";
import sshHostKeyCheckDisabled from "./ssh-host-key-check-disabled.ts";
import subprocessNoTimeout from "./subprocess-no-timeout.ts";
import subprocessResultIgnored from "./subprocess-result-ignored.ts";
import templateExtensionTrap from "./template-extension-trap.ts";
import triggerDagrunNoWait from "./trigger-dagrun-no-wait.ts";

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = [
  sshBackgroundCommand,
  bashBackgroundCommand,
  operatorSubmitNoWait,
  triggerDagrunNoWait,
  popenNotWaited,
  missingExecutionTimeout,
  sshCmdTimeoutDefault,
  remoteJobNoTimeout,
  subprocessNoTimeout,
  sensorDefaultTimeout,
  httpCallNoTimeout,
  bashSshCall,
  paramikoExitStatusIgnored,
  externalTaskSensorNotExternal,
  exitStatusMasked,
  remoteJobCommandShape,
  subprocessResultIgnored,
  osSystemUsed,
  templateExtensionTrap,
  softFailHidesFailure,
  sshHostKeyCheckDisabled,
  externalTaskSensorNoFailedStates,
  sensorPokeModeLongWait,
];
