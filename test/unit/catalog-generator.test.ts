import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { catalogue } from "../../scripts/catalog/catalogue.ts";
import { moduleFacts, type Release } from "../../scripts/catalog/wheels.ts";
import { jsonClass } from "../../server/src/catalog/format.ts";

const extractor = fileURLToPath(new URL("../../scripts/catalog/extract.py", import.meta.url));
const { CI: required } = process.env;
const python = spawnSync("python3", ["--version"]).status === 0;
if (!python && !required) console.warn("skipped: the catalogue's generator needs python3 on PATH");

function read(module: string, source: string): z.infer<typeof moduleFacts> {
  const { stdout, stderr } = spawnSync("python3", [extractor, "--source", module], { input: source, encoding: "utf8" });
  if (stderr) throw new Error(stderr);
  return moduleFacts.parse(JSON.parse(stdout));
}

function release(provider: string, version: string, sources: Record<string, string>, requires: string[] = []): Release {
  const modules = Object.fromEntries(
    Object.entries(sources).map(([name, text]) => [name.replace(/\.__init__$/, ""), read(name, text)]),
  );
  return { provider, version, requires, decorators: {}, modules };
}

const core = {
  "airflow.models.baseoperator":
    "class BaseOperator:\n    def __init__(self, task_id: str, retries=0, **kwargs): ...\n",
  "airflow.sensors.base":
    "from airflow.models.baseoperator import BaseOperator\nclass BaseSensorOperator(BaseOperator):\n    def __init__(self, *, timeout=60 * 60, **kwargs): ...\n",
};
const provider = "apache-airflow-providers-acme";
const operators = "airflow.providers.acme.operators.rocket";

function generate(...releases: Release[]): { classes: z.infer<typeof jsonClass>[]; providers: unknown } {
  const { operators: text, providers } = catalogue(releases, {});
  const { classes } = z.object({ classes: z.array(jsonClass) }).parse(JSON.parse(text));
  return { classes, providers: JSON.parse(providers) };
}

describe.skipIf(!python && !required)("the catalogue's generator", () => {
  it("reads a class without importing it", () => {
    const { Launch } = read(
      operators,
      `
raise SystemExit("imported!")
from airflow.models.baseoperator import BaseOperator as Base
WEEK = 7 * 24 * 60 * 60
class Launch(Base):
    template_fields = ("payload",)
    template_ext = (".json",)
    default_pad = "LC-39A"
    def __init__(self, payload, *, pad=default_pad, timeout=WEEK, on=None, wait=conf.getboolean("a", "b"), **kwargs): ...
    def on_kill(self):
        self.abort()
`,
    ).classes;
    expect(Launch).toEqual({
      bases: ["airflow.models.baseoperator.BaseOperator"],
      init: [
        ["payload", { required: true }],
        ["pad", "LC-39A"],
        ["timeout", 604800],
        ["on", null],
        ["wait", { text: "conf.getboolean('a', 'b')" }],
      ],
      kwargs: true,
      template_fields: { own: ["payload"], from: [] },
      template_ext: { own: [".json"], from: [] },
      onKill: true,
      methods: [],
    });
  });

  it("follows a keyword through the versions", () => {
    const launch = (parameters: string) =>
      `from airflow.models.baseoperator import BaseOperator\nclass Launch(BaseOperator):\n    def __init__(self, ${parameters}, **kwargs): ...\n`;
    const { classes, providers } = generate(
      release("apache-airflow", "2.0.0", core),
      release(provider, "1.0.0", { [operators]: launch("stages=2, fuel='rp1'") }, ["apache-airflow>=2.0.0"]),
      release(provider, "1.10.0", { [operators]: launch("stages=3, wait=False") }, ["apache-airflow>=2.1.0"]),
      release(provider, "2.0.0", { [operators]: launch("stages=3, wait=True") }, ["apache-airflow (>=2.4.0)"]),
    );
    expect(classes.find(({ fqcn }) => fqcn === `${operators}.Launch`)?.editions).toEqual([
      {
        provider,
        parameters: {
          stages: {
            default: 3,
            history: [
              ["1.0.0", 2],
              ["1.10.0", 3],
            ],
          },
          fuel: { default: "rp1", until: "1.0.0" },
          wait: {
            default: true,
            since: "1.10.0",
            history: [
              ["1.10.0", false],
              ["2.0.0", true],
            ],
          },
        },
      },
    ]);
    expect(providers).toMatchObject({
      [provider]: [
        ["1.0.0", "2.0.0"],
        ["1.10.0", "2.1.0"],
        ["2.0.0", "2.4.0"],
      ],
    });
  });

  it("joins the names of a class that moved", () => {
    const old =
      "from airflow.models.baseoperator import BaseOperator\nclass RocketOperator(BaseOperator):\n    def __init__(self, pad): ...\n";
    const table = `__deprecated_classes = {"rocket_operator": {"RocketOperator": "${operators}.Launch"}}\nadd_deprecated_classes(__deprecated_classes, __name__)\n`;
    const now = `from airflow.models.baseoperator import BaseOperator
class Launch(BaseOperator):
    def __init__(self, pad, wait=False): ...
class LaunchRocket(Launch):
    def __init__(self, *args, **kwargs):
        warnings.warn("use Launch")
        super().__init__(*args, **kwargs)
`;
    const { classes } = generate(
      release("apache-airflow", "1.10.15", { ...core, "airflow.contrib.operators.rocket_operator": old }),
      release("apache-airflow", "2.0.0", { ...core, "airflow.contrib.operators.__init__": table }),
      release(provider, "1.0.0", { [operators]: now }),
    );
    expect(classes.map(({ fqcn }) => fqcn)).toEqual(
      [
        "airflow.models.baseoperator.BaseOperator",
        `${operators}.Launch`,
        "airflow.sensors.base.BaseSensorOperator",
      ].sort(),
    );
    const launch = classes.find(({ fqcn }) => fqcn === `${operators}.Launch`);
    expect(launch?.closed).toBe(true);
    expect(launch?.editions.map((edition) => edition.provider)).toEqual([provider, "apache-airflow"]);
    expect(launch?.spellings).toEqual([
      [`${operators}.Launch`, provider, "", ""],
      ["airflow.contrib.operators.rocket_operator.RocketOperator", "apache-airflow", "", ""],
      [`${operators}.LaunchRocket`, provider, "", ""],
    ]);
  });

  it("inherits keywords within a provider, and leaves those of BaseOperator to it", () => {
    const source = `from airflow.sensors.base import BaseSensorOperator
class Base(BaseSensorOperator):
    def __init__(self, *, conn_id="acme_default", **kwargs): ...
class Landing(Base):
    def __init__(self, *, pad, **kwargs): ...
`;
    const { classes } = generate(
      release("apache-airflow", "2.0.0", core),
      release(provider, "1.0.0", { "airflow.providers.acme.sensors.rocket": source }),
    );
    const landing = classes.find(({ fqcn }) => fqcn.endsWith(".Landing"));
    expect(landing?.kind).toBe("sensor");
    expect(landing?.editions[0]?.parameters).toEqual({ pad: [], conn_id: "acme_default" });
  });

  it("writes the same text whatever the order of modules", () => {
    const a = "from airflow.models.baseoperator import BaseOperator\nclass A(BaseOperator): ...\n";
    const b = "from airflow.models.baseoperator import BaseOperator\nclass B(BaseOperator): ...\n";
    const one = release(provider, "1.0.0", {
      "airflow.providers.acme.operators.a": a,
      "airflow.providers.acme.operators.b": b,
    });
    const two = release(provider, "1.0.0", {
      "airflow.providers.acme.operators.b": b,
      "airflow.providers.acme.operators.a": a,
    });
    const base = release("apache-airflow", "2.0.0", core);
    expect(catalogue([base, one], {})).toEqual(catalogue([base, two], {}));
  });
});
