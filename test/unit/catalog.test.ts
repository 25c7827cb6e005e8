import { describe, expect, it } from "vitest";
import { behaviourOf } from "../../server/src/catalog/behaviour.ts";
import {
  compareVersions,
  decoratorOf,
  defaultOf,
  findClass,
  importPathOf,
  isSubclassOf,
  newestProviderFor,
  type OperatorClass,
  oldestAirflowFor,
  parameterOf,
} from "../../server/src/catalog/index.ts";
import {
  failureStates,
  listedSensors,
  oddSensors,
  plainSensor,
  sensorFacts,
} from "../../server/src/catalog/sensors.ts";

function classAt(fqcn: string): OperatorClass {
  const found = findClass(fqcn);
  if (!found) throw new Error(`the catalogue has no ${fqcn}`);
  return found;
}

const ssh = classAt("airflow.providers.ssh.operators.ssh.SSHOperator");
const sshProvider = "apache-airflow-providers-ssh";

describe("findClass", () => {
  it.each([
    ["airflow.operators.bash_operator.BashOperator", "airflow.providers.standard.operators.bash.BashOperator"],
    ["airflow.operators.bash.BashOperator", "airflow.providers.standard.operators.bash.BashOperator"],
    ["airflow.operators.python_operator.PythonOperator", "airflow.providers.standard.operators.python.PythonOperator"],
    ["airflow.operators.dummy_operator.DummyOperator", "airflow.providers.standard.operators.empty.EmptyOperator"],
    [
      "airflow.operators.dagrun_operator.TriggerDagRunOperator",
      "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator",
    ],
    [
      "airflow.sensors.external_task_sensor.ExternalTaskSensor",
      "airflow.providers.standard.sensors.external_task.ExternalTaskSensor",
    ],
    [
      "airflow.operators.sensors.ExternalTaskSensor",
      "airflow.providers.standard.sensors.external_task.ExternalTaskSensor",
    ],
    ["airflow.contrib.sensors.python_sensor.PythonSensor", "airflow.providers.standard.sensors.python.PythonSensor"],
    ["airflow.contrib.operators.ssh_operator.SSHOperator", "airflow.providers.ssh.operators.ssh.SSHOperator"],
    ["airflow.contrib.hooks.ssh_hook.SSHHook", "airflow.providers.ssh.hooks.ssh.SSHHook"],
    ["airflow.contrib.operators.sftp_operator.SFTPOperator", "airflow.providers.sftp.operators.sftp.SFTPOperator"],
    ["airflow.contrib.sensors.sftp_sensor.SFTPSensor", "airflow.providers.sftp.sensors.sftp.SFTPSensor"],
    [
      "airflow.contrib.operators.winrm_operator.WinRMOperator",
      "airflow.providers.microsoft.winrm.operators.winrm.WinRMOperator",
    ],
    [
      "airflow.contrib.operators.kubernetes_pod_operator.KubernetesPodOperator",
      "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
    ],
    [
      "airflow.contrib.operators.emr_add_steps_operator.EmrAddStepsOperator",
      "airflow.providers.amazon.aws.operators.emr.EmrAddStepsOperator",
    ],
    ["airflow.operators.http_operator.SimpleHttpOperator", "airflow.providers.http.operators.http.HttpOperator"],
    ["airflow.models.BaseOperator", "airflow.sdk.BaseOperator"],
    ["airflow.models.baseoperator.BaseOperator", "airflow.sdk.BaseOperator"],
    ["airflow.sensors.base_sensor_operator.BaseSensorOperator", "airflow.sdk.BaseSensorOperator"],
    ["airflow.hooks.base_hook.BaseHook", "airflow.sdk.BaseHook"],
    ["airflow.DAG", "airflow.sdk.DAG"],
    ["airflow.models.DAG", "airflow.sdk.DAG"],
    ["airflow.decorators.task", "airflow.sdk.task"],
    ["airflow.utils.task_group.TaskGroup", "airflow.sdk.TaskGroup"],
    ["airflow.providers.common.compat.sdk.BaseOperator", "airflow.sdk.BaseOperator"],
  ])("%s is %s", (old, now) => {
    expect(findClass(old)?.fqcn).toBe(now);
  });

  it("knows nothing of classes that Airflow does not have", () => {
    expect(findClass("mycompany.operators.BashOperator")).toBeUndefined();
  });
});

describe("parameters", () => {
  it("tell since when they exist and how their default changed", () => {
    expect(parameterOf(ssh, "cmd_timeout")).toEqual({
      name: "cmd_timeout",
      default: { kind: "expression", text: "NOTSET" },
      since: "2.2.0",
      history: [
        { since: "2.2.0", default: { kind: "literal", value: null } },
        { since: "3.5.0", default: { kind: "expression", text: "NOTSET" } },
      ],
    });
    expect(parameterOf(ssh, "timeout")?.until).toBe("3.2.0");
    expect(parameterOf(ssh, "no_such_keyword")).toBeUndefined();
  });

  it("are inherited up to BaseOperator and BaseSensorOperator", () => {
    expect(parameterOf(ssh, "execution_timeout")?.inherited).toBe("airflow.sdk.BaseOperator");
    const sensor = classAt("airflow.providers.amazon.aws.sensors.emr.EmrStepSensor");
    expect(parameterOf(sensor, "mode")).toMatchObject({
      default: { kind: "literal", value: "poke" },
      inherited: "airflow.sdk.BaseSensorOperator",
    });
    const pod = classAt("airflow.providers.amazon.aws.operators.eks.EksPodOperator");
    expect(parameterOf(pod, "startup_timeout_seconds")?.inherited).toBe(
      "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
    );
  });

  it("are not inherited by a class that takes no further keywords", () => {
    const hook = classAt("airflow.providers.ssh.hooks.ssh.SSHHook");
    expect(parameterOf(hook, "logger_name")).toBeUndefined();
  });

  it("have the default of the installed version", () => {
    expect(defaultOf(ssh, "cmd_timeout", { [sshProvider]: "3.3.0" })).toEqual({ kind: "literal", value: null });
    expect(defaultOf(ssh, "cmd_timeout", { [sshProvider]: "7.0.1" })).toEqual({ kind: "expression", text: "NOTSET" });
    expect(defaultOf(ssh, "cmd_timeout", {})).toEqual({ kind: "expression", text: "NOTSET" });
    expect(defaultOf(ssh, "cmd_timeout", { [sshProvider]: "1.0.0" })).toBeUndefined();
    expect(defaultOf(ssh, "timeout", { "apache-airflow": "1.10.15" })).toEqual({ kind: "literal", value: 10 });
    expect(defaultOf(ssh, "timeout", {})).toBeUndefined();
    expect(defaultOf(ssh, "command", {})).toEqual({ kind: "literal", value: null });
  });

  it("of a required keyword have no default", () => {
    const remote = classAt("airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator");
    expect(defaultOf(remote, "command", {})).toEqual({ kind: "required" });
  });
});

describe("importPathOf", () => {
  const from = (fqcn: string, airflow: string, providers = {}) => {
    const path = importPathOf(classAt(fqcn), { airflow, providers });
    return path && `${path.module}.${path.name}`;
  };

  it.each([
    ["1.10.15", "airflow.operators.bash_operator.BashOperator"],
    ["2.3.4", "airflow.operators.bash.BashOperator"],
    ["2.11.9", "airflow.operators.bash.BashOperator"],
    ["3.0.0", "airflow.providers.standard.operators.bash.BashOperator"],
    ["3.3.2", "airflow.providers.standard.operators.bash.BashOperator"],
  ])("BashOperator for Airflow %s", (airflow, expected) => {
    expect(from("airflow.operators.bash.BashOperator", airflow)).toBe(expected);
  });

  it("takes the standard provider where it is declared", () => {
    const providers = { "apache-airflow-providers-standard": "1.9.0" };
    expect(from("airflow.operators.bash.BashOperator", "2.11.0", providers)).toBe(
      "airflow.providers.standard.operators.bash.BashOperator",
    );
  });

  it.each([
    ["airflow.sdk.DAG", "1.10.15", "airflow.DAG"],
    ["airflow.sdk.DAG", "2.9.0", "airflow.DAG"],
    ["airflow.sdk.DAG", "3.1.0", "airflow.sdk.DAG"],
    ["airflow.sdk.task", "1.10.15", undefined],
    ["airflow.sdk.task", "2.0.0", "airflow.decorators.task"],
    ["airflow.sdk.PokeReturnValue", "2.7.0", "airflow.sensors.base.PokeReturnValue"],
    ["airflow.sdk.PokeReturnValue", "3.0.0", "airflow.sdk.PokeReturnValue"],
    ["airflow.exceptions.AirflowFailException", "2.7.0", "airflow.exceptions.AirflowFailException"],
    ["airflow.models.BaseOperator", "2.7.0", "airflow.models.baseoperator.BaseOperator"],
    ["airflow.sdk.chain", "2.7.0", "airflow.models.baseoperator.chain"],
    [
      "airflow.providers.http.operators.http.HttpOperator",
      "2.2.0",
      "airflow.providers.http.operators.http.SimpleHttpOperator",
    ],
    [
      "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
      "2.2.0",
      "airflow.providers.cncf.kubernetes.operators.kubernetes_pod.KubernetesPodOperator",
    ],
  ])("%s for Airflow %s", (fqcn, airflow, expected) => {
    expect(from(fqcn, airflow)).toBe(expected);
  });

  it("has no answer where the class does not exist", () => {
    const remote = "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator";
    expect(from(remote, "2.10.5")).toBeUndefined();
    expect(from(remote, "2.11.0")).toBe(remote);
    expect(from(remote, "2.11.0", { [sshProvider]: "4.2.1" })).toBeUndefined();
    expect(from("airflow.contrib.operators.ssh_operator.SSHOperator", "1.10.15")).toBe(
      "airflow.contrib.operators.ssh_operator.SSHOperator",
    );
  });
});

describe("classes", () => {
  it("know their ancestors by any spelling", () => {
    const sensor = classAt("airflow.sensors.external_task.ExternalTaskSensor");
    expect(isSubclassOf(sensor, "airflow.sensors.base.BaseSensorOperator")).toBe(true);
    expect(isSubclassOf(sensor, "airflow.models.BaseOperator")).toBe(true);
    expect(isSubclassOf(ssh, "airflow.sensors.base.BaseSensorOperator")).toBe(false);
  });

  it("know their template fields and extensions", () => {
    expect(ssh.templateFields).toContain("command");
    expect(ssh.templateExt).toEqual([".sh", ".bash", ".csh", ".zsh", ".dash", ".ksh"]);
  });

  it("know whether a kill reaches what they started", () => {
    expect(ssh.hasOnKill).toBe(true);
    expect(classAt("airflow.providers.jenkins.operators.jenkins_job_trigger.JenkinsJobTriggerOperator").hasOnKill).toBe(
      false,
    );
  });

  it("stand behind TaskFlow decorators", () => {
    const bash = decoratorOf("task.bash");
    expect(bash?.since).toContainEqual({ provider: "apache-airflow", version: "2.9.0" });
    expect(isSubclassOf(classAt(bash?.operator ?? ""), "airflow.operators.bash.BashOperator")).toBe(true);
    expect(decoratorOf("task.ssh")).toBeUndefined();
  });

  it("inherit the behaviour of their base", () => {
    const gke = classAt("airflow.providers.google.cloud.operators.kubernetes_engine.GKEStartJobOperator");
    expect(behaviourOf(gke)?.operator).toBe("airflow.providers.cncf.kubernetes.operators.job.KubernetesJobOperator");
    expect(behaviourOf(classAt("airflow.operators.empty.EmptyOperator"))).toBeUndefined();
  });
});

describe("sensors", () => {
  it.each(listedSensors)("%s exists", (fqcn) => {
    expect(sensorFacts(classAt(fqcn))?.onFailure).toBeDefined();
  });

  it.each(oddSensors)("%s exists, too", (fqcn) => {
    expect(classAt(fqcn).kind).toBe("sensor");
  });

  it("end a wait in the triggerer by their timeout, or otherwise", () => {
    const endOf = (fqcn: string) => sensorFacts(classAt(fqcn))?.deferralEnds;
    expect(endOf("airflow.providers.amazon.aws.sensors.s3.S3KeySensor")).toBe("timeout");
    expect(endOf("airflow.providers.amazon.aws.sensors.emr.EmrStepSensor")).toBe("attempts");
    expect(endOf("airflow.providers.google.cloud.sensors.dataflow.DataflowJobStatusSensor")).toBe("execution_timeout");
  });

  it("of other providers are sensors by their import", () => {
    const base = "airflow.sdk.BaseSensorOperator";
    expect(plainSensor("airflow.providers.apache.hive.sensors.hive_partition.HivePartitionSensor")?.fqcn).toBe(base);
    expect(plainSensor("airflow.providers.ftp.sensors.ftp.FTPSSensor")?.fqcn).toBe(base);
    expect(plainSensor("airflow.providers.apache.kafka.sensors.kafka.AwaitMessageSensor")).toBeUndefined();
    expect(plainSensor("company.sensors.ftp.FTPSensor")).toBeUndefined();
  });

  it("know the states in which they fail by a keyword", () => {
    const cls = classAt("airflow.providers.google.cloud.sensors.datafusion.CloudDataFusionPipelineStateSensor");
    const states = failureStates(cls);
    expect(states && parameterOf(cls, states.parameter)).toBeDefined();
    expect(failureStates(classAt("airflow.providers.amazon.aws.sensors.emr.EmrStepSensor"))).toBeUndefined();
  });

  it("fail by a keyword that they have", () => {
    for (const fqcn of listedSensors) {
      const cls = classAt(fqcn);
      const parameter = sensorFacts(cls)?.failureParameter;
      if (parameter !== undefined) expect(parameterOf(cls, parameter), `${fqcn}(${parameter}=…)`).toBeDefined();
    }
  });

  it("are told from operators", () => {
    expect(sensorFacts(ssh)).toBeUndefined();
    expect(sensorFacts(classAt("airflow.sensors.external_task.ExternalTaskSensor"))).toEqual({
      deferrable: true,
      deferralEnds: "timeout",
      ownWait: false,
      pokeModeOnly: false,
      timeOnly: false,
      onFailure: "waits",
      failureParameter: "failed_states",
    });
    expect(sensorFacts(classAt("airflow.providers.amazon.aws.sensors.s3.S3KeysUnchangedSensor"))?.pokeModeOnly).toBe(
      true,
    );
  });
});

describe("versions", () => {
  it("are compared by number", () => {
    expect(compareVersions("3.10.1", "3.9.0")).toBeGreaterThan(0);
    expect(compareVersions("3.0", "3.0.0")).toBe(0);
    expect(compareVersions("3.0.0rc1", "3.0.0")).toBeLessThan(0);
    expect(compareVersions("2.11.0+composer", "2.11.0")).toBe(0);
  });

  it("of providers go with an Airflow", () => {
    expect(newestProviderFor(sshProvider, "2.11.0")).toBe("7.0.1");
    expect(newestProviderFor(sshProvider, "2.10.5")).toBe("4.1.6");
    expect(newestProviderFor(sshProvider, "1.10.15")).toBeUndefined();
    expect(newestProviderFor("no-such-provider", "2.11.0")).toBeUndefined();
    expect(oldestAirflowFor(sshProvider, "4.3.1")).toBe("2.11.0");
  });
});
