from datetime import datetime

from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("unknown_argument", start_date=datetime(2024, 1, 1), schedule=None):
    SSHRemoteJobOperator(task_id="load", ssh_conn_id="ssh_remote_server", command="load", get_pty=True)
