from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor

with DAG("other_dags", start_date=datetime(2024, 1, 1), schedule=None):
    TriggerDagRunOperator(
        task_id="run_child",
        trigger_dag_id="child",
        trigger_run_id="parent__{{ run_id }}",
        wait_for_completion=True,
        deferrable=True,
        poke_interval=60,
        allowed_states=["success"],
        failed_states=["failed"],
        execution_timeout=timedelta(hours=4),
    )
    ExternalTaskSensor(
        task_id="wait_task",
        external_dag_id="other",
        external_task_id="load",
        failed_states=["failed", "upstream_failed"],
        timeout=3600,
        mode="reschedule",
    )
    # A DAG run has no state "upstream_failed": naming it here would be an import error.
    ExternalTaskSensor(
        task_id="wait_dag", external_dag_id="other", failed_states=["failed"], timeout=3600, mode="reschedule"
    )
