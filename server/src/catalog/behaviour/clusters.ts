import { type Behaviour, deferred, same, type Wait, xcom, yes } from "./facts.ts";

const kubernetes = "airflow.providers.cncf.kubernetes";
const fromKubernetes = (file: string) => `apache-airflow-providers-cncf-kubernetes 10.25.0, operators/${file}.py`;

// Without polling it submits and returns; with deferrable it defers whatever the interval says.
const polling = (deferrable: boolean): Wait => ({
  parameter: "polling_interval",
  waits: { above: 0 },
  impliedByDeferrable: deferrable,
  deferrable,
  emit: [{ name: "polling_interval", text: "30" }],
});

/** Facts about the operators that start pods, containers, Spark, Flink and Beam jobs. */
export const clusters: readonly Behaviour[] = [
  {
    // GKEStartJobOperator, EksJob… and the Kueue operators inherit it. No sensor exists; the job's name is in XCom.
    operator: `${kubernetes}.operators.job.KubernetesJobOperator`,
    wait: {
      parameter: "wait_until_job_complete",
      waits: [true],
      impliedByDeferrable: false,
      deferrable: true,
      emit: [yes("wait_until_job_complete"), deferred],
    },
    product: "the Kubernetes job",
    severity: "error",
    timeout: { parameter: "active_deadline_seconds", unit: "seconds", boundsWait: true },
    source: fromKubernetes("job"),
  },
  {
    operator: `${kubernetes}.operators.pod.KubernetesPodOperator`,
    wait: { always: true },
    product: "the pod",
    severity: "warning",
    timeout: { parameter: "active_deadline_seconds", unit: "seconds", boundsWait: true },
    source: fromKubernetes("pod"),
  },
  {
    operator: `${kubernetes}.operators.spark_kubernetes.SparkKubernetesOperator`,
    wait: { always: true },
    waitsSince: "7.14.0",
    product: "the Spark application",
    severity: "warning",
    sensor: {
      class: `${kubernetes}.sensors.spark_kubernetes.SparkKubernetesSensor`,
      // output["metadata"]["name"] of the submit-only versions
      arguments: [{ name: "application_name", from: "output", key: "metadata.name" }, same("namespace")],
      copies: ["kubernetes_conn_id"],
      reportsFailure: true,
    },
    source: fromKubernetes("spark_kubernetes"),
  },
  {
    operator: `${kubernetes}.operators.resource.KubernetesCreateResourceOperator`,
    wait: { never: true },
    product: "the Kubernetes resources",
    severity: "warning",
    source: fromKubernetes("resource"),
  },
  {
    // LivySensor is content with every terminal state, a failed batch included, so it is no replacement for polling.
    operator: "airflow.providers.apache.livy.operators.livy.LivyOperator",
    wait: polling(true),
    product: "the Livy batch",
    severity: "error",
    sensor: {
      class: "airflow.providers.apache.livy.sensors.livy.LivySensor",
      arguments: [{ name: "batch_id", from: "output" }],
      copies: ["livy_conn_id"],
      reportsFailure: false,
    },
    // poll_for_termination knows no end but the batch's.
    endless: "a Livy batch",
    source: "apache-airflow-providers-apache-livy 4.6.4, operators/livy.py, sensors/livy.py",
  },
  {
    // Its sensor, too, is content with a failed application.
    operator: "airflow.providers.alibaba.cloud.operators.analyticdb_spark.AnalyticDBSparkBaseOperator",
    wait: polling(false),
    product: "the AnalyticDB Spark application",
    severity: "error",
    endless: "an AnalyticDB Spark application",
    sensor: {
      class: "airflow.providers.alibaba.cloud.sensors.analyticdb_spark.AnalyticDBSparkSensor",
      arguments: [{ name: "app_id", from: "output" }],
      copies: ["adb_spark_conn_id", "region"],
      reportsFailure: false,
    },
    source: "apache-airflow-providers-alibaba 3.5.2, cloud/operators/analyticdb_spark.py, sensors/analyticdb_spark.py",
  },
  {
    operator: "airflow.providers.apache.spark.operators.spark_submit.SparkSubmitOperator",
    wait: { always: true },
    product: "the Spark application",
    severity: "warning",
    // hooks/spark_submit.py reads what spark-submit prints until it ends, or polls the driver's status.
    endless: "a Spark application",
    source: "apache-airflow-providers-apache-spark 6.3.4, operators/spark_submit.py",
  },
  {
    // The sensor ends when the job manager is deployed, not when the job has finished.
    operator: "airflow.providers.apache.flink.operators.flink_kubernetes.FlinkKubernetesOperator",
    wait: { never: true },
    product: "the Flink application",
    severity: "warning",
    sensor: {
      class: "airflow.providers.apache.flink.sensors.flink_kubernetes.FlinkKubernetesSensor",
      arguments: [{ name: "application_name", from: "output", key: "metadata.name" }, same("namespace")],
      copies: ["kubernetes_conn_id"],
      reportsFailure: false,
    },
    source: "apache-airflow-providers-apache-flink 1.9.1, operators/flink_kubernetes.py, sensors/flink_kubernetes.py",
  },
  {
    // dataflow_config={"wait_until_finished": False}, or a DataflowConfiguration of it.
    operator: "airflow.providers.apache.beam.operators.beam.BeamBasePipelineOperator",
    wait: { always: true, unless: { parameter: "dataflow_config", entry: "wait_until_finished", is: false } },
    product: "the Beam pipeline",
    severity: "warning",
    // Other runners work on this machine. The hook of Dataflow looks again as long as a batch job runs.
    endless: "a Dataflow job",
    leavesStreams: true,
    only: { parameter: "runner", is: "DataflowRunner" },
    sensor: {
      class: "airflow.providers.google.cloud.sensors.dataflow.DataflowJobStatusSensor",
      arguments: [
        xcom("job_id", "dataflow_job_id"),
        { name: "expected_statuses", from: "literal", text: '{"JOB_STATE_DONE"}' },
      ],
      copies: ["gcp_conn_id"],
      reportsFailure: true,
    },
    source: "apache-airflow-providers-apache-beam 6.3.1, operators/beam.py",
  },
  {
    // `timeout` there is that of one request to the Docker API.
    operator: "airflow.providers.docker.operators.docker.DockerOperator",
    wait: { always: true },
    product: "the container",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: "60", boundsWait: false },
    source: "apache-airflow-providers-docker 4.6.1, operators/docker.py",
  },
  {
    operator: "airflow.providers.singularity.operators.singularity.SingularityOperator",
    wait: { always: true },
    product: "the container",
    severity: "warning",
    source: "apache-airflow-providers-singularity 3.9.5, operators/singularity.py",
  },
];
