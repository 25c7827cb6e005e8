/** Programs that hand work to a scheduler, cluster or cloud and return before it has ended. */
import { cloudSubmitters } from "./cloudSubmissions.ts";
import { startsKubernetesJob } from "./kubernetes.ts";
import { row, type Submitter } from "./submitter.ts";

const any = /^/;

const jobWatched =
  /\b(?:kubectl|oc)\b.*\b(?:wait|rollout status|attach|logs\b.*(?:-f|--follow)|(?:get|describe)\s.*(?:jobs?|pods?)\b)/;

const pbs = /\b(?:qstat|qacct|qwait)\b/;

const programs: readonly Submitter[] = [
  row(
    "sbatch",
    any,
    /(?:^|\s)(?:--wait|-[a-zA-Z]*W)\b|--test-only/,
    /\b(?:sacct|squeue|scontrol|seff)\b/,
    "`sbatch --wait`",
    { change: { behind: "", add: "--wait" } },
  ),
  row("salloc", /--no-shell/, undefined, /\b(?:sacct|squeue|scontrol)\b/, "`srun`"),
  // PBS and SGE share the name, not the options.
  row(
    "qsub",
    /^(?=.*(?:(?:^|\s)-l\s*\S*(?:select=|walltime|nodes=|ncpus|mem=|wd\b|storage=)|(?:^|\s)-(?:W|A|J|koe|k|z)\b|\s--\s))/,
    /block=true|(?:^|\s)-I\b/,
    pbs,
    "`qsub -W block=true`",
    { change: { behind: "", add: "-W block=true" } },
  ),
  row(
    "qsub",
    /^(?=.*(?:^|\s)-(?:pe|cwd|b\s+y|terse|hold_jid|now|tc|l\s+h_\w+)\b)/,
    /-sync\s+y/,
    pbs,
    "`qsub -sync y`",
    { change: { behind: "", add: "-sync y" } },
  ),
  row("qsub", any, /-sync\s+y|block=true|(?:^|\s)-I\b/, pbs, "`qsub -sync y` (SGE) or `qsub -W block=true` (PBS)"),
  row("bsub", any, /(?:^|\s)-(?:K|I[ps]?)\b/, /\b(?:bwait|bjobs|bhist)\b/, "`bsub -K`", {
    change: { behind: "", add: "-K" },
  }),
  row("condor_submit", any, undefined, /\bcondor_(?:wait|q|history)\b/, "`condor_wait LOG`"),
  row("msub llsubmit", any, undefined, /\b(?:checkjob|showq|llq)\b/, "a status query loop"),
  row("flux", /^(?:mini )?(?:submit|batch)\b/, /--wait/, /\bflux job (?:wait|attach|status)\b/, "`flux run`"),
  row(
    "kubectl oc",
    /(?:^|\s)(?:create job\b|(?:apply|create|replace)\b)/,
    /--dry-run/,
    jobWatched,
    "`kubectl wait --for=condition=complete` raced with `--for=condition=failed`",
    { kind: "kubernetes-job", only: startsKubernetesJob },
  ),
  // Without it the pod is restarted when it ends: a server.
  row(
    "kubectl oc",
    /(?:^|\s)run\s(?=.*--restart[= ](?:Never|OnFailure))/,
    /--attach|(?:^|\s)-[a-z]*i|--stdin|--dry-run/,
    jobWatched,
    "`kubectl run --attach`",
    { kind: "kubernetes-job", change: { behind: "run", add: "--attach" } },
  ),
  row(
    "kubectl oc",
    /(?:^|\s)rollout restart\b/,
    undefined,
    /\brollout status\b/,
    "`kubectl rollout status --timeout=…`",
    { kind: "kubernetes" },
  ),
  row("kubectl oc", /(?:^|\s)delete\s.*--wait=false/, undefined, /\bwait --for=delete\b/, "dropping `--wait=false`", {
    kind: "kubernetes",
  }),
  row(
    "helm",
    /(?:^|\s)(?:install|upgrade)\s/,
    /--wait\b|--atomic|--dry-run/,
    /\b(?:helm status|kubectl\b.*\bwait|rollout status)\b/,
    "`helm … --wait --wait-for-jobs --timeout …`",
    { kind: "kubernetes" },
  ),
  row(
    "argo",
    /(?:^|\s)(?:submit|resubmit|retry)\b/,
    /--wait|--watch|--log\b|(?:^|\s)-w\b/,
    /\bargo (?:wait|watch|logs)\b/,
    "`argo submit --wait`",
    { change: { behind: "submit", add: "--wait" } },
  ),
  row("tkn", /(?:pipeline|task) start\b/, /--showlog/, /\btkn\b.*\blogs\b.*-f/, "`--showlog`"),
  row(
    "oozie",
    /(?:^|\s)job\s.*-(?:run|start|submit|rerun)\b/,
    undefined,
    /\boozie job\b.*-(?:info|poll)\b/,
    "`oozie job -poll ID`",
  ),
  row(
    "spark-submit",
    /spark\.(?:yarn\.submit|kubernetes\.submission|standalone\.submit)\.waitAppCompletion=false/,
    undefined,
    /\byarn application\b.*-status\b|spark-submit\b.*--status/,
    "dropping `waitAppCompletion=false`",
  ),
  // Standalone and Mesos masters take a driver in cluster mode and let the client go.
  row(
    "spark-submit",
    /^(?=.*--master[= ]"?(?:spark|mesos):)(?=.*--deploy-mode[= ]cluster)/,
    /spark\.standalone\.submit\.waitAppCompletion=true/,
    /spark-submit\b.*--status/,
    "`--conf spark.standalone.submit.waitAppCompletion=true`",
  ),
  row("flink", /^run-application\b/, undefined, /\bflink list\b|\/jobs\//, "polling the job's state over REST"),
  row("flink", /^run\s(?:.*\s)?(?:-d|--detached|-yd)\b/, undefined, /\bflink list\b|\/jobs\//, "dropping `-d`", {
    change: { drop: /^(?:-d|--detached|-yd)$/ },
  }),
  row("livy-submit", any, undefined, undefined, "polling the batch"),
  row(
    "airflow",
    /(?:^|\s)(?:dags trigger|trigger_dag|dags backfill create|backfill create)\b/,
    undefined,
    /\bairflow dags (?:state|list-runs)\b/,
    "TriggerDagRunOperator(wait_for_completion=True)",
  ),
  row("prefect", /^deployment run\b/, /--watch/, undefined, "`--watch`", { change: { behind: "run", add: "--watch" } }),
  row("gh", /(?:^|\s)workflow run\b/, undefined, /\bgh run watch\b/, "`gh run watch ID --exit-status`"),
  row("jenkins-cli", /(?:^|\s)build\s/, /(?:^|\s)-[a-z]*[sf]\b/, undefined, "`build JOB -s -v`"),
  row("java", /jenkins-cli\S*\s(?:.*\s)?build\s/, /\sbuild\s(?:.*\s)?-[a-z]*[sf]\b/, undefined, "`build JOB -s -v`"),
  row(
    "ansible",
    /^(?=.*(?:^|\s)(?:-B|--background)[= ]?\d)(?=.*(?:^|\s)(?:-P|--poll)[= ]?0\b)/,
    undefined,
    /\basync_status\b/,
    "dropping `-P 0`",
    { kind: "told-not-to-wait" },
  ),
  row("ray", /^job submit\b(?=.*--no-wait\b)/, undefined, /\bray job (?:status|logs)\b/, "dropping `--no-wait`", {
    kind: "told-not-to-wait",
    change: { drop: /^--no-wait$/ },
  }),
  row("nextflow", /(?:^|\s)-bg\b/, undefined, undefined, "dropping `-bg`", {
    kind: "told-not-to-wait",
    change: { drop: /^-bg$/ },
  }),
  row("dsub", any, /(?:^|\s)--wait\b/, /\bdstat\b/, "`dsub --wait`", { change: { behind: "", add: "--wait" } }),
  row("celery", /(?:^|\s)call\b/, undefined, /\bcelery\b.*\bresult\b/, "`celery result ID`"),
  // A 2xx answer to a request that starts a run says that it was accepted.
  row(
    "curl http https",
    /^(?=.*(?:-X\s*POST|--request[= ]POST|(?:^|\s)(?:-d|--data\S*|--json)\b|\bPOST\b))(?=.*\/(?:jobs|runs?|run-now|submit|batches|dagRuns|dag_runs|executions|trigger|build|pipelines?|statements)\b)/,
    undefined,
    /\b(?:curl|http|https|wget)\b.*\b(?:status|state|runs?\/get|jobs\/)/,
    "an operator that waits, or a sensor on the run's state",
    { kind: "http" },
  ),
  row(
    "wget",
    /--(?:post-data|post-file|method=POST)\b(?=.*\/(?:jobs|runs?|run-now|submit|batches|dagRuns|executions|trigger|build)\b)/,
    undefined,
    /\b(?:curl|wget)\b.*\b(?:status|state)/,
    "an operator that waits, or a sensor on the run's state",
    { kind: "http" },
  ),
  row("schtasks", /^\/run\b/i, undefined, /\bschtasks\b.*\/query/i, "polling `schtasks /query`"),
];

/** The rows of every such program, the most specific first. */
export const submitters: readonly Submitter[] = [...programs, ...cloudSubmitters];
