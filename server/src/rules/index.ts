import allDoneLeafMasksFailure from "./all-done-leaf-masks-failure.ts";
import bareWaitLosesStatus from "./bare-wait-loses-status.ts";
import bashBackgroundCommand from "./bash-background-command.ts";
import bashSensorAnyErrorWaits from "./bash-sensor-any-error-waits.ts";
import bashSshCall from "./bash-ssh-call.ts";
import cliJobSubmitNoWait from "./cli-job-submit-no-wait.ts";
import cloudCliAsyncFlag from "./cloud-cli-async-flag.ts";
import curlNoTimeout from "./curl-no-timeout.ts";
import customOperatorNoOnKill from "./custom-operator-no-on-kill.ts";
import dagNoDagrunTimeout from "./dag-no-dagrun-timeout.ts";
import deferrableWithoutBound from "./deferrable-without-bound.ts";
import dockerDetachedRun from "./docker-detached-run.ts";
import envDropsInherited from "./env-drops-inherited.ts";
import errexitDisabled from "./errexit-disabled.ts";
import exitStatusMasked from "./exit-status-masked.ts";
import externalTaskSensorCheckExistenceNoop from "./external-task-sensor-check-existence-noop.ts";
import externalTaskSensorDateMismatch from "./external-task-sensor-date-mismatch.ts";
import externalTaskSensorNoFailedStates from "./external-task-sensor-no-failed-states.ts";
import externalTaskSensorNotExternal from "./external-task-sensor-not-external.ts";
import fileMarkerOnlySuccess from "./file-marker-only-success.ts";
import httpCallNoTimeout from "./http-call-no-timeout.ts";
import httpJobStartNotPolled from "./http-job-start-not-polled.ts";
import httpSensorNoResponseCheck from "./http-sensor-no-response-check.ts";
import inlineSshSecret from "./inline-ssh-secret.ts";
import kubectlWaitSuccessOnly from "./kubectl-wait-success-only.ts";
import kubernetesJobNoWait from "./kubernetes-job-no-wait.ts";
import missingExecutionTimeout from "./missing-execution-timeout.ts";
import multiStatementWithoutErrexit from "./multi-statement-without-errexit.ts";
import noFailureNotification from "./no-failure-notification.ts";
import operatorKillLeavesJob from "./operator-kill-leaves-job.ts";
import operatorSubmitNoWait from "./operator-submit-no-wait.ts";
import operatorWaitDisabled from "./operator-wait-disabled.ts";
import osSystemUsed from "./os-system-used.ts";
import paramikoExitStatusIgnored from "./paramiko-exit-status-ignored.ts";
import paramikoNoTimeout from "./paramiko-no-timeout.ts";
import pipelineWithoutPipefail from "./pipeline-without-pipefail.ts";
import pollLoopUnbounded from "./poll-loop-unbounded.ts";
import popenNotWaited from "./popen-not-waited.ts";
import powershellStartProcessNoWait from "./powershell-start-process-no-wait.ts";
import processDetachedFromTask from "./process-detached-from-task.ts";
import providerLacksRemoteKill from "./provider-lacks-remote-kill.ts";
import ptyKillsBackgroundJob from "./pty-kills-background-job.ts";
import pythonBackgroundWork from "./python-background-work.ts";
import pythonPollLoopInWorker from "./python-poll-loop-in-worker.ts";
import remoteErrorSwallowed from "./remote-error-swallowed.ts";
import remoteJobCleanupNever from "./remote-job-cleanup-never.ts";
import remoteJobCommandShape from "./remote-job-command-shape.ts";
import remoteJobNestedDetach from "./remote-job-nested-detach.ts";
import remoteJobNoTimeout from "./remote-job-no-timeout.ts";
import removedTimeoutArgument from "./removed-timeout-argument.ts";
import rescheduleIntervalTooShort from "./reschedule-interval-too-short.ts";
import retriesDuplicateRemoteJob from "./retries-duplicate-remote-job.ts";
import type { Rule } from "./rule.ts";
import sdkStartWithoutWaiter from "./sdk-start-without-waiter.ts";
import sensorCallableNoReturn from "./sensor-callable-no-return.ts";
import sensorDefaultTimeout from "./sensor-default-timeout.ts";
import sensorIgnoresFailedState from "./sensor-ignores-failed-state.ts";
import sensorNotOrderedAfterSubmit from "./sensor-not-ordered-after-submit.ts";
import sensorPokeModeLongWait from "./sensor-poke-mode-long-wait.ts";
import shellTrueInterpolated from "./shell-true-interpolated.ts";
import skipOnExitCodeTooWide from "./skip-on-exit-code-too-wide.ts";
import slaHasNoEffect from "./sla-has-no-effect.ts";
import softFailHidesFailure from "./soft-fail-hides-failure.ts";
import sshAgentForwarding from "./ssh-agent-forwarding.ts";
import sshBackgroundCommand from "./ssh-background-command.ts";
import sshClientBackgrounded from "./ssh-client-backgrounded.ts";
import sshClientNoKeepalive from "./ssh-client-no-keepalive.ts";
import sshClientNoTimeout from "./ssh-client-no-timeout.ts";
import sshCmdTimeoutDefault from "./ssh-cmd-timeout-default.ts";
import sshCmdTimeoutUnlimited from "./ssh-cmd-timeout-unlimited.ts";
import sshEnvironmentMayBeDropped from "./ssh-environment-may-be-dropped.ts";
import sshHookExecResultIgnored from "./ssh-hook-exec-result-ignored.ts";
import sshHostKeyCheckDisabled from "./ssh-host-key-check-disabled.ts";
import sshInWhileRead from "./ssh-in-while-read.ts";
import sshInnerMultiStatement from "./ssh-inner-multi-statement.ts";
import sshNoBatchmode from "./ssh-no-batchmode.ts";
import sshNoRemoteKill from "./ssh-no-remote-kill.ts";
import sshOperatorLongRunning from "./ssh-operator-long-running.ts";
import sshOutputIsBase64 from "./ssh-output-is-base64.ts";
import subprocessNoTimeout from "./subprocess-no-timeout.ts";
import subprocessResultIgnored from "./subprocess-result-ignored.ts";
import substitutionStatusLost from "./substitution-status-lost.ts";
import templateExtensionTrap from "./template-extension-trap.ts";
import timeoutEscapesKill from "./timeout-escapes-kill.ts";
import timeoutOrderInconsistent from "./timeout-order-inconsistent.ts";
import triggerDagrunDeferrableIgnored from "./trigger-dagrun-deferrable-ignored.ts";
import triggerDagrunNoWait from "./trigger-dagrun-no-wait.ts";
import triggerDagrunWaitUnbounded from "./trigger-dagrun-wait-unbounded.ts";
import unquotedUrlAmpersand from "./unquoted-url-ampersand.ts";
import userInputInShell from "./user-input-in-shell.ts";
import waitsForStartNotFinish from "./waits-for-start-not-finish.ts";

/** Every rule, sorted by code. */
export const rules: readonly Rule[] = [
  sshBackgroundCommand,
  bashBackgroundCommand,
  operatorSubmitNoWait,
  triggerDagrunNoWait,
  popenNotWaited,
  sshClientBackgrounded,
  operatorWaitDisabled,
  triggerDagrunDeferrableIgnored,
  processDetachedFromTask,
  pythonBackgroundWork,
  cliJobSubmitNoWait,
  cloudCliAsyncFlag,
  dockerDetachedRun,
  kubernetesJobNoWait,
  httpJobStartNotPolled,
  sdkStartWithoutWaiter,
  remoteJobNestedDetach,
  powershellStartProcessNoWait,
  unquotedUrlAmpersand,
  missingExecutionTimeout,
  sshCmdTimeoutDefault,
  remoteJobNoTimeout,
  subprocessNoTimeout,
  sensorDefaultTimeout,
  sshCmdTimeoutUnlimited,
  timeoutOrderInconsistent,
  paramikoNoTimeout,
  httpCallNoTimeout,
  deferrableWithoutBound,
  triggerDagrunWaitUnbounded,
  dagNoDagrunTimeout,
  sshClientNoTimeout,
  sshClientNoKeepalive,
  curlNoTimeout,
  pollLoopUnbounded,
  removedTimeoutArgument,
  bashSshCall,
  paramikoExitStatusIgnored,
  externalTaskSensorNotExternal,
  sshOperatorLongRunning,
  sshHookExecResultIgnored,
  pythonPollLoopInWorker,
  sensorNotOrderedAfterSubmit,
  sensorIgnoresFailedState,
  waitsForStartNotFinish,
  kubectlWaitSuccessOnly,
  noFailureNotification,
  fileMarkerOnlySuccess,
  exitStatusMasked,
  remoteJobCommandShape,
  subprocessResultIgnored,
  osSystemUsed,
  templateExtensionTrap,
  pipelineWithoutPipefail,
  multiStatementWithoutErrexit,
  sshInnerMultiStatement,
  errexitDisabled,
  substitutionStatusLost,
  bareWaitLosesStatus,
  remoteErrorSwallowed,
  skipOnExitCodeTooWide,
  softFailHidesFailure,
  allDoneLeafMasksFailure,
  envDropsInherited,
  sshEnvironmentMayBeDropped,
  sshOutputIsBase64,
  retriesDuplicateRemoteJob,
  sshNoRemoteKill,
  timeoutEscapesKill,
  ptyKillsBackgroundJob,
  operatorKillLeavesJob,
  remoteJobCleanupNever,
  providerLacksRemoteKill,
  customOperatorNoOnKill,
  sshHostKeyCheckDisabled,
  inlineSshSecret,
  userInputInShell,
  shellTrueInterpolated,
  sshAgentForwarding,
  sshNoBatchmode,
  sshInWhileRead,
  externalTaskSensorNoFailedStates,
  sensorPokeModeLongWait,
  rescheduleIntervalTooShort,
  externalTaskSensorDateMismatch,
  externalTaskSensorCheckExistenceNoop,
  sensorCallableNoReturn,
  bashSensorAnyErrorWaits,
  httpSensorNoResponseCheck,
  slaHasNoEffect,
];
