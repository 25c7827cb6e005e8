"""Work that is only requested: the EMR steps and the mail DAG still run when the tasks behind them start."""

import pendulum
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

STEPS = [
    {
        "Name": "aggregate",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["spark-submit", "s3://jobs/aggregate.py"]},
    }
]

with DAG("emr_report", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), schedule="@daily") as dag:
    aggregate = EmrAddStepsOperator(task_id="aggregate", job_flow_id="j-2AXXXXXXGAPLF", steps=STEPS)
    report = BashOperator(task_id="report", bash_command="python3 /opt/report.py --day {{ ds }}")
    mail = TriggerDagRunOperator(task_id="mail", trigger_dag_id="mail_report")
    close = BashOperator(task_id="close", bash_command="python3 /opt/close_day.py --day {{ ds }}")

    aggregate >> report >> mail >> close
