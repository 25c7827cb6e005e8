import { type Behaviour, waitsIf } from "./facts.ts";

/** Facts about what Airflow itself and its ssh, winrm, psrp and sftp providers start. */
export const standard: readonly Behaviour[] = [
  {
    operator: "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator",
    wait: waitsIf("wait_for_completion"),
    product: "the triggered DAG run",
    severity: "error",
    // Since 3.0 execute() ends by raising DagRunTriggerException, and the task runner waits after that, outside of
    // the timeout; the deferral has none either. Bound the triggered DAG by its dagrun_timeout.
    executionTimeoutBindsWait: { before: "3.0.0" },
    source: "apache-airflow-providers-standard 1.21.0, operators/trigger_dagrun.py",
  },
  {
    operator: "airflow.providers.standard.operators.bash.BashOperator",
    wait: { always: true },
    product: "the shell command",
    severity: "error",
    source: "apache-airflow-providers-standard 1.21.0, operators/bash.py, hooks/subprocess.py",
  },
  {
    operator: "airflow.providers.ssh.operators.ssh.SSHOperator",
    wait: { always: true },
    product: "the remote command",
    severity: "error",
    // Seconds without a byte of output, not seconds altogether.
    timeout: { parameter: "cmd_timeout", unit: "seconds", default: "10", boundsWait: false },
    source: "apache-airflow-providers-ssh 7.0.1, operators/ssh.py, hooks/ssh.py",
  },
  {
    operator: "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator",
    wait: { always: true },
    product: "the remote job",
    severity: "error",
    timeout: { parameter: "timeout", unit: "seconds", boundsWait: true },
    minimumProvider: "6.0.1",
    source: "apache-airflow-providers-ssh 7.0.1, operators/ssh_remote_job.py",
  },
  {
    operator: "airflow.providers.microsoft.winrm.operators.winrm.WinRMOperator",
    wait: { always: true },
    product: "the remote Windows command",
    severity: "error",
    // Deprecated: it only sets execution_timeout.
    timeout: { parameter: "timeout", unit: "seconds", boundsWait: true },
    source: "apache-airflow-providers-microsoft-winrm 3.15.1, operators/winrm.py",
  },
  {
    operator: "airflow.providers.microsoft.psrp.operators.psrp.PsrpOperator",
    wait: { always: true },
    product: "the remote PowerShell command",
    severity: "error",
    endless: "a remote PowerShell command",
    source: "apache-airflow-providers-microsoft-psrp 4.0.1, operators/psrp.py",
  },
  {
    operator: "airflow.providers.sftp.operators.sftp.SFTPOperator",
    wait: { always: true },
    product: "the file transfer",
    severity: "warning",
    source: "apache-airflow-providers-sftp 7.0.0, operators/sftp.py",
  },
];
