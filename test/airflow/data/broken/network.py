import socket
from datetime import datetime

from airflow import DAG

socket.create_connection(("127.0.0.1", 9), timeout=1)

DAG("network", start_date=datetime(2024, 1, 1), schedule=None)
