import { argument } from "../airflow/arguments.ts";
import { isAirflow1, providerVersion } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import type { Project } from "../airflow/target.ts";
import { compareVersions, oldestAirflowFor } from "../catalog/index.ts";
import { defineRule } from "./rule.ts";

const provider = "apache-airflow-providers-ssh";

export default defineRule({
  code: "TET507",
  name: "provider-lacks-remote-kill",
  group: "orphan",
  severity: "info",
  summary: "The project's ssh provider cannot end what its tasks started",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `Three releases of the ssh provider taught its operators to let go. Before 3.12.0 SSHOperator has no \`on_kill\`: a task that is cleared or marked failed keeps its session, and its command, until the worker process is gone. Before 6.0.0 SSHRemoteJobOperator kills the wrapper that it started, but not the job below it (and in every version up to 7.0.1 only while a process of the task runs: one that is marked failed while it is deferred kills nothing). Before 7.0.1 it breaks values of \`environment\` that hold blanks or quotes.`,
    bad: `from airflow import DAG
from airflow.contrib.operators.ssh_operator import SSHOperator

with DAG("nightly", schedule_interval="@daily") as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", timeout=600)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("nightly") as dag:
    load = BashOperator(task_id="load", bash_command="/opt/load.sh --full", execution_timeout=timedelta(hours=1))
`,
    limits:
      "It speaks where the version is known: by the configuration, a lock file, a requirement, or an Airflow that can have no newer provider; once a file.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/changelog.html"],
  },
  check(file, report) {
    const { project } = file;
    if (project.target.origin === "default" && project.target.providers[provider] === undefined) return;
    const have = providerVersion(project, provider);
    // Airflow 1.10 brings an operator of its own, which is older than all of them.
    if (have === undefined && !isAirflow1(project)) return;
    for (const { since, lacks, applies } of releases) {
      if (have !== undefined && compareVersions(have, since) >= 0) continue;
      const task = file.tasks.find((one) => applies(file, one));
      if (!task) continue;
      report({
        span: task.span,
        message: `${have === undefined ? "Airflow 1.10" : `ssh provider ${have}`} ${lacks}.`,
        hint: `Require ${provider}>=${since}${needs(project, since)}.`,
      });
    }
  },
});

/** The provider's releases ask for ever newer Airflows. */
function needs({ target }: Project, since: string): string {
  const oldest = oldestAirflowFor(provider, since);
  return oldest !== undefined && compareVersions(target.airflow, oldest) < 0 ? `, which needs Airflow ${oldest}` : "";
}

type Release = {
  readonly since: string;
  /** What an older one does, as it follows its version in a message. */
  readonly lacks: string;
  readonly applies: (file: DagFile, task: Task) => boolean;
};

/** Source: the provider's changelog, and its releases before and after each. */
const releases: readonly Release[] = [
  {
    since: "3.12.0",
    lacks: "has no on_kill: a task that is cleared or marked failed keeps its session and its remote command",
    applies: (_, task) => runsAs(task, operators.ssh),
  },
  {
    since: "6.0.0",
    lacks: "kills the wrapper of a remote job, but not the job itself",
    applies: (_, task) => runsAs(task, operators.sshRemoteJob),
  },
  {
    since: "7.0.1",
    lacks: "breaks values of a remote job's environment that hold blanks or quotes",
    applies: (file, task) => runsAs(task, operators.sshRemoteJob) && !isUnset(argument(file, task, "environment")),
  },
];
