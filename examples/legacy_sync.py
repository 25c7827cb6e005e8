"""Airflow 1.10 spellings: the advice fits that version, so no operator is offered that it cannot have."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.python_operator import PythonOperator
from airflow.operators.sensors import ExternalTaskSensor


def notify():
    import os

    os.system("scp /var/spool/sync.done hub:/in/")


dag = DAG("legacy_sync", start_date=datetime(2019, 1, 1), schedule_interval="@daily")

wait = ExternalTaskSensor(task_id="wait", external_dag_id="upstream_sync", external_task_id="done", dag=dag)
sync = BashOperator(task_id="sync", bash_command="ssh hub sync.sh --all", dag=dag)
tell = PythonOperator(task_id="tell", python_callable=notify, dag=dag)

wait.set_downstream(sync)
sync.set_downstream(tell)
