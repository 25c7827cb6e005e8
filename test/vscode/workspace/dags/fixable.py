from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("fixable"):
    wait = ExternalTaskSensor(
        task_id="wait",
        external_dag_id="upstream",
        external_task_id="load",
    )
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge01",
        command="/opt/load.sh --full",
    )
    wait >> load
