"""Mark a task of a DAG's only run failed: mark_failed.py DATABASE DAG TASK.

It does what the user interface does: the row changes, and the process that works for it learns of it by its heartbeat.
"""

import datetime
import sqlite3
import sys

path, dag_id, task_id = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
with sqlite3.connect(path, timeout=30) as database:
    changed = database.execute(
        "UPDATE task_instance SET state = 'failed', end_date = ? WHERE dag_id = ? AND task_id = ?",
        (now, dag_id, task_id),
    )
    if changed.rowcount != 1:
        sys.exit(f"{changed.rowcount} tasks are {dag_id}.{task_id}")
