import {
  type Behaviour,
  deferred,
  hour,
  type LastingCase,
  type More,
  type OwnTimeout,
  output,
  type SensorArgument,
  type SensorOf,
  type ServiceEnd,
  same,
  stops,
  text,
  unlimited,
  type Wait,
  type WorkLimits,
  waitsIf,
  warned,
  yes,
} from "./facts.ts";

const operators = "airflow.providers.amazon.aws.operators";
const sensors = "airflow.providers.amazon.aws.sensors";
const connection = ["aws_conn_id", "region_name"];

/** Where a job's description says how long it may take; StoppingCondition is the structure around it. */
const sageMaker: WorkLimits = { within: ["config"], entries: ["MaxRuntimeInSeconds", "StoppingCondition"] };

/** `deferrable=True` defers before the other keyword is looked at. */
const completion = waitsIf("wait_for_completion", { implied: true });

function watch(name: string, ...given: SensorArgument[]): SensorOf {
  return { class: `${sensors}.${name}`, arguments: given, copies: connection, reportsFailure: true };
}

function attempts(delay: string, count: string, parameter = "waiter_max_attempts", by = "waiter_delay"): OwnTimeout {
  return { parameter, unit: "attempts", delay: by, default: `${count} x ${delay} s`, boundsWait: true };
}

/** What Glue's version in the job's description says. */
function glueCase(says: string, seconds: number, begins: RegExp): LastingCase {
  return { says, seconds, parameter: "create_job_kwargs", entry: "GlueVersion", begins };
}

/** What the statement's first words say. */
function athenaCase(end: ServiceEnd, begins: RegExp): LastingCase {
  return { ...end, parameter: "query", begins };
}

function fact(file: string, name: string, product: string, wait: Wait, more?: More): Behaviour {
  const source = `apache-airflow-providers-amazon 9.39.0, operators/${file}.py`;
  return warned(`${operators}.${file}.${name}`, source, product, wait, more);
}

/** Facts about the operators of apache-airflow-providers-amazon that start work in AWS. */
export const amazon: readonly Behaviour[] = [
  // The hook waits inside the call that adds the steps, so with both keywords it would block first and defer after.
  fact(
    "emr",
    "EmrAddStepsOperator",
    "the EMR steps",
    {
      parameter: "wait_for_completion",
      waits: [true],
      impliedByDeferrable: true,
      deferrable: true,
      emit: [yes("wait_for_completion")],
    },
    {
      severity: "error",
      sensor: watch("emr.EmrStepSensor", same("job_flow_id"), output("step_id", { index: -1 })),
      timeout: attempts("30", "60"),
    },
  ),
  // WAIT_FOR_COMPLETION, the default policy of wait_for_completion, ends as soon as the cluster runs.
  fact(
    "emr",
    "EmrCreateJobFlowOperator",
    "the EMR job flow",
    {
      parameter: "wait_for_completion",
      waits: [true],
      impliedByDeferrable: false,
      deferrable: true,
      emit: [
        yes("wait_for_completion"),
        {
          name: "wait_policy",
          text: "WaitPolicy.WAIT_FOR_STEPS_COMPLETION",
          imports: ["airflow.providers.amazon.aws.utils.waiter.WaitPolicy"],
        },
        deferred,
      ],
    },
    { sensor: watch("emr.EmrJobFlowSensor", output("job_flow_id")), timeout: attempts("60", "60") },
  ),
  fact(
    "emr",
    "EmrTerminateJobFlowOperator",
    "the termination of the EMR job flow",
    { never: true, deferrable: true, emit: [deferred] },
    {
      sensor: {
        ...watch("emr.EmrJobFlowSensor", same("job_flow_id"), text("target_states", '["TERMINATED"]')),
        reportsFailure: true,
      },
      timeout: attempts("60", "20"),
    },
  ),
  fact(
    "emr",
    "EmrStartNotebookExecutionOperator",
    "the EMR notebook execution",
    waitsIf("wait_for_completion", { deferrable: false }),
    {
      sensor: watch("emr.EmrNotebookExecutionSensor", output("notebook_execution_id")),
      timeout: attempts("60", "25"),
    },
  ),
  fact("emr", "EmrContainerOperator", "the EMR on EKS job", completion, {
    sensor: watch("emr.EmrContainerSensor", same("virtual_cluster_id"), output("job_id")),
    timeout: { parameter: "max_polling_attempts", unit: "attempts", delay: "poll_interval", boundsWait: true },
    // hooks/emr.py, poll_query_status: `while True`, unless max_polling_attempts is set.
    endless: "an EMR on EKS job",
  }),
  fact("emr", "EmrServerlessStartJobOperator", "the EMR Serverless job", waitsIf("wait_for_completion"), {
    sensor: watch("emr.EmrServerlessJobSensor", same("application_id"), output("job_run_id")),
    timeout: attempts("60", "25"),
  }),
  fact("batch", "BatchOperator", "the AWS Batch job", completion, {
    sensor: watch("batch.BatchSensor", output("job_id")),
    timeout: attempts("30", "4200", "max_retries", "poll_interval"),
  }),
  // The sensor's own target is RUNNING, and it does not look at the exit code of the containers.
  fact("ecs", "EcsRunTaskOperator", "the ECS task", completion, {
    sensor: {
      ...watch(
        "ecs.EcsTaskStateSensor",
        same("cluster"),
        { name: "task", from: "xcom", key: "ecs_task_arn" },
        text("target_state", '"STOPPED"'),
      ),
      reportsFailure: false,
    },
    timeout: attempts("6", "1000000"),
    // A million polls are 69 days; older versions had no number at all.
    lasting: { says: "ECS sets a task no limit" },
  }),
  fact("glue", "GlueJobOperator", "the Glue job run", completion, {
    sensor: watch("glue.GlueJobSensor", same("job_name"), output("run_id")),
    // Only the deferred wait counts attempts; the synchronous one polls for ever (hooks/glue.py, job_completion).
    timeout: { ...attempts("60", "75"), boundsWait: false },
    lasting: {
      ...stops("Glue's default limit is 48 hours (8 from 5.0)", 48 * hour),
      cases: [
        glueCase("Glue's default limit is 48 hours", 48 * hour, /[0-4]\./),
        glueCase("Glue's default limit is 8 hours", 8 * hour, /(?:[5-9]|\d\d)\./),
      ],
    },
    limits: { within: ["run_job_kwargs", "create_job_kwargs"], entries: ["Timeout"], unit: "minutes" },
  }),
  fact("glue", "GlueDataQualityRuleSetEvaluationRunOperator", "the Glue data quality run", completion, {
    sensor: watch("glue.GlueDataQualityRuleSetEvaluationRunSensor", output("evaluation_run_id")),
  }),
  fact("glue", "GlueDataQualityRuleRecommendationRunOperator", "the Glue recommendation run", completion, {
    sensor: watch("glue.GlueDataQualityRuleRecommendationRunSensor", output("recommendation_run_id")),
  }),
  fact("glue_crawler", "GlueCrawlerRunOperator", "the Glue crawler", completion, {
    sensor: watch("glue_crawler.GlueCrawlerSensor", same("crawler_name")),
  }),
  fact("glue_crawler", "GlueCrawlerOperator", "the Glue crawler", completion, {
    sensor: watch("glue_crawler.GlueCrawlerSensor", output("crawler_name")),
  }),
  fact("glue_databrew", "GlueDataBrewStartJobOperator", "the Glue DataBrew job", completion, {
    timeout: attempts("30", "60"),
  }),
  fact(
    "step_function",
    "StepFunctionStartExecutionOperator",
    "the Step Functions execution",
    { never: true, deferrable: true, emit: [deferred] },
    {
      sensor: watch("step_function.StepFunctionExecutionSensor", output("execution_arn")),
      timeout: attempts("60", "30"),
    },
  ),
  fact("mwaa", "MwaaTriggerDagRunOperator", "the DAG run in the MWAA environment", completion, {
    sensor: watch(
      "mwaa.MwaaDagRunSensor",
      same("external_env_name", "env_name"),
      same("external_dag_id", "trigger_dag_id"),
      // output["RestApiResponse"]["dag_run_id"]
      output("external_dag_run_id", { key: "RestApiResponse.dag_run_id" }),
    ),
    timeout: attempts("60", "20"),
  }),
  fact(
    "mwaa_serverless",
    "MwaaServerlessStartWorkflowRunOperator",
    "the MWAA Serverless workflow run",
    { never: true },
    { sensor: watch("mwaa_serverless.MwaaServerlessWorkflowRunSensor", same("workflow_arn"), output("run_id")) },
  ),
  fact("ssm", "SsmRunCommandOperator", "the SSM command", completion, {
    severity: "error",
    sensor: watch("ssm.SsmRunCommandCompletedSensor", output("command_id")),
    timeout: attempts("120", "75"),
  }),
  fact("lambda_function", "LambdaInvokeFunctionOperator", "the Lambda invocation", {
    parameter: "invocation_type",
    waits: [null, "RequestResponse", "DryRun"],
    impliedByDeferrable: false,
    deferrable: false,
    emit: [{ name: "invocation_type", text: '"RequestResponse"' }],
  }),
  // hooks/sagemaker.py, check_status: polls until the job ends, unless max_ingestion_time is set.
  // These three look at wait_for_completion first: deferrable alone does nothing.
  fact("sagemaker", "SageMakerTrainingOperator", "the SageMaker training job", waitsIf("wait_for_completion"), {
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
    lasting: stops("SageMaker stops a job after a day by default", 24 * hour),
    limits: sageMaker,
  }),
  fact("sagemaker", "SageMakerProcessingOperator", "the SageMaker processing job", waitsIf("wait_for_completion"), {
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
    lasting: stops("SageMaker stops a job after a day by default", 24 * hour),
    limits: sageMaker,
  }),
  fact("sagemaker", "SageMakerTransformOperator", "the SageMaker transform job", waitsIf("wait_for_completion"), {
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
    lasting: unlimited,
    limits: sageMaker,
  }),
  fact("sagemaker", "SageMakerTuningOperator", "the SageMaker tuning job", completion, {
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
    lasting: stops("SageMaker stops each training after a day by default", 24 * hour),
    limits: sageMaker,
  }),
  fact("sagemaker", "SageMakerEndpointOperator", "the SageMaker endpoint", completion, {
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
  }),
  fact("sagemaker", "SageMakerStartPipelineOperator", "the SageMaker pipeline execution", completion, {
    sensor: watch("sagemaker.SageMakerPipelineSensor", output("pipeline_exec_arn")),
    timeout: attempts("30", "9999", "waiter_max_attempts", "check_interval"),
  }),
  fact("redshift_data", "RedshiftDataOperator", "the Redshift Data statement", waitsIf("wait_for_completion"), {
    // hooks/redshift_data.py, wait_for_results: `while True`.
    lasting: stops("the Data API stops a statement after 24 hours", 24 * hour),
    limits: { keywords: ["await_result"] },
  }),
  fact("redshift_cluster", "RedshiftCreateClusterOperator", "the Redshift cluster", completion, {
    sensor: redshift('"available"'),
    timeout: attempts("60", "5", "max_attempt", "poll_interval"),
  }),
  fact("redshift_cluster", "RedshiftResumeClusterOperator", "the Redshift cluster", waitsIf("wait_for_completion"), {
    sensor: redshift('"available"'),
    timeout: attempts("30", "30", "max_attempts", "poll_interval"),
  }),
  fact(
    "redshift_cluster",
    "RedshiftPauseClusterOperator",
    "the pausing of the Redshift cluster",
    waitsIf("wait_for_completion"),
    { sensor: redshift('"paused"'), timeout: attempts("30", "30", "max_attempts", "poll_interval") },
  ),
  fact("redshift_cluster", "RedshiftDeleteClusterOperator", "the deletion of the Redshift cluster", completion),
  fact(
    "athena",
    "AthenaOperator",
    "the Athena query",
    { always: true },
    {
      sensor: watch("athena.AthenaSensor", output("query_execution_id")),
      // Unset, it counts to 999,999 (operators/athena.py); max_tries is its old name.
      timeout: { parameter: "max_polling_attempts", unit: "attempts", delay: "sleep_time", boundsWait: true },
      lasting: {
        // Which it is cannot be told: DML ends soon, DDL is quick.
        says: "Athena stops DML after 30 minutes, DDL after 600",
        brief: true,
        cases: [
          athenaCase(
            stops("Athena stops DML after 30 minutes", hour / 2),
            /(?:select|with|insert|merge|delete|update|unload)\b|create\s+table\b[^;]*\bas\s*\(?\s*(?:select|with)\b/i,
          ),
          athenaCase(
            { says: "Athena stops DDL after 600 minutes", brief: true },
            /(?:create|alter|drop|msck|show|describe)\b/i,
          ),
        ],
      },
      limits: { keywords: ["max_tries"] },
    },
  ),
  fact(
    "dms",
    "DmsStartTaskOperator",
    "the DMS replication task",
    { never: true },
    {
      sensor: watch("dms.DmsTaskCompletedSensor", same("replication_task_arn")),
    },
  ),
  fact("dms", "DmsStartReplicationOperator", "the DMS serverless replication", waitsIf("wait_for_completion")),
  fact(
    "cloud_formation",
    "CloudFormationCreateStackOperator",
    "the CloudFormation stack",
    { never: true },
    {
      sensor: watch("cloud_formation.CloudFormationCreateStackSensor", same("stack_name")),
    },
  ),
  fact(
    "cloud_formation",
    "CloudFormationDeleteStackOperator",
    "the deletion of the CloudFormation stack",
    { never: true },
    { sensor: watch("cloud_formation.CloudFormationDeleteStackSensor", same("stack_name")) },
  ),
  fact("eks", "EksCreateClusterOperator", "the EKS cluster", completion, {
    sensor: { ...watch("eks.EksClusterStateSensor", same("cluster_name")), copies: ["aws_conn_id", "region"] },
    timeout: attempts("30", "40"),
  }),
  fact("eks", "EksCreateNodegroupOperator", "the EKS node group", completion, {
    sensor: {
      ...watch("eks.EksNodegroupStateSensor", same("cluster_name"), same("nodegroup_name")),
      copies: ["aws_conn_id", "region"],
    },
    timeout: attempts("30", "80"),
  }),
  fact("eks", "EksPodOperator", "the pod in EKS", { always: true }),
  fact("datasync", "DataSyncOperator", "the DataSync task", waitsIf("wait_for_completion", { deferrable: false }), {
    timeout: attempts("30", "60", "max_iterations", "wait_interval_seconds"),
  }),
  fact("appflow", "AppflowBaseOperator", "the AppFlow run", waitsIf("wait_for_completion", { deferrable: false }), {
    timeout: attempts("20", "60", "max_attempts", "poll_interval"),
  }),
  fact(
    "rds",
    "RdsStartExportTaskOperator",
    "the RDS export task",
    waitsIf("wait_for_completion", { deferrable: false }),
    {
      sensor: watch("rds.RdsExportTaskExistenceSensor", same("export_task_identifier")),
      timeout: attempts("30", "40", "waiter_max_attempts", "waiter_interval"),
    },
  ),
  fact("kinesis_analytics", "KinesisAnalyticsV2StartApplicationOperator", "the Kinesis application", completion),
  fact("bedrock", "BedrockCustomizeModelOperator", "the Bedrock customisation job", completion),
  fact("bedrock", "BedrockBatchInferenceOperator", "the Bedrock batch inference job", completion),
  fact("bedrock", "BedrockIngestDataOperator", "the Bedrock ingestion job", completion),
  fact("comprehend", "ComprehendStartPiiEntitiesDetectionJobOperator", "the Comprehend job", completion),
  fact("neptune", "NeptuneStartDbClusterOperator", "the Neptune cluster", completion),
  fact("ec2", "EC2StartInstanceOperator", "the EC2 instance", { always: true }),
  fact("quicksight", "QuickSightCreateIngestionOperator", "the QuickSight ingestion", completion, {
    sensor: {
      ...watch("quicksight.QuickSightSensor", same("data_set_id"), same("ingestion_id")),
      copies: ["aws_conn_id"],
    },
  }),
];

function redshift(status: string): SensorOf {
  return {
    ...watch("redshift_cluster.RedshiftClusterSensor", same("cluster_identifier"), text("target_status", status)),
    copies: ["aws_conn_id"],
    // It compares with the one status that is awaited and knows no failure.
    reportsFailure: false,
  };
}
