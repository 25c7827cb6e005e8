import { recordOf } from "./data.ts";
import { findClass, isSubclassOf, parameterOf } from "./index.ts";
import { inheritedFact } from "./inherited.ts";
import type { OperatorClass } from "./operator.ts";

/**
 * What a sensor does when the thing it watches has failed: "fails" the task, "waits" on until its timeout, "succeeds" because
 * it awaits any end; "none" where what it watches cannot fail (a file, a time of day, a condition of one's own).
 */
export type OnFailure = "fails" | "waits" | "succeeds" | "none";

/** What rules need to know of a sensor class. */
export type SensorFacts = {
  /** It can wait in the triggerer (in its newest version). */
  deferrable: boolean;
  /** It refuses `mode="reschedule"`. */
  pokeModeOnly: boolean;
  /** Absent: not known. */
  onFailure?: OnFailure;
  /** The keyword by which a failure is made to fail it, where it would otherwise wait. */
  failureParameter?: string;
  /** It waits for a time only, so it ends by itself. */
  timeOnly: boolean;
  /** It waits in the triggerer, or in a loop of its own, whatever `mode` says. */
  ownWait: boolean;
  /**
   * What ends a wait in the triggerer: the sensor's `timeout`, only `execution_timeout`, or nothing but the attempts
   * that the trigger counts itself.
   */
  deferralEnds: DeferralEnd;
};

/** See {@link SensorFacts}. */
export type DeferralEnd = "timeout" | "execution_timeout" | "attempts";

const standard = "airflow.providers.standard.sensors";
const amazon = "airflow.providers.amazon.aws.sensors";
const google = "airflow.providers.google.cloud.sensors";
const astronomer = "astronomer.providers.core.sensors";

// Read in the newest release of each provider: what `poke` does on a failed state. The nearest base that is listed counts.
const failures: Record<string, { onFailure: OnFailure; parameter?: string; timeOnly?: true }> = {
  // Without failed_states an upstream failure is waited on until the timeout.
  [`${standard}.external_task.ExternalTaskSensor`]: { onFailure: "waits", parameter: "failed_states" },
  // Without retry_exit_code every exit status but 0 means: not yet.
  [`${standard}.bash.BashSensor`]: { onFailure: "waits", parameter: "retry_exit_code" },
  [`${standard}.python.PythonSensor`]: { onFailure: "none" },
  [`${standard}.filesystem.FileSensor`]: { onFailure: "none" },
  [`${standard}.date_time.DateTimeSensor`]: { onFailure: "none", timeOnly: true },
  [`${standard}.time.TimeSensor`]: { onFailure: "none", timeOnly: true },
  [`${standard}.time_delta.TimeDeltaSensor`]: { onFailure: "none", timeOnly: true },
  [`${standard}.time_delta.WaitSensor`]: { onFailure: "none", timeOnly: true },
  [`${standard}.weekday.DayOfWeekSensor`]: { onFailure: "none", timeOnly: true },
  "airflow.providers.http.sensors.http.HttpSensor": { onFailure: "waits", parameter: "response_check" },
  "airflow.providers.common.sql.sensors.sql.SqlSensor": { onFailure: "waits", parameter: "failure" },
  "airflow.providers.sftp.sensors.sftp.SFTPSensor": { onFailure: "none" },
  // An HttpSensor in name only: its trigger reads the state of the other deployment's task.
  [`${astronomer}.external_task.ExternalDeploymentTaskSensorAsync`]: { onFailure: "fails" },
  "airflow.providers.apache.livy.sensors.livy.LivySensor": { onFailure: "succeeds" },
  "airflow.providers.alibaba.cloud.sensors.analyticdb_spark.AnalyticDBSparkSensor": { onFailure: "succeeds" },
  "airflow.providers.apache.flink.sensors.flink_kubernetes.FlinkKubernetesSensor": { onFailure: "fails" },
  "airflow.providers.cncf.kubernetes.sensors.spark_kubernetes.SparkKubernetesSensor": { onFailure: "fails" },
  "airflow.providers.airbyte.sensors.airbyte.AirbyteJobSensor": { onFailure: "fails" },
  "airflow.providers.dbt.cloud.sensors.dbt.DbtCloudJobRunSensor": { onFailure: "fails" },
  "airflow.providers.tableau.sensors.tableau.TableauJobStatusSensor": { onFailure: "fails" },
  "airflow.providers.jenkins.sensors.jenkins.JenkinsBuildSensor": { onFailure: "fails" },
  "airflow.providers.databricks.sensors.databricks.DatabricksSQLStatementsSensor": { onFailure: "fails" },
  "airflow.providers.microsoft.azure.sensors.data_factory.AzureDataFactoryPipelineRunStatusSensor": {
    onFailure: "fails",
  },
  [`${amazon}.emr.EmrBaseSensor`]: { onFailure: "fails" },
  [`${amazon}.emr.EmrContainerSensor`]: { onFailure: "fails" },
  [`${amazon}.emr.EmrServerlessJobSensor`]: { onFailure: "fails" },
  [`${amazon}.batch.BatchSensor`]: { onFailure: "fails" },
  [`${amazon}.glue.GlueJobSensor`]: { onFailure: "fails" },
  [`${amazon}.glue_crawler.GlueCrawlerSensor`]: { onFailure: "fails" },
  [`${amazon}.step_function.StepFunctionExecutionSensor`]: { onFailure: "fails" },
  [`${amazon}.mwaa.MwaaDagRunSensor`]: { onFailure: "fails" },
  [`${amazon}.ssm.SsmRunCommandCompletedSensor`]: { onFailure: "fails" },
  [`${amazon}.sagemaker.SageMakerBaseSensor`]: { onFailure: "fails" },
  [`${amazon}.athena.AthenaSensor`]: { onFailure: "fails" },
  [`${amazon}.dms.DmsTaskBaseSensor`]: { onFailure: "fails" },
  [`${amazon}.cloud_formation.CloudFormationCreateStackSensor`]: { onFailure: "fails" },
  [`${amazon}.eks.EksBaseSensor`]: { onFailure: "fails" },
  [`${amazon}.rds.RdsExportTaskExistenceSensor`]: { onFailure: "fails" },
  [`${amazon}.quicksight.QuickSightSensor`]: { onFailure: "fails" },
  [`${amazon}.redshift_cluster.RedshiftClusterSensor`]: { onFailure: "waits" },
  [`${amazon}.ec2.EC2InstanceStateSensor`]: { onFailure: "waits" },
  [`${amazon}.s3.S3KeySensor`]: { onFailure: "none" },
  [`${amazon}.sqs.SqsSensor`]: { onFailure: "none" },
  [`${google}.gcs.GCSObjectExistenceSensor`]: { onFailure: "none" },
  [`${google}.dataproc.DataprocJobSensor`]: { onFailure: "fails" },
  [`${google}.dataproc.DataprocBatchSensor`]: { onFailure: "fails" },
  [`${google}.dataflow.DataflowJobStatusSensor`]: { onFailure: "fails" },
  [`${google}.bigquery_dts.BigQueryDataTransferServiceTransferRunSensor`]: { onFailure: "fails" },
  [`${google}.workflows.WorkflowExecutionSensor`]: { onFailure: "fails" },
  [`${google}.looker.LookerCheckPdtBuildSensor`]: { onFailure: "fails" },
  [`${google}.datafusion.CloudDataFusionPipelineStateSensor`]: { onFailure: "waits", parameter: "failure_statuses" },
  [`${google}.dataform.DataformWorkflowInvocationStateSensor`]: { onFailure: "waits", parameter: "failure_statuses" },
  [`${google}.cloud_composer.CloudComposerDAGRunSensor`]: { onFailure: "waits" },
  [`${google}.cloud_composer.CloudComposerExternalTaskSensor`]: { onFailure: "waits", parameter: "failed_states" },
};

// Their `execute` never comes to BaseSensorOperator's (read in the newest release of each provider); besides them all
// whose name ends in Async.
const ownWaits: ReadonlySet<string> = new Set([
  "airflow.providers.microsoft.azure.sensors.analysis_services.AzureAnalysisServicesSensor",
  "airflow.providers.microsoft.azure.sensors.msgraph.MSGraphSensor",
  "airflow.providers.databricks.sensors.databricks.DatabricksSQLStatementsSensor",
]);

// What `execute` passes as `timeout` to `defer` (read in the newest release of each provider); all others pass `self.timeout`,
// or give it to their trigger.
const deferrals: Readonly<Record<string, Exclude<DeferralEnd, "timeout">>> = {
  [`${google}.cloud_storage_transfer_service.CloudDataTransferServiceJobStatusSensor`]: "execution_timeout",
  [`${google}.dataflow.DataflowJobStatusSensor`]: "execution_timeout",
  [`${google}.dataflow.DataflowJobMetricsSensor`]: "execution_timeout",
  [`${google}.dataflow.DataflowJobMessagesSensor`]: "execution_timeout",
  [`${google}.dataflow.DataflowJobAutoScalingEventsSensor`]: "execution_timeout",
  [`${astronomer}.external_task.ExternalDeploymentTaskSensorAsync`]: "execution_timeout",
  [`${amazon}.batch.BatchSensor`]: "attempts",
  [`${amazon}.bedrock.BedrockBaseSensor`]: "attempts",
  [`${amazon}.comprehend.ComprehendBaseSensor`]: "attempts",
  [`${amazon}.ec2.EC2InstanceStateSensor`]: "attempts",
  [`${amazon}.emr.EmrContainerSensor`]: "attempts",
  [`${amazon}.emr.EmrBaseSensor`]: "attempts",
  [`${amazon}.glue.GlueJobSensor`]: "attempts",
  [`${amazon}.glue.GlueDataQualityRuleSetEvaluationRunSensor`]: "attempts",
  [`${amazon}.glue.GlueDataQualityRuleRecommendationRunSensor`]: "attempts",
  [`${amazon}.kinesis_analytics.KinesisAnalyticsV2BaseSensor`]: "attempts",
  [`${amazon}.mwaa.MwaaDagRunSensor`]: "attempts",
  [`${amazon}.mwaa.MwaaTaskSensor`]: "attempts",
  [`${amazon}.opensearch_serverless.OpenSearchServerlessCollectionActiveSensor`]: "attempts",
  [`${amazon}.quicksight.QuickSightSensor`]: "attempts",
  [`${amazon}.ssm.SsmRunCommandCompletedSensor`]: "attempts",
};

/** The sensor classes with a hand-written fact about failures. */
export const listedSensors: readonly string[] = Object.keys(failures);

/** The sensor classes with any other hand-written fact: their own way to wait, or to be deferred. */
export const oddSensors: readonly string[] = [...ownWaits, ...Object.keys(deferrals)];

/** The states in which a sensor fails, where it knows only those that it is told (an empty list for EMR means its own). */
export type FailureStates = {
  /** The keyword that lists them. */
  readonly parameter: string;
  /** The keywords that list the states it waits for. */
  readonly awaited: readonly string[];
  /** What to write; empty: names that need an import. */
  readonly states: readonly string[];
};

const toldStates: Readonly<Record<string, FailureStates>> = {
  [`${google}.datafusion.CloudDataFusionPipelineStateSensor`]: {
    parameter: "failure_statuses",
    awaited: ["expected_statuses"],
    states: ["FAILED", "KILLED", "REJECTED"],
  },
  [`${google}.dataform.DataformWorkflowInvocationStateSensor`]: {
    parameter: "failure_statuses",
    awaited: ["expected_statuses"],
    states: [],
  },
  [`${google}.dataform.DataformWorkflowInvocationActionStateSensor`]: {
    parameter: "failure_statuses",
    awaited: ["expected_statuses"],
    states: [],
  },
  [`${google}.cloud_composer.CloudComposerExternalTaskSensor`]: {
    parameter: "failed_states",
    awaited: ["allowed_states", "skipped_states"],
    states: ["failed"],
  },
};

/** The sensor classes that know only the states that they are told; `undefined` for all others. */
export const failureStates: (cls: OperatorClass) => FailureStates | undefined = inheritedFact(
  (fqcn) => toldStates[fqcn],
);

const failureOf = inheritedFact((fqcn) => failures[fqcn]);
const ownDeferralEnd = inheritedFact((fqcn) => deferrals[fqcn]);

// Providers that the generated catalogue leaves out; their sensors extend BaseSensorOperator and only add a `poke`.
const plainProviders =
  /^airflow\.providers\.(apache\.(hive|hdfs|cassandra)|ftp|imap|atlassian\.jira|jira|mongo|redis|datadog|qubole|celery|asana)\.sensors\.\w+\.\w+Sensor$/;

/** The base of a sensor that the catalogue does not have, where its import says that it is no more than a sensor. */
export function plainSensor(fqcn: string): OperatorClass | undefined {
  return plainProviders.test(fqcn) ? findClass("airflow.sdk.BaseSensorOperator") : undefined;
}

const known = new Map<OperatorClass, SensorFacts | undefined>();

/** What is known of a sensor class; `undefined` for a class that is no sensor. */
export function sensorFacts(cls: OperatorClass): SensorFacts | undefined {
  const before = known.get(cls);
  if (before || known.has(cls)) return before;
  const facts = readFacts(cls);
  known.set(cls, facts);
  return facts;
}

function readFacts(cls: OperatorClass): SensorFacts | undefined {
  if (!isSubclassOf(cls, "airflow.sdk.BaseSensorOperator")) return undefined;
  const failure = failureOf(cls);
  return {
    deferrable: parameterOf(cls, "deferrable") !== undefined,
    pokeModeOnly: recordOf(cls.fqcn)?.pokeOnly ?? false,
    timeOnly: failure?.timeOnly ?? false,
    deferralEnds: ownDeferralEnd(cls) ?? "timeout",
    ownWait: ownWaits.has(cls.fqcn) || /Async(Sensor)?$/.test(cls.name),
    ...(failure === undefined ? {} : { onFailure: failure.onFailure }),
    ...(failure?.parameter === undefined ? {} : { failureParameter: failure.parameter }),
  };
}
