import { describe, expect, it } from "vitest";
import { behaviours } from "../../server/src/catalog/behaviour.ts";
import { listedDeferrals } from "../../server/src/catalog/deferrals.ts";
import { findClass, isSubclassOf, type OperatorClass, parameterOf } from "../../server/src/catalog/index.ts";
import { killSwitches } from "../../server/src/catalog/killSwitches.ts";

function classAt(fqcn: string): OperatorClass {
  const found = findClass(fqcn);
  if (!found) throw new Error(`the catalogue has no ${fqcn}`);
  return found;
}

describe.each(behaviours.map((behaviour) => [behaviour.operator, behaviour] as const))("%s", (fqcn, behaviour) => {
  const cls = classAt(fqcn);

  it("is an operator, called by its canonical name", () => {
    expect(cls.fqcn).toBe(fqcn);
    expect(isSubclassOf(cls, "airflow.sdk.BaseOperator")).toBe(true);
  });

  it("has every keyword that the fact names, in its newest version", () => {
    const { wait, timeout } = behaviour;
    const named = [
      ...("parameter" in wait ? [wait.parameter] : []),
      ...("emit" in wait ? (wait.emit ?? []).map((keyword) => keyword.name) : []),
      ...("deferrable" in wait && wait.deferrable ? ["deferrable"] : []),
      ...(timeout ? [timeout.parameter] : []),
      ...(timeout?.delay === undefined ? [] : [timeout.delay]),
      ...(behaviour.sensor?.arguments ?? []).flatMap(({ argument }) => argument ?? []),
      ...(behaviour.sensor?.copies ?? []),
    ];
    expect(named.filter((name) => parameterOf(cls, name)?.until !== undefined || !parameterOf(cls, name))).toEqual([]);
  });

  it("imports only names that the catalogue can place", () => {
    const { wait } = behaviour;
    const imports = "emit" in wait ? (wait.emit ?? []).flatMap((keyword) => keyword.imports ?? []) : [];
    expect(imports.filter((name) => findClass(name)?.fqcn !== name)).toEqual([]);
  });

  it("says whether it can defer", () => {
    const { wait } = behaviour;
    if ("always" in wait) return;
    expect(wait.deferrable ?? false).toBe(parameterOf(cls, "deferrable") !== undefined);
  });

  it("names a sensor that has the arguments", () => {
    const { sensor } = behaviour;
    if (!sensor) return;
    const sensing = classAt(sensor.class);
    expect(sensing.fqcn).toBe(sensor.class);
    expect(sensing.kind).toBe("sensor");
    const given = [...sensor.arguments.map(({ name }) => name), ...(sensor.copies ?? [])];
    expect(given.filter((name) => !parameterOf(sensing, name))).toEqual([]);
  });
});

describe("deferrals without an end", () => {
  it.each(listedDeferrals)("%s can defer", (fqcn) => {
    expect(classAt(fqcn).fqcn).toBe(fqcn);
    expect(parameterOf(classAt(fqcn), "deferrable")?.until).toBeUndefined();
    expect(parameterOf(classAt(fqcn), "deferrable")).toBeDefined();
  });
});

describe("kill switches", () => {
  const owners = new Map([
    ["stop_job_run_on_kill", "airflow.providers.amazon.aws.operators.glue.GlueJobOperator"],
    ["cancel_on_kill", "airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator"],
    ["on_kill_action", "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"],
    ["on_kill_propagation_policy", "airflow.providers.cncf.kubernetes.operators.job.KubernetesJobOperator"],
    ["stop_task_on_failure", "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator"],
  ]);
  it.each(killSwitches)("$parameter exists, and is off by default for Glue alone", ({ parameter, leaves }) => {
    const fqcn = owners.get(parameter);
    const found = fqcn === undefined ? undefined : parameterOf(classAt(fqcn), parameter);
    expect(found?.default.kind).toBeDefined();
    const byDefault = found?.default.kind === "literal" ? found.default.value : undefined;
    expect(byDefault === leaves).toBe(parameter === "stop_job_run_on_kill");
  });
});
