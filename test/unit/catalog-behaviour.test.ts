import { describe, expect, it } from "vitest";
import { behaviours } from "../../server/src/catalog/behaviour.ts";
import { findClass, isSubclassOf, type OperatorClass, parameterOf } from "../../server/src/catalog/index.ts";

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
