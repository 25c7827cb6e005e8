from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sdk import DAG

with DAG("ssh_background"):
    start = SSHOperator(
        task_id="start",
        ssh_conn_id="edge01",
        command="nohup /opt/job.sh >/dev/null 2>&1 &",
    )
