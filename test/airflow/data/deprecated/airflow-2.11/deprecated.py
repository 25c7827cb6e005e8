from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy import DummyOperator

with DAG("deprecated", start_date=datetime(2024, 1, 1), schedule_interval=None):
    DummyOperator(task_id="start") >> BashOperator(task_id="run", bash_command="true")
