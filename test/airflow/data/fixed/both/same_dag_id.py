from datetime import datetime

from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("remote_job", start_date=datetime(2024, 1, 1), schedule=None):
    BashOperator(task_id="only", bash_command="true")
