from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.http.sensors.http import HttpSensor
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG(
    "remote_job",
    start_date=datetime(2024, 1, 1),
    schedule=None,
    dagrun_timeout=timedelta(hours=2),
    default_args={"retries": 0},
):
    prepare = SSHOperator(
        task_id="prepare",
        ssh_conn_id="ssh_remote_server",
        command="prepare ",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1, minutes=5),
    )
    load = SSHRemoteJobOperator(task_id="load", ssh_conn_id="ssh_remote_server", command="load", timeout=4 * 3600)
    check = HttpSensor(task_id="check", endpoint="status", timeout=3600, mode="reschedule")
    tables = SSHOperator.partial(task_id="tables", ssh_conn_id="ssh_remote_server", cmd_timeout=60).expand(
        command=["a ", "b "]
    )
    prepare >> load >> [check, tables]
