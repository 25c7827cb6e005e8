from datetime import datetime

from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("nightly_load", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):
    extract = SSHOperator(
        task_id="extract",
        ssh_conn_id="edge01",
        command="nohup /opt/etl/extract.sh {{ ds }} >/var/log/extract.log 2>&1 &",
    )
    load = BashOperator(
        task_id="load",
        bash_command='ssh etl@edge01 "/opt/etl/load.sh --day {{ ds }}"',
    )
    extract >> load
