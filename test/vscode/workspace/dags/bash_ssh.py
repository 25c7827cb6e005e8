from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("bash_ssh"):
    load = BashOperator(
        task_id="load",
        bash_command='ssh etl@edge01 "/opt/load.sh"',
    )
