from airflow import DAG

with DAG("syntax"
    pass
