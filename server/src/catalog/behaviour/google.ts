import {
  type Behaviour,
  deferred,
  hour,
  type More,
  output,
  type SensorArgument,
  type SensorOf,
  same,
  stops,
  text,
  unlimited,
  type Wait,
  waitsIf,
  waitsUnless,
  warned,
  xcom,
  yes,
} from "./facts.ts";

const operators = "airflow.providers.google.cloud.operators";
const sensors = "airflow.providers.google.cloud.sensors";
const connection = ["project_id", "gcp_conn_id", "impersonation_chain"];

function watch(name: string, ...given: SensorArgument[]): SensorOf {
  return { class: `${sensors}.${name}`, arguments: given, copies: connection, reportsFailure: true };
}

function fact(file: string, name: string, product: string, wait: Wait, more?: More): Behaviour {
  const source = `apache-airflow-providers-google 22.8.0, cloud/operators/${file.replaceAll(".", "/")}.py`;
  return warned(`${operators}.${file}.${name}`, source, product, wait, more);
}

// Unset, a batch job is waited for and a streaming one is not: nobody can tell from the call, so it counts as waiting.
const dataflow: Wait = {
  parameter: "wait_until_finished",
  waits: [null, true],
  impliedByDeferrable: true,
  deferrable: true,
  // Not with deferrable=True, which raises a ValueError beside it.
  emit: [yes("wait_until_finished")],
};

/** Facts about the operators of apache-airflow-providers-google that start work in Google Cloud. */
export const google: readonly Behaviour[] = [
  // It defers before it looks at asynchronous, and without a timeout: execution_timeout does not end the deferral.
  fact("dataproc", "DataprocSubmitJobOperator", "the Dataproc job", waitsUnless("asynchronous", { implied: true }), {
    sensor: watchDataproc("dataproc.DataprocJobSensor", output("dataproc_job_id"), same("region")),
    timeout: { parameter: "wait_timeout", unit: "seconds", boundsWait: true },
    // hooks/dataproc.py, wait_for_job: polls until the job has ended, since no timeout is given.
    endless: "a Dataproc job",
  }),
  fact("dataproc", "DataprocCreateBatchOperator", "the Dataproc batch", waitsUnless("asynchronous"), {
    sensor: watchDataproc("dataproc.DataprocBatchSensor", same("batch_id"), same("region")),
    lasting: {
      ...stops("Dataproc stops it after 4 hours from runtime 2.1 on", 4 * hour),
      cases: [
        {
          says: "Dataproc limits no batch before runtime 2.1",
          parameter: "batch",
          entry: "runtime_config.version",
          begins: /1\.|2\.0/,
        },
      ],
    },
    limits: { keywords: ["timeout"], within: ["batch"], entries: ["ttl"] },
  }),
  fact("dataproc", "DataprocCreateClusterOperator", "the Dataproc cluster", { always: true }),
  fact("dataproc", "DataprocDeleteClusterOperator", "the deletion of the Dataproc cluster", { always: true }),
  // The template, which the call does not show, may have a limit: that is no default.
  fact(
    "dataproc",
    "DataprocInstantiateWorkflowTemplateOperator",
    "the Dataproc workflow",
    { always: true },
    { lasting: { says: "its only limit is the template's dag_timeout, if any" }, limits: { keywords: ["timeout"] } },
  ),
  fact(
    "dataproc",
    "DataprocInstantiateInlineWorkflowTemplateOperator",
    "the Dataproc workflow",
    { always: true },
    {
      lasting: { says: "Dataproc limits only a workflow with dag_timeout" },
      limits: { keywords: ["timeout"], within: ["template"], entries: ["dag_timeout", "dagTimeout"] },
    },
  ),
  fact("dataflow", "DataflowTemplatedJobStartOperator", "the Dataflow job", dataflow, {
    // hooks/dataflow.py, wait_for_done: looks again as long as a batch job runs.
    endless: "a Dataflow job",
    leavesStreams: true,
    sensor: watch(
      "dataflow.DataflowJobStatusSensor",
      xcom("job_id", "job_id"),
      same("location"),
      text("expected_statuses", '{"JOB_STATE_DONE"}'),
    ),
  }),
  fact("dataflow", "DataflowStartFlexTemplateOperator", "the Dataflow job", dataflow, {
    endless: "a Dataflow job",
    leavesStreams: true,
    sensor: {
      ...watch(
        "dataflow.DataflowJobStatusSensor",
        xcom("job_id", "job_id"),
        same("location"),
        text("expected_statuses", '{"JOB_STATE_DONE"}'),
      ),
      copies: ["project_id", "gcp_conn_id"],
    },
  }),
  fact(
    "bigquery",
    "BigQueryInsertJobOperator",
    "the BigQuery job",
    { always: true },
    {
      timeout: { parameter: "result_timeout", unit: "seconds", boundsWait: true },
      lasting: {
        ...unlimited,
        cases: [
          { ...stops("BigQuery stops a query after 6 hours", 6 * hour), parameter: "configuration", entry: "query" },
          { ...stops("BigQuery stops a load after 6 hours", 6 * hour), parameter: "configuration", entry: "load" },
        ],
      },
      limits: { within: ["configuration"], entries: ["jobTimeoutMs"] },
    },
  ),
  fact(
    "bigquery_dts",
    "BigQueryDataTransferServiceStartTransferRunsOperator",
    "the BigQuery transfer run",
    { always: true },
    {
      waitsSince: "8.11.0",
      // _wait_for_transfer_to_be_done: `while True`.
      lasting: unlimited,
      sensor: watch(
        "bigquery_dts.BigQueryDataTransferServiceTransferRunSensor",
        xcom("run_id", "run_id"),
        same("transfer_config_id"),
      ),
    },
  ),
  // timeout= bounds one request here.
  fact(
    "workflows",
    "WorkflowsCreateExecutionOperator",
    "the Workflows execution",
    { never: true },
    {
      sensor: watch(
        "workflows.WorkflowExecutionSensor",
        same("workflow_id"),
        xcom("execution_id", "execution_id"),
        same("location"),
      ),
      timeout: { parameter: "timeout", unit: "seconds", boundsWait: false },
    },
  ),
  fact(
    "cloud_composer",
    "CloudComposerTriggerDAGRunOperator",
    "the DAG run in the Composer environment",
    { never: true },
    {
      sensor: {
        ...watch(
          "cloud_composer.CloudComposerDAGRunSensor",
          same("region"),
          same("environment_id"),
          same("composer_dag_id"),
          output("composer_dag_run_id", { key: "dag_run_id" }),
        ),
        // A state outside allowed_states is waited on until the sensor's timeout.
        reportsFailure: false,
      },
      timeout: { parameter: "timeout", unit: "seconds", boundsWait: false },
    },
  ),
  fact(
    "cloud_run",
    "CloudRunExecuteJobOperator",
    "the Cloud Run job",
    { always: true },
    {
      timeout: { parameter: "timeout_seconds", unit: "seconds", boundsWait: true },
      lasting: stops("a Cloud Run task's default limit is 10 minutes", hour / 6),
      limits: { within: ["overrides"], entries: ["timeout"] },
    },
  ),
  fact(
    "cloud_batch",
    "CloudBatchSubmitJobOperator",
    "the Cloud Batch job",
    { always: true },
    {
      timeout: { parameter: "timeout_seconds", unit: "seconds", boundsWait: true },
      lasting: stops("a task's default limit is 7 days", 168 * hour),
      limits: { within: ["job"], entries: ["max_run_duration", "maxRunDuration"] },
    },
  ),
  fact("cloud_build", "CloudBuildCreateBuildOperator", "the Cloud Build build", waitsIf("wait"), {
    lasting: stops("Cloud Build's default limit is 60 minutes", hour),
    limits: { keywords: ["timeout"], within: ["build", "body"], entries: ["timeout"] },
  }),
  fact("datafusion", "CloudDataFusionStartPipelineOperator", "the Data Fusion pipeline", waitsUnless("asynchronous"), {
    sensor: watch(
      "datafusion.CloudDataFusionPipelineStateSensor",
      same("pipeline_name"),
      output("pipeline_id"),
      same("instance_name"),
      same("location"),
      text("expected_statuses", '["COMPLETED"]'),
      text("failure_statuses", '["FAILED", "KILLED", "REJECTED"]'),
    ),
    timeout: { parameter: "pipeline_timeout", unit: "seconds", default: "300", boundsWait: true },
  }),
  // Its sensor wants states of Google's client library, and no other name for the invocation than a part of a path.
  fact(
    "dataform",
    "DataformCreateWorkflowInvocationOperator",
    "the Dataform workflow invocation",
    waitsUnless("asynchronous", { deferrable: false }),
    // hooks/dataform.py, wait_for_workflow_invocation: no end but that of `timeout`.
    { lasting: unlimited, limits: { keywords: ["timeout"] } },
  ),
  fact("dataplex", "DataplexRunDataQualityScanOperator", "the data quality scan", waitsUnless("asynchronous"), {
    sensor: watch(
      "dataplex.DataplexDataQualityJobStatusSensor",
      same("region"),
      same("data_scan_id"),
      output("job_id"),
    ),
    timeout: { parameter: "result_timeout", unit: "seconds", default: "600", boundsWait: true },
  }),
  fact("dataplex", "DataplexRunDataProfileScanOperator", "the data profile scan", waitsUnless("asynchronous"), {
    sensor: watch(
      "dataplex.DataplexDataProfileJobStatusSensor",
      same("region"),
      same("data_scan_id"),
      output("job_id"),
    ),
    timeout: { parameter: "result_timeout", unit: "seconds", default: "600", boundsWait: true },
  }),
  fact(
    "looker",
    "LookerStartPdtBuildOperator",
    "the Looker PDT build",
    waitsUnless("asynchronous", { deferrable: false }),
    {
      sensor: {
        ...watch("looker.LookerCheckPdtBuildSensor", output("materialization_id"), same("looker_conn_id")),
        copies: [],
      },
      timeout: { parameter: "wait_timeout", unit: "seconds", boundsWait: true },
      lasting: unlimited,
    },
  ),
  fact(
    "cloud_storage_transfer_service",
    "CloudDataTransferServiceCreateJobOperator",
    "the Storage Transfer job",
    { never: true },
    { sensor: transfer(output("job_name", { key: "name" })) },
  ),
  fact(
    "cloud_storage_transfer_service",
    "CloudDataTransferServiceRunJobOperator",
    "the Storage Transfer run",
    { never: true, deferrable: true, emit: [deferred] },
    {
      sensor: transfer(same("job_name")),
      // Unset, the deferral ends after one minute.
      timeout: { parameter: "timeout", unit: "seconds", default: "60", boundsWait: true },
    },
  ),
  fact("kubernetes_engine", "GKEStartPodOperator", "the pod in GKE", { always: true }),
  // sync=False returns a future, on which the hook then waits.
  ...["Forecasting", "Image", "Tabular", "Text", "Video"].map((kind) =>
    fact("vertex_ai.auto_ml", `CreateAutoML${kind}TrainingJobOperator`, "the AutoML training job", { always: true }),
  ),
  // CustomJob.scheduling.timeout is 7 days by default.
  ...["CreateCustomTrainingJob", "CreateCustomContainerTrainingJob", "CreateCustomPythonPackageTrainingJob"].map(
    (name) =>
      fact(
        "vertex_ai.custom_job",
        `${name}Operator`,
        "the Vertex AI training job",
        { always: true },
        { lasting: stops("its default limit is 7 days", 168 * hour), limits: { keywords: ["timeout"] } },
      ),
  ),
];

function watchDataproc(name: string, ...given: SensorArgument[]): SensorOf {
  return { ...watch(name, ...given), copies: ["project_id", "gcp_conn_id"] };
}

function transfer(job: SensorArgument): SensorOf {
  return {
    class: `${sensors}.cloud_storage_transfer_service.CloudDataTransferServiceJobStatusSensor`,
    arguments: [job, text("expected_statuses", '{"SUCCESS"}')],
    copies: ["gcp_conn_id"],
    reportsFailure: true,
  };
}
