import { describe, expect, test } from "vitest";
import { lastStatus } from "../../server/src/shell/deciding.ts";
import { jobShape } from "../../server/src/shell/jobshape.ts";
import { type Masked, masked } from "../../server/src/shell/status.ts";
import { submissions } from "../../server/src/shell/submit.ts";
import { lowered, withGrammars } from "./shell-text.ts";

withGrammars();

const shown = (one: Masked): string => {
  const marks = (["cleanup", "decides", "remote", "submit"] as const).filter((mark) => one[mark]).join(" ");
  const programs = one.commands.map((command) => command.program ?? "?").join(" ");
  const span = one.script.folded.text.slice(one.span.start, one.span.end);
  return `${one.how} (${programs})${marks && ` ${marks}`}: ${span}`;
};

// [shell text, what is masked]
const lost: readonly (readonly [string, readonly string[]])[] = [
  ["ssh h job || true", ["|| true (ssh) decides remote: || true"]],
  ["job || :", ["|| : (job) decides: || :"]],
  ["job || exit 0", ["|| exit 0 (job) decides: || exit 0"]],
  ["job || echo failed", ["|| echo (job) decides: || echo failed"]],
  ["job || { echo failed; exit 0; }", ["|| exit 0 (job) decides: || { echo failed; exit 0; }"]],
  ["(job) || true", ["|| true (job) decides: || true"]],
  ["a && job || true", ["|| true (a job) decides: || true"]],
  ["a | job || true", ["|| true (job) decides: || true"]],
  ["x=$(ssh h job) || true; use $x", ["|| true (ssh) remote: || true"]],
  ["set -e; job || true; other", ["|| true (job) decides: || true"]],
  ["[ -f x ] && a || true; b", ["|| true (a): || true"]],
  ["job || exit 0; other", ["|| exit 0 (job) decides: || exit 0"]],
  ["x=$(job || true); use $x", ["|| true (job): || true"]],
  ["job || true; other", ["|| true (job): || true"]],
  ["job || true; echo done", ["|| true (job) decides: || true"]],
  ["rm -f x || true", ["|| true (rm) cleanup decides: || true"]],
  ["docker rm -f c || true", ["|| true (docker) cleanup decides: || true"]],
  ["ssh h 'docker stop c; rm x' || true", ["|| true (ssh) cleanup decides remote: || true"]],
  ["ssh h 'pkill x || true'", ["|| true (pkill) cleanup decides: || true"]],
  ["sbatch x.sh || true", ["|| true (sbatch) decides submit: || true"]],
  ["job; exit 0", ["; exit 0 (job) decides: exit 0"]],
  ["job; true", ["; true (job) decides: true"]],
  ["job\n:", ["; : (job) decides: :"]],
  ["job\necho done\n", ["; echo (job) decides: echo done"]],
  ["cd /x\njob a\nssh h b\necho done", ["; echo (job ssh) decides remote: echo done"]],
  ["job > log 2>&1 ; \\\n echo $?", ["; echo (job) decides: echo $?"]],
  ["job; rc=$?; echo $rc", ["; echo (job) decides: echo $rc"]],
  ["ssh h 'job; echo done'", ["; echo (job) decides: echo done"]],
  ["trap 'exit 0' EXIT; job", ["trap 'exit 0' EXIT (job) decides: trap 'exit 0' EXIT"]],
  ["trap 'rm x; exit 0' ERR; job", ["trap 'exit 0' ERR (job) decides: trap 'rm x; exit 0' ERR"]],
];

describe("an exit status is thrown away", () => {
  test.each(lost)("%j", (text, expected) => {
    expect(masked(lowered(text)).map(shown)).toEqual(expected);
  });
});

// The status is kept, or was asked for.
const kept: readonly string[] = [
  "job",
  "job || exit 1",
  "job || { echo failed; exit 1; }",
  "job || other",
  "job || failed=1; exit $failed",
  "set +e; a && b || failed=1; exit $failed",
  "job; rc=$?; echo done; exit $rc",
  "job; if [ $? -ne 0 ]; then exit 1; fi; echo done",
  "set -e; job; echo done",
  "set -euo pipefail\njob\necho done",
  "job && echo done",
  "job || exit 1; echo done",
  "if job || true; then a; fi",
  "while job || true; do a; done",
  "[ -f x ] || echo none",
  "echo a; echo b",
  "cd /x; echo b",
  "X=1; echo b",
  "job & echo started",
  "a || echo failed && exit 1",
  "trap 'rm -rf $T' EXIT; job",
  "trap 'exit 0' TERM; job",
  "trap 'kill $p' EXIT; job",
  "echo 'job || true'",
  "# job || true",
];

describe("an exit status is kept", () => {
  test.each(kept)("%j", (text) => {
    expect(
      masked(lowered(text))
        .filter((one) => !one.cleanup)
        .map(shown),
    ).toEqual([]);
  });
});

// [shell text, the programs that decide its status]
const last: readonly (readonly [string, string])[] = [
  ["a; b", "b"],
  ["a && b", "a b"],
  ["a | b", "b"],
  ["set -o pipefail; a | b", "a b"],
  ["a; exit", "a"],
  ["a; exit $?", "a"],
  ["a; exit 3", "exit"],
  ["a; { b; c; }", "c"],
  ["if a; then b; c; else d; fi", "c d"],
  ["for x in 1 2; do a; b; done", "b"],
  ["a; x=$(b | c)", "c"],
  ["a &", ""],
];

test.each(last)("%j ends with the status of %j", (text, expected) => {
  expect(
    lastStatus(lowered(text))
      .map((one) => one.program)
      .join(" "),
  ).toBe(expected);
});

// [shell text, how often it submits, whether the first is followed up]
const submitted: readonly [string, number, boolean?][] = [
  ["sbatch x.sh", 1, false],
  ["sbatch --wait x.sh", 0],
  ["sbatch -W x.sh", 0],
  ["sbatch x.sh; while squeue -j 1; do sleep 5; done", 1, true],
  ["sbatch $SBATCH_ARGS x.sh", 0],
  ["ssh hpc 'qsub run.pbs'", 1, false],
  ["qsub -sync y x", 0],
  ["qsub -W block=true x", 0],
  ["bsub -K x", 0],
  ["bsub x; bwait -w 1", 1, true],
  ["kubectl create job x --image=y", 1, false],
  ["kubectl apply -f job.yaml && kubectl wait --for=condition=complete job/x", 1, true],
  ["kubectl apply -f configmap.yml", 0],
  ["kubectl get jobs", 0],
  ["kubectl run x --image=y --attach", 0],
  ["argo submit w.yaml", 1, false],
  ["argo submit --wait w.yaml", 0],
  ["spark-submit --master yarn --deploy-mode cluster job.py", 0],
  ["spark-submit --master spark://m:7077 --deploy-mode cluster job.py", 1, false],
  ["spark-submit --conf spark.yarn.submit.waitAppCompletion=false job.py", 1, false],
  ["flink run -d job.jar", 1, false],
  ["flink run job.jar", 0],
  ["aws --region eu emr add-steps --cluster-id x", 1, false],
  ["aws emr add-steps --cluster-id x; aws emr wait step-complete --step-id y", 1, true],
  ["aws s3 cp a b", 0],
  ["aws lambda invoke --function-name f out", 0],
  ["aws lambda invoke --function-name f --invocation-type Event out", 1, false],
  ["gcloud builds submit --async .", 1, false],
  ["gcloud builds submit .", 0],
  ["bq query --nosync 'select 1'", 1, false],
  ["bq query 'select 1'", 0],
  ["az vm start --no-wait -n x", 1, false],
  ["airflow dags trigger x", 1, false],
  ["airflow dags list", 0],
  ["databricks jobs run-now 1", 0],
  ["databricks jobs run-now 1 --no-wait", 1, false],
  ["gh workflow run x.yml", 1, false],
  ["java -jar jenkins-cli.jar -s http://j build job", 1, false],
  ["java -jar build.jar", 0],
  ["java -jar jenkins-cli.jar -s http://j build job -s -v", 0],
  ["ansible all -B 3600 -P 0 -m shell -a x", 1, false],
  ["ansible all -m shell -a x", 0],
  ["curl -X POST https://h/api/2.1/jobs/run-now -d '{}'", 1, false],
  ["curl https://h/api/jobs/1", 0],
  ["echo sbatch x.sh", 0],
];

test.each(submitted)("%j submits %d times", (text, count, followed) => {
  const found = submissions(lowered(text));
  expect(found).toHaveLength(count);
  expect(found[0]?.followed).toBe(followed);
});

// [the text of a remote job, its faults]
const shapes: readonly (readonly [string, readonly string[]])[] = [
  ["run", []],
  ["run --x {{ ds }} > out", []],
  ["run\n", []],
  ["( set -euo pipefail\na\nb )", []],
  ["bash -euo pipefail -c 'a; b'", []],
  ["cd /x && run", []],
  ["run;", ["ends-with-separator"]],
  ["echo 😀😀;", ["ends-with-separator"]],
  ["run\n    ", ["ends-with-separator"]],
  ["run\n\n", ["ends-with-separator"]],
  ["run &", ["ends-with-background"]],
  ["nohup run > log 2>&1 &\n", ["ends-with-background"]],
  ["run # note", ["ends-with-comment"]],
  ["run a#b", []],
  ["cat <<EOF\nx\nEOF", ["ends-with-here-document"]],
  ["bash <<'EOF'\nx\nEOF\n", ["ends-with-here-document"]],
  ["a; b", ["several-statements"]],
  ["\n  a\n  b\n  ", ["ends-with-separator", "several-statements"]],
  ["a | tee y", ["pipeline"]],
  ["a || exit 3", ["exit"]],
  ["exec run", ["exec"]],
  ["set -e; a", ["errexit", "several-statements"]],
  ["( a; exit 3 )", []],
];

test.each(shapes)("a remote job %j has the faults %j", (text, faults) => {
  expect(jobShape(lowered(text, { dialect: "unknown", place: "remote" })).faults).toEqual(faults);
});

test("a job that is one unknown value is not judged", () => {
  for (const text of ["{{ params.command }}", "\uFFFC", "\uFFFC;", "echo 'un", ""]) {
    expect(jobShape(lowered(text))).toMatchObject({ faults: [], unknown: true });
  }
});
