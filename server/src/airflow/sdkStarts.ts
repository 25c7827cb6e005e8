/** Calls of cloud libraries that start work elsewhere and return before it is done. */

/** One such call. */
export type Start = {
  /** What it starts, for a message: `Glue job run`. */
  readonly what: string;
  /** The services, as `boto3.client` names them. */
  readonly services: readonly string[];
  /** Methods that ask for its state, in code that polls. */
  readonly asks: RegExp;
  /** Whether no other service of boto3 has a method of that name, so that the name alone tells. */
  readonly plain: boolean;
};

const start = (what: string, services: string, asks: string, plain = false): Start => ({
  what,
  services: services.split(" "),
  asks: new RegExp(`\\b(?:${asks}|get_waiter)\\b`),
  plain,
});

/** boto3's methods. Source: the API reference of each service; each answers once the request is accepted. */
const requests: Readonly<Record<string, readonly Start[]>> = {
  start_job_run: [
    start("Glue job run", "glue", "get_job_runs?", true),
    start("EMR job run", "emr-containers emr-serverless", "describe_job_run|get_job_run"),
  ],
  start_crawler: [start("Glue crawler", "glue", "get_crawlers?", true)],
  start_workflow_run: [start("Glue workflow run", "glue", "get_workflow_runs?", true)],
  add_job_flow_steps: [start("EMR step", "emr", "describe_step|list_steps", true)],
  run_job_flow: [start("EMR cluster", "emr", "describe_cluster|list_steps|describe_step", true)],
  start_query_execution: [start("Athena query", "athena", "get_query_execution|get_query_results", true)],
  start_execution: [start("Step Functions execution", "stepfunctions", "describe_execution", true)],
  submit_job: [start("Batch job", "batch", "describe_jobs")],
  run_task: [start("ECS task", "ecs", "describe_tasks")],
  send_command: [start("SSM command", "ssm", "get_command_invocation|list_command_invocations|list_commands")],
  start_build: [start("CodeBuild build", "codebuild", "batch_get_builds")],
  start_pipeline_execution: [
    start("pipeline execution", "sagemaker codepipeline", "describe_pipeline_execution|get_pipeline_execution", true),
  ],
  create_training_job: [start("SageMaker training job", "sagemaker", "describe_training_job", true)],
  create_transform_job: [start("SageMaker transform job", "sagemaker", "describe_transform_job", true)],
  create_processing_job: [start("SageMaker processing job", "sagemaker", "describe_processing_job", true)],
  start_replication_task: [start("replication task", "dms", "describe_replication_tasks", true)],
  execute_statement: [start("Redshift statement", "redshift-data", "describe_statement|get_statement_result")],
  // Only with InvocationType="Event": the function runs after the answer, and nobody can ask how it went.
  invoke: [start("Lambda invocation", "lambda", "get_waiter")],
  start_export_task: [start("snapshot export", "rds", "describe_export_tasks")],
};

/** Names of methods that tell the work by themselves. */
export const requestMethods = new RegExp(
  `^(?:${Object.entries(requests)
    .filter(([, starts]) => starts.some((one) => one.plain))
    .map(([name]) => name)
    .join("|")})$`,
);

/** Whether a resolved name ends in one of boto3's methods that start work. */
export function isRequest(callee: string): boolean {
  return Object.hasOwn(requests, callee.slice(callee.lastIndexOf(".") + 1));
}

/** What a method of boto3 starts; `service` is the client's, undefined when it is not known. */
export function startedBy(method: string, service: string | undefined): Start | undefined {
  const starts = Object.hasOwn(requests, method) ? (requests[method] ?? []) : [];
  return starts.find((one) => (service === undefined ? one.plain : one.services.includes(service)));
}

/** What a call that answers with a handle starts, for a message. */
export function handleStarts(callee: string): string {
  const method = callee.slice(callee.lastIndexOf(".") + 1);
  if (/bigquery/i.test(callee)) return method === "query" ? "BigQuery query" : "BigQuery job";
  if (callee.startsWith("azure.")) return "Azure operation";
  return /dataproc/.test(callee) ? "Dataproc operation" : "Cloud Run job";
}
