import { describe, expect, it } from "vitest";
import { build } from "../../server/src/airflow/build.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { grammarsLoaded } from "../grammars.ts";
import { read } from "./airflow-source.ts";

await grammarsLoaded();

describe("the version that imports give away", () => {
  it.each([
    ["nothing", "from airflow import DAG", unknownProject.target.airflow, "default"],
    ["contrib", "from airflow.contrib.operators.ssh_operator import SSHOperator", "1.10.15", "imports"],
    ["a class of the operators' package", "from airflow.operators import BashOperator", "1.10.15", "imports"],
    ["the module of all sensors", "from airflow.operators.sensors import ExternalTaskSensor", "1.10.15", "imports"],
    ["the old names", "from airflow.operators.bash_operator import BashOperator", "1.10.15", "imports"],
    [
      "the old names beside a provider",
      "from airflow.operators.bash_operator import BashOperator\nfrom airflow.providers.ssh.operators.ssh import SSHOperator",
      "2.0.0",
      "imports",
    ],
    [
      "the old names beside a path of 2.0",
      "from airflow.operators.bash_operator import BashOperator\nfrom airflow.utils.task_group import TaskGroup",
      "2.0.0",
      "imports",
    ],
    [
      "the old names in a DAG that starts after 1.10 had ended",
      "from datetime import datetime\nfrom airflow.operators.bash_operator import BashOperator\nargs = {'start_date': datetime(2024, 3, 3)}",
      "2.0.0",
      "imports",
    ],
    [
      "the old names in a DAG that ends late",
      "from airflow.operators.bash_operator import BashOperator\nargs = dict(start_date=datetime(2019, 1, 1), end_date=datetime(2099, 1, 1))",
      "1.10.15",
      "imports",
    ],
    [
      "the old names with the logical date",
      "from airflow.operators.bash_operator import BashOperator\ndef month(logical_date): return logical_date",
      "2.2.0",
      "imports",
    ],
    [
      "the old names with schedule=",
      "from airflow.operators.bash_operator import BashOperator\ndag = DAG('load', default_args=args(), schedule='@daily')",
      "2.4.0",
      "imports",
    ],
    ["paths that Airflow 3 took away", "from airflow.operators.bash import BashOperator", "2.11.0", "imports"],
    ["a star import", "from airflow.operators.bash import *", "2.11.0", "imports"],
    [
      "the old names with an argument of a later provider",
      "from airflow.contrib.operators.ssh_operator import SSHOperator\nSSHOperator(task_id='a', command='x', cmd_timeout=60)",
      "2.11.0",
      "imports",
    ],
    [
      "a path of 2.0 with an argument of a later provider",
      "from airflow.hooks.base_hook import BaseHook\nfrom airflow.providers.docker.operators.docker import DockerOperator\nDockerOperator(task_id='a', image='x', mount_tmp_dir=False)",
      "2.11.0",
      "imports",
    ],
    [
      "the old names with an argument that no version has",
      "from airflow.contrib.operators.ssh_operator import SSHOperator\nSSHOperator(task_id='a', command='x', limit=60)",
      "1.10.15",
      "imports",
    ],
    ["the SDK", "from airflow.sdk import DAG", unknownProject.target.airflow, "imports"],
    [
      "the SDK beside old paths",
      "from airflow.sdk import DAG\nfrom airflow.operators.bash import BashOperator",
      unknownProject.target.airflow,
      "imports",
    ],
    [
      "the standard provider",
      "from airflow.providers.standard.operators.bash import BashOperator",
      unknownProject.target.airflow,
      "default",
    ],
  ])("%s", (_name, text, airflow, origin) => {
    expect(read(text).project.target).toMatchObject({ airflow, origin });
  });

  it("is not asked for when the project says it", () => {
    const target = { airflow: "2.4.3", origin: "lock", providers: {} } as const;
    const text = "from airflow.sdk import DAG";
    expect(build({ path: "x.py", text }, { ...unknownProject, target }).project.target).toBe(target);
  });
});
