"""A dump over ssh: a dead connection goes unnoticed, nothing limits the task, and a failed prune is no failure."""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "nightly_dump",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    schedule="@daily",
    default_args={"retries": 2},
) as dag:
    dump = BashOperator(
        task_id="dump",
        bash_command='ssh -i /keys/db1 backup@db1.example.com "/opt/backup/dump.sh --day {{ ds }}"',
    )
    prune = BashOperator(
        task_id="prune",
        bash_command="/opt/backup/prune.sh --keep 14 || true",
    )
    dump >> prune
