import { describe, expect, it } from "vitest";
import { onlyAnswersAtOnce, remoteProgram } from "../../server/src/airflow/remote.ts";
import { asksOtherMachine, isLimited, waitsForOtherMachine } from "../../server/src/shell/pace.ts";
import { commands } from "../../server/src/shell/walk.ts";
import { grammarsLoaded } from "../grammars.ts";
import { read, taskOf } from "./airflow-source.ts";

await grammarsLoaded();

function taskWith(command: string) {
  const text = `from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("d"):
    BashOperator(task_id="t", bash_command=${JSON.stringify(command)})
`;
  return taskOf(read(text), "t");
}

function scriptOf(command: string) {
  const [first] = taskWith(command).scripts;
  if (!first) throw new Error("no script");
  return first.script;
}

function first(command: string) {
  const [visit] = commands(scriptOf(command));
  if (!visit) throw new Error("no command");
  return visit.statement;
}

describe("waiting for another machine", () => {
  it.each([
    ["ssh host run", true],
    ["sshpass -p x ssh host run", true],
    ["scp a host:b", true],
    ["rsync -a a/ host:b/", true],
    ["rsync -a a/ b/", false],
    ["ssh -N -L 1:db:2 host", false],
    ["ssh -V", false],
    ["spark-submit --master yarn job.py", true],
    ["spark-submit --master yarn --conf spark.yarn.submit.waitAppCompletion=false job.py", false],
    ["spark-submit --version", false],
    ["spark-submit --master local[2] job.py", false],
    ["spark-submit --master 'local[*]' job.py", false],
    ["spark-submit --conf spark.master=local[4] job.py", false],
    ["spark-submit --master local --packages org.apache.hadoop:hadoop-aws:3.3.4 job.py", true],
    ["spark-submit job.py", true],
    ["spark3-submit --name daily $JOB", true],
    ["spark-submit --status driver-1 --master spark://m:6066", false],
    ["spark-submit --master $MASTER job.py", true],
    ["docker run --rm image", true],
    ["docker run -d image", false],
    ["docker run --detach image", false],
    ["docker compose -f a.yml up", true],
    ["docker compose up -d", false],
    ["docker-compose up -d", false],
    ["docker build .", false],
    ["docker ps", false],
    ["kubectl exec pod -- run", true],
    ["kubectl logs -f pod", true],
    ["kubectl logs pod", false],
    ["kubectl get pods", false],
    ["gcloud compute ssh vm --command run", true],
    ["gcloud beta compute --project p ssh vm --command run", true],
    ["gcloud dataproc jobs submit spark x", true],
    ["gcloud dataproc jobs submit spark x --async", false],
    ["gcloud compute firewall-rules list", false],
    ["pg_dump -h db sales", true],
    ["psql -f load.sql", false],
    ["psql postgresql://db/sales -f load.sql", true],
    ["mysql -hdb1 -e 'call load()'", true],
    ["mysql -h localhost -e 'call load()'", false],
    ["hadoop jar x.jar", true],
    ["hadoop fs -ls /", false],
    ["sbatch --wait run.sh", true],
    ["sbatch run.sh", false],
    ["aws s3 cp a b", false],
    ["curl http://x", false],
    ["echo ssh host", false],
    ["ssh_wrapper host run", false],
  ])("%s", (command, expected) => {
    expect(waitsForOtherMachine(first(command))).toBe(expected);
  });

  it.each(["curl http://x", "aws s3 cp a b", "gcloud compute firewall-rules list", "ssh host run"])(
    "%s asks one",
    (command) => expect(asksOtherMachine(first(command))).toBe(true),
  );

  it.each([
    ["timeout 60 ssh host run", true],
    ["curl --max-time 60 x", true],
    ["curl -sm60 x", true],
    ["wget --timeout=60 x", true],
    ["kubectl wait --timeout=60s job/x", true],
    ["ssh host timeout 60 run", false],
    ["curl x", false],
  ])("%s is limited: %s", (command, expected) => {
    expect(isLimited(first(command))).toBe(expected);
  });

  it.each([
    ["cd /x && ssh host run", "ssh"],
    ["timeout 60 ssh host run", undefined],
    ["timeout 60 bash -c 'ssh host run'", undefined],
    ["ssh host 'curl x'", "ssh"],
    ["bash -c 'ssh host run'", "ssh"],
    ["for h in a b; do curl http://$h; done", "curl"],
    ["echo x", undefined],
  ])("%s waits through %s", (command, expected) => {
    expect(remoteProgram(scriptOf(command))).toBe(expected);
  });
});

describe("answering at once", () => {
  it.each([
    ["mkdir -p /x && rm -f /x/*", true],
    ["df -h | grep data | awk '{print $4}'", true],
    ["grep x /big/file", false],
    ["tail -n 5 /var/log/x", true],
    ["tail -f /var/log/x", false],
    ["if test -f x; then echo yes; fi", true],
    ["while test ! -f x; do true; done", false],
    ["for i in 1 2; do echo $i; done", true],
    ["/opt/run.sh now", false],
    ["$PROGRAM", false],
    ["echo $(/opt/run.sh now)", false],
    ["sleep 60", false],
    ["X=1", true],
    ["X=$(/opt/run.sh now)", false],
  ])("%s: %s", (command, expected) => {
    expect(onlyAnswersAtOnce(taskWith(command))).toBe(expected);
  });
});
