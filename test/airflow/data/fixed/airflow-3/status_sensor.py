from datetime import datetime

from airflow.sdk import DAG, PokeReturnValue, task

with DAG("status_sensor", start_date=datetime(2024, 1, 1), schedule=None):

    @task.sensor(poke_interval=60, timeout=3600, mode="reschedule")
    def wait_for_job(job_id):
        return PokeReturnValue(is_done=True, xcom_value=job_id)

    wait_for_job("42")
