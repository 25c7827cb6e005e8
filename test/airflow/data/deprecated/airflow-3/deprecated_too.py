from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.base import BaseSensorOperator

with DAG("deprecated", start_date=datetime(2024, 1, 1), schedule=None):
    BashOperator(task_id="run", bash_command="true")
