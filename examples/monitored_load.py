"""The same kind of work done so that Airflow knows how it ends: nothing to find here."""

from datetime import timedelta

import pendulum
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator
from airflow.sdk import DAG

with DAG(
    "monitored_load",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    schedule="@daily",
    default_args={"execution_timeout": timedelta(hours=2)},
) as dag:
    prepare = SSHOperator(task_id="prepare", ssh_conn_id="ssh_load", command="/srv/load/prepare.sh {{ ds }}", cmd_timeout=300)
    load = SSHRemoteJobOperator(
        task_id="load",
        ssh_conn_id="ssh_load",
        command="( set -euo pipefail; cd /srv/load; ./fetch.sh {{ ds }}; ./load.sh {{ ds }} )",
        timeout=4 * 3600,
    )
    add_steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id="j-2AXXXXXXGAPLF", steps=[])
    wait_steps = EmrStepSensor(
        task_id="wait_steps",
        job_flow_id="j-2AXXXXXXGAPLF",
        step_id="{{ ti.xcom_pull(task_ids='add_steps')[0] }}",
        mode="reschedule",
        timeout=4 * 3600,
    )
    prepare >> load >> add_steps >> wait_steps
