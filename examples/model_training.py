"""The right operator for long work, with a command that makes it record the wrong exit status."""

import pendulum
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("model_training", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), schedule="@weekly") as dag:
    features = ExternalTaskSensor(
        task_id="features",
        external_dag_id="feature_build",
        external_task_id="publish",
        mode="reschedule",
        timeout=6 * 3600,
    )
    fit = SSHRemoteJobOperator(
        task_id="fit",
        ssh_conn_id="ssh_gpu",
        command="""
        cd /srv/model
        ./prepare.sh {{ ds }}
        ./fit.sh --epochs 40
        """,
    )
    features >> fit
