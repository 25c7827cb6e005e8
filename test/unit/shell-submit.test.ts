import { describe, expect, it } from "vitest";
import { lowerScript } from "../../server/src/shell/lower.ts";
import { submissions } from "../../server/src/shell/submit.ts";
import { folded, withGrammars } from "./shell-text.ts";

withGrammars();

/** `sbatch`, `sbatch followed`: what a text submits, and whether it goes on to ask for it. */
function submitted(text: string): string[] {
  const script = lowerScript(folded(text), { dialect: "bash", place: "worker" });
  return submissions(script).map((one) => `${one.name}${one.followed ? " followed" : ""}`);
}

describe("what a text submits", () => {
  it.each<[string, readonly string[]]>([
    ["sbatch job.sh", ["sbatch"]],
    ["sbatch --wait job.sh", []],
    ["sbatch -W job.sh", []],
    ["sbatch --test-only job.sh", []],
    ["sbatch $SBATCH_OPTS job.sh", []],
    ["sbatch /opt/$JOB.sh", ["sbatch"]],
    ["ssh hpc 'cd run && qsub -l walltime=1:00:00 job.pbs'", ["qsub"]],
    ["qsub -sync y job.sh; qsub -W block=true job.pbs", []],
    ["sbatch <<'EOF'\n#!/bin/sh\n#SBATCH --wait\n./job\nEOF", []],
    ["sbatch <<'EOF'\n#!/bin/sh\n#SBATCH -n 4\n./job --wait\nEOF", ["sbatch"]],
    ["aws emr add-steps --cluster-id j-1 --steps x", ["aws emr add-steps"]],
    ["aws s3 cp a b; aws emr list-clusters", []],
    ["gcloud run jobs execute load", ["gcloud run jobs execute"]],
    ["gcloud run jobs execute load --wait", []],
    ["databricks jobs run-now --job-id 1", ["databricks jobs run-now"]],
    ["databricks jobs run-now 1", []],
    ["echo sbatch job.sh; ./sbatch_all.sh", []],
    ["spark-submit --master yarn --deploy-mode cluster job.py", []],
  ])("%s", (text, expected) => {
    expect(submitted(text)).toEqual(expected);
  });
});

describe("who asks for it later", () => {
  it.each<[string, boolean]>([
    ["id=$(sbatch --parsable j); while squeue -h -j $id | grep -q .; do sleep 9; done", true],
    ["id=$(sbatch --parsable j); ./wait_for_job.sh $id", true],
    ["sbatch j; until [ -f done ]; do sleep 9; done", true],
    ["ready() { sacct -j $1; }\nid=$(sbatch --parsable j)\nready $id", true],
    ["sbatch j; echo waiting for the job", false],
    ["sacct; sbatch j", false],
    ["sbatch j; make report", false],
  ])("%s: %s", (text, expected) => {
    expect(submitted(text).map((one) => one.endsWith(" followed"))).toEqual([expected]);
  });
});
