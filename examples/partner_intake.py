"""Files from a partner: a sensor that waits a week, and remote commands whose failure nobody reads."""

import subprocess

import pendulum
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.ssh.hooks.ssh import SSHHook
from airflow.sdk import dag, task


@dag(start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), schedule="@hourly", catchup=False)
def partner_intake():
    arrived = SFTPSensor(task_id="arrived", path="/outbox/orders.csv", sftp_conn_id="partner")

    @task
    def unpack():
        with SSHHook(ssh_conn_id="ssh_intake").get_conn() as client:
            stdin, stdout, stderr = client.exec_command("/srv/intake/unpack.sh orders.csv")
            print(stdout.read().decode())

    @task
    def load():
        subprocess.Popen(["ssh", "intake@warehouse", "/srv/intake/load.sh"])

    @task
    def archive():
        process = subprocess.Popen(["rsync", "-az", "/srv/intake/", "archive:/intake/"], stdout=subprocess.PIPE)
        out, _ = process.communicate()
        print(out.decode())

    arrived >> unpack() >> load() >> archive()


partner_intake()
