import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { newestAirflow } from "../../server/src/airflow/target.ts";
import { airflowOfCompose, airflowOfImage, readDockerfile } from "../../server/src/engine/image.ts";
import { detectTarget } from "../../server/src/engine/project.ts";
import { constraintVersion, pinOf, pinsOf, requirementLines } from "../../server/src/engine/requirement.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-versions-"));
afterAll(() => rmSync(folder, { recursive: true }));
let root = "";
let count = 0;
beforeEach(() => {
  root = join(folder, String(count++));
  mkdirSync(join(root, "dags"), { recursive: true });
});

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A reference to a Dockerfile's or compose file's variable. */
function variable(name: string): string {
  return `$\{${name}}`;
}

/** `2.9.3 lock` */
function found(directory = "dags"): string {
  const target = detectTarget(join(root, directory), root, { airflow: undefined, providers: {} });
  return `${target.airflow} ${target.origin}`;
}

function provider(name: string): string | undefined {
  const target = detectTarget(join(root, "dags"), root, { airflow: undefined, providers: {} });
  return target.providers[`apache-airflow-providers-${name}`];
}

describe("a specifier pins", () => {
  test.each([
    ["==2.9.3", "2.9.3", true],
    ["===2.9.3", "2.9.3", true],
    ["2.9.3", "2.9.3", true],
    ["==2.9.*", "2.9.0", false],
    ["~=2.9.1", "2.9.1", false],
    [">=2.7,<3", "2.7.0", false],
    ["<3,>=2.7.2", "2.7.2", false],
    [">2.7.2", "2.7.3", false],
    ["!=2.8.0,>=2.6", "2.6.0", false],
    ["^2.8", "2.8.0", false],
    ["~2.8", "2.8.0", false],
    ["<3", "2.11.0", false],
    ["<2.10", "2.9.3", false],
    ["^3.0 || ^2.10", "2.10.0", false],
    [">=2.10.0rc1", "2.10.0rc1", false],
  ])("%s", (specifier, version, exact) => {
    expect(pinOf("apache-airflow", specifier)).toEqual({ version, exact });
  });
  test.each(["", "*", "!=2.8.0", "<1.0"])("%j: nothing", (specifier) => {
    expect(pinOf("apache-airflow", specifier)).toBeUndefined();
  });
  test("a provider without a lower bound is not known", () => {
    expect(pinOf("apache-airflow-providers-ssh", "<4")).toBeUndefined();
  });
});

test("requirement lines in all their spellings", () => {
  const text = [
    "# apache-airflow==1.10.15",
    'Apache_Airflow[ssh, amazon] >= 2.7 , < 3 ; python_version < "3.12"  # core',
    "apache-airflow-providers-ssh==3.10.1 \\",
    "    --hash=sha256:abc",
    "apache-airflow-providers-amazon (>=8.0)",
    "apache-airflow-client==2.0.0",
    "airflow-code-editor==7.0",
    "apache-airflow-providers-http",
    "-e .",
  ].join("\r\n");
  expect(Object.fromEntries([...pinsOf(requirementLines(text))].map(([name, pin]) => [name, pin.version]))).toEqual({
    "apache-airflow": "2.7.0",
    "apache-airflow-providers-ssh": "3.10.1",
    "apache-airflow-providers-amazon": "8.0.0",
  });
});

test("constraints URL", () => {
  const url = "https://raw.githubusercontent.com/apache/airflow/constraints-2.9.3/constraints-3.11.txt";
  expect(constraintVersion(`pip install -c "${url}"`)).toBe("2.9.3");
  expect(constraintVersion("constraints-main/constraints-3.11.txt")).toBeUndefined();
});

describe("images", () => {
  test.each([
    ["apache/airflow:2.9.3-python3.11", "2.9.3"],
    ["apache/airflow:slim-2.9.3-python3.11", "2.9.3"],
    ["docker.io/apache/airflow:3.0.0", "3.0.0"],
    ["registry.corp:5000/mirror/apache/airflow:2.8.1@sha256:00ff", "2.8.1"],
    ["apache/airflow:3.1.0rc2", "3.1.0rc2"],
    ["quay.io/astronomer/astro-runtime:12.1.0", "2.10.0"],
    ["quay.io/astronomer/astro-runtime:11.10.0-python-3.11-base", "2.9.0"],
    ["quay.io/astronomer/astro-runtime:3.0.4", "2.1.0"],
    ["astrocrpublic.azurecr.io/runtime:3.0-4", "3.0.0"],
    ["astrocrpublic.azurecr.io/runtime:3.1-2-slim", "3.1.0"],
    ["quay.io/astronomer/ap-airflow:2.2.5-5-buster-onbuild", "2.2.5"],
    ["puckel/docker-airflow:1.10.9", "1.10.9"],
  ])("%s", (image, version) => {
    expect(airflowOfImage(image)).toBe(version);
  });
  test.each([
    "apache/airflow:latest",
    "apache/airflow",
    "corp/airflow:7.1.0",
    "python:3.11.2",
    "",
    "quay.io/astronomer/astro-runtime:99.0.0",
  ])("%j: nothing", (image) => {
    expect(airflowOfImage(image)).toBeUndefined();
  });

  test("a Dockerfile's arguments are filled in, and pip's pins are seen", () => {
    const facts = readDockerfile(
      [
        "ARG AIRFLOW_VERSION=2.9.3",
        'ARG PYTHON="3.11"',
        "FROM python:3.11 AS wheels",
        "# FROM apache/airflow:1.10.15",
        `FROM --platform=linux/amd64 apache/airflow:${variable("AIRFLOW_VERSION")}-python$PYTHON`,
        "RUN pip install \\",
        '    "apache-airflow-providers-ssh==3.10.1" \\',
        `    --constraint "https://raw.githubusercontent.com/apache/airflow/constraints-${variable("AIRFLOW_VERSION")}/constraints-3.11.txt"`,
      ].join("\n"),
    );
    expect(facts.airflow).toBe("2.9.3");
    expect(facts.constraint).toBe("2.9.3");
    expect(facts.pins.get("apache-airflow-providers-ssh")?.version).toBe("3.10.1");
  });

  test("an argument without a value tells nothing", () => {
    expect(readDockerfile(`ARG V\nFROM apache/airflow:${variable("V")}\n`).airflow).toBeUndefined();
  });

  test("compose files", () => {
    const text = `x-common:\n  image: ${variable("AIRFLOW_IMAGE_NAME:-apache/airflow:2.10.4")}\nservices:\n  db:\n    image: postgres:13\n`;
    expect(airflowOfCompose(text)).toBe("2.10.4");
    expect(airflowOfCompose("services:\n  a:\n    # image: apache/airflow:2.1.0\n    image: redis\n")).toBeUndefined();
  });
});

describe("the project's version", () => {
  test("nothing told: the newest", () => {
    expect(found()).toBe(`${newestAirflow} default`);
  });

  test("each source in its turn, the surest first", () => {
    write("docker-compose.yaml", "services:\n  a:\n    image: apache/airflow:2.1.1\n");
    expect(found()).toBe("2.1.1 image");
    write("Dockerfile", "FROM apache/airflow:2.2.2\n");
    expect(found()).toBe("2.2.2 image");
    write("pyproject.toml", '[project]\ndependencies = ["apache-airflow>=2.3.3"]\n');
    expect(found()).toBe("2.3.3 requirement");
    write("requirements.txt", "apache-airflow>=2.4\n");
    expect(found()).toBe("2.4.0 requirement");
    write("constraints-3.11.txt", "apache-airflow==2.5.3\n");
    expect(found()).toBe("2.5.3 constraint");
    write("requirements.txt", "apache-airflow[ssh]==2.6.3\n");
    expect(found()).toBe("2.6.3 requirement");
    write(
      "uv.lock",
      'version = 1\n\n[[package]]\nname = "apache-airflow"\nversion = "2.7.3"\nsource = { registry = "x" }\n',
    );
    expect(found()).toBe("2.7.3 lock");
    const configured = { airflow: "2.8.4", providers: {} };
    expect(detectTarget(root, root, configured)).toMatchObject({ airflow: "2.8.4", origin: "setting" });
  });

  test.each([
    ["poetry.lock", '[[package]]\r\nname = "apache-airflow"\r\nversion = "2.9.1"\r\n', "2.9.1 lock"],
    ["Pipfile.lock", '{"default": {"apache-airflow": {"extras": ["ssh"], "version": "==2.9.1"}}}', "2.9.1 lock"],
    ["Pipfile", '[packages]\napache-airflow = {version = "==2.9.1", extras = ["ssh"]}\n', "2.9.1 requirement"],
    ["pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\napache-airflow = "^2.9"\n', "2.9.0 requirement"],
    [
      "pyproject.toml",
      '[tool.poetry.group.dev.dependencies]\napache-airflow = {version = "~2.9.1"}\n',
      "2.9.1 requirement",
    ],
    ["pyproject.toml", '[project.optional-dependencies]\nairflow = ["apache-airflow~=2.9.1"]\n', "2.9.1 requirement"],
    [
      "pyproject.toml",
      '[dependency-groups]\ndev = ["apache-airflow==2.9.1", {include-group = "x"}]\n',
      "2.9.1 requirement",
    ],
    ["requirements/base.txt", "apache-airflow==2.9.1\n", "2.9.1 requirement"],
    ["requirements-dev.txt", "apache-airflow-core==3.0.2\n", "3.0.2 requirement"],
    ["Dockerfile", 'FROM python:3.11\nRUN pip install "apache-airflow[ssh]==2.9.1"\n', "2.9.1 image"],
  ])("%s", (path, text, expected) => {
    write(path, text);
    expect(found()).toBe(expected);
  });

  test.each([
    ["pyproject.toml", "[project\n"],
    ["pyproject.toml", "project = 5\ntool = []\n"],
    ["Pipfile.lock", "{"],
    ["uv.lock", "\0\0"],
    ["requirements.txt", "===\n@@@\n==2.0\n"],
  ])("a broken %s tells nothing and breaks nothing", (path, text) => {
    write(path, text);
    expect(found()).toBe(`${newestAirflow} default`);
  });

  test("the nearest directory decides, and nothing above the top is read", () => {
    write(
      "requirements.txt",
      "apache-airflow==2.6.3\napache-airflow-providers-ssh==3.7.0\napache-airflow-providers-http==4.1.0\n",
    );
    write("dags/requirements.txt", "apache-airflow==2.8.4\napache-airflow-providers-ssh==3.9.0\n");
    expect(found()).toBe("2.8.4 requirement");
    expect([provider("ssh"), provider("http"), provider("amazon")]).toEqual(["3.9.0", "4.1.0", undefined]);
    const own = detectTarget(join(root, "dags/deep"), join(root, "dags/deep"), { airflow: undefined, providers: {} });
    expect(own.origin).toBe("default");
  });

  test("configured providers, by short or full name", () => {
    write("requirements.txt", "apache-airflow-providers-ssh==3.7.0\n");
    const providers = { ssh: "4.0.0", "apache-airflow-providers-common-sql": "1.2.0" };
    expect(detectTarget(root, root, { airflow: undefined, providers }).providers).toEqual({
      "apache-airflow-providers-ssh": "4.0.0",
      "apache-airflow-providers-common-sql": "1.2.0",
    });
  });

  test("settings stop at the repository's root", () => {
    write("requirements.txt", "apache-airflow==2.6.3\n");
    mkdirSync(join(root, "dags/.git"));
    expect(loadSettings(join(root, "dags")).settings.project.target.origin).toBe("default");
    expect(loadSettings(root).settings.project.target.airflow).toBe("2.6.3");
  });
});
