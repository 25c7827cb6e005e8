import { describe, expect, test } from "vitest";
import { longRunner } from "../../server/src/shell/longRunners.ts";
import { firstUnrepeatable, guardsItself } from "../../server/src/shell/rerun.ts";
import { lowered, withGrammars } from "./shell-text.ts";

withGrammars();

describe("what does harm when a second copy runs beside it", () => {
  // [shell text, the program that does; undefined: none for sure]
  const texts: readonly (readonly [string, string | undefined])[] = [
    ["/opt/load.sh --full", "load.sh"],
    ["cd /opt && source venv/bin/activate && python load.py", "python"],
    ["bash /opt/load.sh", "bash"],
    ["{{ var.value.scripts }}/load.ksh -d OW", "load.ksh"],
    ["spark-submit --master yarn job.py", "spark-submit"],
    ["docker run --rm etl:1", "docker"],
    ["cat in.csv | python load.py", "python"],
    ["bash -c 'cd /opt; make load'", "make"],
    ["if true; then ./load; fi", "load"],
    ["mkdir -p /a && rm -f /a/* && ls", undefined],
    ["rsync -a a/ b:/a/", undefined],
    ["curl -fsS http://x/health", undefined],
    ["curl -X POST http://x/items", "curl"],
    ["curl --data '{}' http://x/items", "curl"],
    ["git pull && docker compose up -d", undefined],
    ["systemctl restart app", undefined],
    ["aws s3 sync a s3://b", undefined],
    ["gcloud storage rsync a gs://b", undefined],
    ["datacube dataset add /data/a.yaml", undefined],
    ["alembic upgrade head", undefined],
    ["./load --skip-existing /data", undefined],
    ["load --if-not-exists a", undefined],
    ["load --existing a", "load"],
    ["sbatch job.sh", undefined],
    ["seq 1 9 | xargs -I{} qsub job.pbs", undefined],
    ["nohup ./load > log 2>&1 &", undefined],
    ["timeout 60 ./load", undefined],
    ["timeout 60 bash -c 'cd /opt; ./load'", undefined],
    ["flock -n /tmp/l ./load", undefined],
    ["bash /opt/check_space.sh", undefined],
    ["bash /opt/check_and_copy.sh", "bash"],
    ['psql -c "select 1"', undefined],
    ['psql $args -c "$query" -o out.csv', undefined],
    ['psql -c "delete from a"', "psql"],
    ["psql -f load.sql", "psql"],
    ["$COMMAND", undefined],
  ];
  test.each(texts)("%s", (text, program) => {
    expect(firstUnrepeatable(lowered(text))?.statement.program).toBe(program);
  });
});

describe("texts that see to it themselves", () => {
  const texts: readonly (readonly [string, boolean])[] = [
    ["flock -n /var/lock/a ./load", true],
    ["[ -f /tmp/load.pid ] || ./load", true],
    ["test -e done || ./load", true],
    ["mkdir /tmp/load.lock && ./load", true],
    ["pgrep -f load || ./load", true],
    ["./load --run-id {{ ds }}", true],
    ["./load {{ run_id }}", true],
    ["./load --out /data/{{ ts_nodash }}", true],
    ["./load --day {{ ds }}", false],
    ["mkdir -p /tmp/locks; ./load", false],
    ["[ -d /data ] && ./load", false],
  ];
  test.each(texts)("%s", (text, guarded) => {
    expect(guardsItself(lowered(text))).toBe(guarded);
  });
});

describe("programs that usually run long", () => {
  const texts: readonly (readonly [string, string | undefined])[] = [
    ["spark-submit --master yarn job.py", "spark-submit"],
    ["spark-submit --version", undefined],
    ["cd /opt; dbt run -s orders", "dbt"],
    ["dbt ls", undefined],
    ["python /opt/train_model.py", "python"],
    ["python report.py", undefined],
    ["java -Xmx1g -jar job.jar", "java"],
    ["java -version", undefined],
    ["rsync -a a/ b:/a/", "rsync"],
    ["rsync -a a/ b/", undefined],
    ["timeout 60 make", undefined],
    ["make all &", undefined],
    ["docker build .", "docker"],
  ];
  test.each(texts)("%s", (text, program) => {
    expect(longRunner(lowered(text))).toBe(program);
  });
});
