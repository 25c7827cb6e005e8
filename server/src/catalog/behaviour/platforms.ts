import { type Behaviour, hour, output, same, stops, unlimited, waitsIf, waitsUnless, xcom } from "./facts.ts";

const week = "604800";
const azure = "airflow.providers.microsoft.azure";
const databricks = "airflow.providers.databricks.operators.databricks";

const fromAzure = (file: string) => `apache-airflow-providers-microsoft-azure 15.2.1, operators/${file}.py`;

/** Facts about Azure, Databricks and the services that load, transform and show data, and build. */
export const platforms: readonly Behaviour[] = [
  {
    operator: `${azure}.operators.data_factory.AzureDataFactoryRunPipelineOperator`,
    wait: waitsIf("wait_for_termination"),
    product: "the Data Factory pipeline run",
    severity: "warning",
    sensor: {
      class: `${azure}.sensors.data_factory.AzureDataFactoryPipelineRunStatusSensor`,
      arguments: [xcom("run_id", "run_id"), same("resource_group_name"), same("factory_name")],
      copies: ["azure_data_factory_conn_id"],
      reportsFailure: true,
    },
    timeout: { parameter: "timeout", unit: "seconds", default: week, boundsWait: true },
    source: fromAzure("data_factory"),
  },
  {
    operator: `${azure}.operators.synapse.AzureSynapseRunSparkBatchOperator`,
    wait: waitsIf("wait_for_termination", { deferrable: false }),
    product: "the Synapse Spark job",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: week, boundsWait: true },
    source: fromAzure("synapse"),
  },
  {
    operator: `${azure}.operators.synapse.AzureSynapseRunPipelineOperator`,
    wait: waitsIf("wait_for_termination"),
    product: "the Synapse pipeline run",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: week, boundsWait: true },
    source: fromAzure("synapse"),
  },
  {
    // It defers whatever `deferrable` says, first to start the refresh, then to wait for it.
    operator: `${azure}.operators.powerbi.PowerBIDatasetRefreshOperator`,
    wait: {
      parameter: "wait_for_completion",
      waits: [true],
      impliedByDeferrable: false,
      deferrable: true,
      emit: [{ name: "wait_for_completion", text: "True" }],
    },
    product: "the Power BI refresh",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: week, boundsWait: true },
    source: fromAzure("powerbi"),
  },
  {
    operator: `${azure}.operators.batch.AzureBatchOperator`,
    wait: { always: true },
    product: "the Azure Batch job",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "minutes", default: "25", boundsWait: true },
    source: fromAzure("batch"),
  },
  {
    operator: `${azure}.operators.container_instances.AzureContainerInstancesOperator`,
    wait: { always: true },
    product: "the container instance",
    severity: "warning",
    // _monitor_logging: `while True`, until the container has ended.
    endless: "a container instance",
    source: fromAzure("container_instances"),
  },
  ...["DatabricksSubmitRunOperator", "DatabricksRunNowOperator"].map(
    (name): Behaviour => ({
      operator: `${databricks}.${name}`,
      wait: waitsIf("wait_for_termination"),
      product: "the Databricks run",
      severity: "warning",
      // No sensor watches a run: its state comes from DatabricksHook.get_run_state(run_id), XCom `run_id`.
      // _handle_databricks_operator_execution: `while True`, until the run has ended.
      endless: "a Databricks run",
      limits: { keywords: ["timeout_seconds"], within: ["json"], entries: ["timeout_seconds"] },
      source: "apache-airflow-providers-databricks 7.23.0, operators/databricks.py",
    }),
  ),
  ...["DatabricksNotebookOperator", "DatabricksTaskOperator"].map(
    (name): Behaviour => ({
      operator: `${databricks}.${name}`,
      wait: waitsIf("wait_for_termination"),
      product: "the Databricks task run",
      severity: "warning",
      // monitor_databricks_job: asks for the run's state until it has ended.
      endless: "a Databricks task run",
      limits: { keywords: ["timeout_seconds"], within: ["task_config"], entries: ["timeout_seconds"] },
      source: "apache-airflow-providers-databricks 7.23.0, operators/databricks.py",
    }),
  ),
  {
    operator: `${databricks}.DatabricksSQLStatementsOperator`,
    wait: waitsIf("wait_for_termination"),
    product: "the Databricks SQL statement",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: "3600", boundsWait: true },
    source: "apache-airflow-providers-databricks 7.23.0, operators/databricks.py",
  },
  {
    operator: "airflow.providers.dbt.cloud.operators.dbt.DbtCloudRunJobOperator",
    wait: waitsIf("wait_for_termination"),
    product: "the dbt Cloud job run",
    severity: "warning",
    sensor: {
      class: "airflow.providers.dbt.cloud.sensors.dbt.DbtCloudJobRunSensor",
      arguments: [output("run_id")],
      copies: ["dbt_cloud_conn_id", "account_id"],
      reportsFailure: true,
    },
    timeout: { parameter: "timeout", unit: "seconds", default: week, boundsWait: true },
    source: "apache-airflow-providers-dbt-cloud 4.11.1, operators/dbt.py",
  },
  {
    operator: "airflow.providers.airbyte.operators.airbyte.AirbyteTriggerSyncOperator",
    wait: waitsUnless("asynchronous"),
    product: "the Airbyte sync",
    severity: "warning",
    sensor: {
      class: "airflow.providers.airbyte.sensors.airbyte.AirbyteJobSensor",
      arguments: [output("airbyte_job_id")],
      copies: ["airbyte_conn_id"],
      reportsFailure: true,
    },
    timeout: { parameter: "timeout", unit: "seconds", default: "3600", boundsWait: true },
    source: "apache-airflow-providers-airbyte 6.2.0, operators/airbyte.py",
  },
  {
    // Only method="refresh" starts something long.
    operator: "airflow.providers.tableau.operators.tableau.TableauOperator",
    wait: waitsIf("blocking_refresh", { deferrable: false }),
    product: "the Tableau refresh",
    severity: "warning",
    // hooks/tableau.py, wait_for_state
    lasting: unlimited,
    only: { parameter: "method", is: "refresh" },
    sensor: {
      class: "airflow.providers.tableau.sensors.tableau.TableauJobStatusSensor",
      arguments: [output("job_id")],
      copies: ["site_id", "tableau_conn_id"],
      reportsFailure: true,
    },
    timeout: { parameter: "timeout", unit: "seconds", boundsWait: true },
    source: "apache-airflow-providers-tableau 5.7.1, operators/tableau.py",
  },
  {
    operator: "airflow.providers.jenkins.operators.jenkins_job_trigger.JenkinsJobTriggerOperator",
    wait: { always: true },
    product: "the Jenkins build",
    severity: "warning",
    endless: "a Jenkins build",
    source: "apache-airflow-providers-jenkins 4.2.7, operators/jenkins_job_trigger.py",
  },
  {
    operator: "airflow.providers.openai.operators.openai.OpenAITriggerBatchOperator",
    wait: waitsIf("wait_for_completion"),
    product: "the OpenAI batch",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: "86400", boundsWait: true },
    source: "apache-airflow-providers-openai 2.2.0, operators/openai.py",
  },
  {
    operator: "airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator",
    wait: { always: true },
    product: "the Snowflake statements",
    severity: "warning",
    // STATEMENT_TIMEOUT_IN_SECONDS, which session parameters may set.
    lasting: stops("Snowflake stops a statement after 48 hours by default", 48 * hour),
    limits: { keywords: ["session_parameters"] },
    timeout: { parameter: "timeout", unit: "seconds", boundsWait: true },
    source: "apache-airflow-providers-snowflake 6.20.0, operators/snowflake.py",
  },
  {
    operator: "airflow.providers.snowflake.operators.snowpark_containers.SnowparkContainerJobOperator",
    wait: waitsIf("wait_for_completion"),
    product: "the Snowpark container job",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: "86400", boundsWait: true },
    source: "apache-airflow-providers-snowflake 6.20.0, operators/snowpark_containers.py",
  },
  {
    operator: "airflow.providers.apache.druid.operators.druid.DruidOperator",
    wait: { always: true },
    product: "the Druid ingestion",
    severity: "warning",
    endless: "a Druid ingestion",
    // `timeout` there is the pause between two polls.
    timeout: { parameter: "max_ingestion_time", unit: "seconds", boundsWait: true },
    source: "apache-airflow-providers-apache-druid 4.6.1, operators/druid.py, hooks/druid.py",
  },
  {
    operator: "airflow.providers.teradata.operators.bteq.BteqOperator",
    wait: { always: true },
    product: "the BTEQ script",
    severity: "warning",
    timeout: { parameter: "timeout", unit: "seconds", default: "600", boundsWait: true },
    source: "apache-airflow-providers-teradata 3.7.1, operators/bteq.py",
  },
  {
    operator: "airflow.providers.papermill.operators.papermill.PapermillOperator",
    wait: { always: true },
    product: "the notebook",
    severity: "warning",
    source: "apache-airflow-providers-papermill 3.13.3, operators/papermill.py",
  },
  {
    operator: "airflow.providers.yandex.operators.dataproc.DataprocBaseOperator",
    wait: { always: true },
    product: "the Yandex Data Processing job",
    severity: "warning",
    source: "apache-airflow-providers-yandex 4.6.1, operators/dataproc.py",
  },
  ...["dataproc", "yandexcloud_dataproc"].flatMap((module) =>
    ["Hive", "MapReduce", "Spark", "Pyspark"].map(
      (kind): Behaviour => ({
        operator: `airflow.providers.yandex.operators.${module}.DataprocCreate${kind}JobOperator`,
        wait: { always: true },
        product: "the Yandex Data Processing job",
        severity: "warning",
        // yandexcloud 0.324.0, _operation_waiter.py: no deadline unless one is given, and the operator gives none.
        endless: "a Yandex Data Processing job",
        source: "apache-airflow-providers-yandex 4.6.1, operators/dataproc.py",
      }),
    ),
  ),
];
