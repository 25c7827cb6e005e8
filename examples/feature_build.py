"""A build put in the background, so that its task is green at once; the script that publishes it is taken for a template."""

import pendulum
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sdk import DAG

with DAG(
    "feature_build",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    schedule="0 2 * * *",
) as dag:
    build = SSHOperator(
        task_id="build",
        ssh_conn_id="ssh_features",
        command="nohup /srv/features/build.sh --day {{ ds }} >/var/log/features.log 2>&1 &",
    )
    publish = SSHOperator(
        task_id="publish",
        ssh_conn_id="ssh_features",
        command="/srv/features/publish.sh",
    )
    build >> publish
