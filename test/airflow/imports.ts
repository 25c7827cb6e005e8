import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkClasses } from "./classes.ts";
import { type Environment, type ImportedFile, importDags } from "./environment.ts";
import { fixedSources, importSources } from "./sources.ts";

const data = join(dirname(fileURLToPath(import.meta.url)), "data");

function fileOf(files: readonly ImportedFile[], path: string): ImportedFile {
  const found = files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`the report has no ${path}`);
  return found;
}

/** What this folder itself says about DAG files and classes is what the real Airflow says. */
export function importTests(environment: Environment): void {
  test("imports every DAG file that targets it, without an error or a deprecation", async () => {
    const sources = (await fixedSources(join(data, "fixed"))).filter(({ targets }) =>
      targets.includes(environment.name),
    );
    const report = await importSources(environment, sources);

    expect(report.airflow).toBe(environment.airflow);
    expect(report.files.map(({ path }) => path)).toEqual(sources.map(({ name }) => name).sort());
    for (const { path, error, deprecations } of report.files) {
      expect({ path, error, deprecations }).toEqual({ path, error: null, deprecations: [] });
    }

    const [dag] = fileOf(report.files, "both/remote_job.py").dags;
    expect(dag?.dag_id).toBe("remote_job");
    expect(dag?.dagrun_timeout).toBe(7200);
    expect(dag?.tasks).toMatchObject([
      { task_id: "check", class: "airflow.providers.http.sensors.http.HttpSensor", upstream: ["load"] },
      { task_id: "load", downstream: ["check", "tables"], arguments: { retries: 0, timeout: 14_400 } },
      { task_id: "prepare", mapped: false, arguments: { cmd_timeout: 600, execution_timeout: 3900 } },
      {
        task_id: "tables",
        mapped: true,
        class: "airflow.providers.ssh.operators.ssh.SSHOperator",
        arguments: { cmd_timeout: 60 },
      },
    ]);
    // Every file has a bag of its own: the same DAG id twice is no conflict.
    expect(fileOf(report.files, "both/same_dag_id.py").dags).toMatchObject([{ dag_id: "remote_job" }]);
    expect(fileOf(report.files, "both/nothing_here.py").dags).toEqual([]);
  });

  test("reports why a broken DAG file does not import", async () => {
    const { files } = await importDags(environment, join(data, "broken"));

    expect(files.map(({ path }) => path)).toEqual(["network.py", "syntax.py", "unknown_argument.py"]);
    expect(fileOf(files, "network.py").error).toContain("PermissionError: network refused");
    expect(fileOf(files, "syntax.py").error).toContain("SyntaxError");
    expect(fileOf(files, "unknown_argument.py").error).toContain("'get_pty': True");
    expect(files.flatMap(({ dags }) => dags)).toEqual([]);
  });

  test("reports the deprecations that a file's own lines cause, in every file that causes them", async () => {
    const { files } = await importDags(environment, join(data, "deprecated", environment.name));

    expect(files.length).toBe(2);
    const lines = files.map(({ deprecations }) => deprecations.map(({ line }) => line));
    expect(lines).toEqual(
      environment.name === "airflow-3"
        ? [
            [4, 5],
            [4, 5],
          ]
        : [
            [4, 5, 7],
            [4, 5, 7],
          ],
    );
    expect(files.map(({ error }) => error)).toEqual([null, null]);
  });

  test("tells existing classes, parameters and defaults from imagined ones", async () => {
    const ssh = "airflow.providers.ssh.operators.ssh.SSHOperator";
    const [found, missing] = await checkClasses(environment, [
      { fqcn: ssh, parameters: ["cmd_timeout", "get_pty", "execution_timeout", "task_id", "timeout"] },
      { fqcn: "airflow.providers.ssh.operators.ssh.SSHSensor", parameters: [] },
    ]);

    expect(found).toEqual({
      fqcn: ssh,
      canonical: ssh,
      parameters: {
        cmd_timeout: { default: { kind: "expression", text: "NOTSET" }, declared: "SSHOperator" },
        get_pty: { default: { kind: "value", value: false }, declared: "SSHOperator" },
        execution_timeout: { default: { kind: "value", value: null }, declared: "BaseOperator" },
        task_id: { default: { kind: "required" }, declared: "BaseOperator" },
      },
      unknown: ["timeout"],
    });
    expect(missing).toMatchObject({ missing: expect.stringContaining("SSHSensor") });
  });
}
