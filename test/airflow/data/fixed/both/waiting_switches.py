from datetime import datetime

from airflow import DAG
from airflow.providers.airbyte.operators.airbyte import AirbyteTriggerSyncOperator
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator, EmrCreateJobFlowOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor
from airflow.providers.amazon.aws.utils.waiter import WaitPolicy
from airflow.providers.apache.livy.operators.livy import LivyOperator
from airflow.providers.cncf.kubernetes.operators.job import KubernetesJobOperator
from airflow.providers.databricks.operators.databricks import DatabricksRunNowOperator
from airflow.providers.dbt.cloud.operators.dbt import DbtCloudRunJobOperator
from airflow.providers.google.cloud.operators.dataproc import DataprocSubmitJobOperator
from airflow.providers.microsoft.azure.operators.data_factory import AzureDataFactoryRunPipelineOperator

with DAG("waiting_switches", start_date=datetime(2024, 1, 1), schedule=None):
    create = EmrCreateJobFlowOperator(
        task_id="create",
        wait_for_completion=True,
        wait_policy=WaitPolicy.WAIT_FOR_STEPS_COMPLETION,
        deferrable=True,
    )
    add_steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id=create.output, steps=[])
    wait_step = EmrStepSensor(
        task_id="wait_step",
        job_flow_id=create.output,
        step_id="{{ ti.xcom_pull(task_ids='add_steps')[0] }}",
        deferrable=True,
        timeout=4 * 3600,
    )
    add_steps >> wait_step

    LivyOperator(task_id="livy", file="job.py", polling_interval=30)
    KubernetesJobOperator(
        task_id="kubernetes",
        image="job",
        wait_until_job_complete=True,
        deferrable=True,
        active_deadline_seconds=3600,
    )
    DataprocSubmitJobOperator(task_id="dataproc", job={}, region="europe-west1", asynchronous=False, deferrable=True)
    DatabricksRunNowOperator(task_id="databricks", job_id=1, wait_for_termination=True, deferrable=True)
    DbtCloudRunJobOperator(task_id="dbt", job_id=1, wait_for_termination=True, deferrable=True)
    AirbyteTriggerSyncOperator(task_id="airbyte", connection_id="c", asynchronous=False, deferrable=True)
    AzureDataFactoryRunPipelineOperator(
        task_id="data_factory",
        pipeline_name="p",
        resource_group_name="g",
        factory_name="f",
        wait_for_termination=True,
        deferrable=True,
    )
