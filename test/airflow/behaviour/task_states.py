"""Print what an Airflow's SQLite database says of DAG runs and task instances, as one JSON object."""

import json
import sqlite3
import sys

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=30)
names = "dag_id, task_id, state, try_number, pid, start_date, end_date"
tasks = [
    dict(zip(names.split(", "), row))
    for row in database.execute(f"SELECT {names} FROM task_instance ORDER BY dag_id, task_id")
]
runs = [
    {"dag_id": dag_id, "state": state}
    for dag_id, state in database.execute("SELECT dag_id, state FROM dag_run ORDER BY dag_id, id")
]
broken = [
    {"file": file, "error": error}
    for file, error in database.execute("SELECT filename, stacktrace FROM import_error")
]
json.dump({"tasks": tasks, "runs": runs, "broken": broken}, sys.stdout)
