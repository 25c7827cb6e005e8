import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settingsResolver } from "../../server/src/engine/settings.ts";
import { Uses } from "../../server/src/engine/uses.ts";
import { type FileResult, lintWorkspace } from "../../server/src/engine/workspace.ts";

const root = mkdtempSync(join(tmpdir(), "tether-workspace-"));
afterAll(() => rmSync(root, { recursive: true }));
const broken = "from airflow import DAG\ndef broken(:\n";
beforeAll(() => {
  mkdirSync(join(root, ".git"));
  mkdirSync(join(root, "quiet"));
  writeFileSync(join(root, "quiet/tether.toml"), 'ignore = ["syntax-error", "unreadable-file"]\n');
  writeFileSync(join(root, "quiet/binary.py"), Buffer.from([0]));
  writeFileSync(join(root, "quiet/a.py"), broken);
  writeFileSync(join(root, "broken.py"), broken);
  writeFileSync(join(root, "plain.py"), "print(1)\n");
  writeFileSync(join(root, "binary.py"), Buffer.from([1, 0, 2]));
  writeFileSync(join(root, "latin.py"), Buffer.from("x = '\xe9'\n", "latin1"));
});

async function run(options: Parameters<typeof lintWorkspace>[2] = {}, paths = [root]) {
  const results: FileResult[] = [];
  const summary = await lintWorkspace(paths, settingsResolver().for, {
    ...options,
    onFile: (result) => {
      results.push(result);
      options.onFile?.(result);
    },
  });
  const lines = results.map(({ path, findings, skipped }) => {
    return [relative(root, path), skipped, ...findings.map((finding) => finding.rule)].filter(Boolean).join(" ");
  });
  return { summary, lines: lines.sort(), results };
}

describe("a workspace lint", () => {
  test("every file answers, bad ones with a finding; each directory has its own settings", async () => {
    const { summary, lines } = await run();
    expect(lines).toEqual([
      "binary.py binary unreadable-file",
      "broken.py syntax-error",
      "latin.py unreadable unreadable-file",
      "plain.py no-trigger",
      "quiet/a.py",
      "quiet/binary.py binary",
    ]);
    expect(summary).toEqual({ files: 6, findings: 3, cancelled: false });
  });

  test("progress counts up to all", async () => {
    const seen: string[] = [];
    await run({ onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
  });

  test("the text comes along where there are findings", async () => {
    const { results } = await run();
    const text = (name: string) => results.find(({ path }) => path === join(root, name))?.text;
    expect([text("broken.py"), text("plain.py"), text("binary.py")]).toEqual([broken, undefined, undefined]);
  });

  test("an open editor's text counts, not the file's", async () => {
    const { lines } = await run({ open: new Map([[join(root, "broken.py"), "import airflow\n"]]) });
    expect(lines).toContain("broken.py");
  });

  test("aborting ends it with what was found", async () => {
    const abort = new AbortController();
    const { summary, lines } = await run({ signal: abort.signal, onFile: () => abort.abort() });
    expect(summary).toMatchObject({ files: 1, cancelled: true });
    expect(lines).toHaveLength(1);
  });

  test("a path that does not exist is no file", async () => {
    expect((await run({}, [join(root, "nowhere")])).summary).toEqual({ files: 0, findings: 0, cancelled: false });
  });
});

describe("files that have to do with one another", () => {
  const dag = (name: string, imports: string) => `from airflow import DAG
from airflow.operators.python import PythonOperator
${imports}

with DAG("${name}"):
    PythonOperator(task_id="${name}", python_callable=load)
`;
  const left = 'import subprocess\n\n\ndef load():\n    subprocess.Popen(["./load.sh"])\n';

  function project(files: Readonly<Record<string, string>>): string {
    const top = mkdtempSync(join(root, "project-"));
    mkdirSync(join(top, ".git"));
    for (const [name, text] of Object.entries({ "tether.toml": 'select = ["popen-not-waited"]\n', ...files })) {
      mkdirSync(dirname(join(top, name)), { recursive: true });
      writeFileSync(join(top, name), text);
    }
    return top;
  }

  /** `path findings` of every result, in the order they came. */
  async function results(top: string, options: Parameters<typeof lintWorkspace>[2] = {}, paths = [top]) {
    const lines: string[] = [];
    const summary = await lintWorkspace(paths, settingsResolver().for, {
      ...options,
      onFile: ({ path, findings }) => lines.push(`${relative(top, path)} ${findings.length}`),
    });
    return { lines, summary };
  }

  test("a helper is linted again, once, when all that runs it is known", async () => {
    const top = project({
      "dags/a.py": dag("a", "from lib.jobs import load"),
      "dags/b.py": dag("b", "from lib.jobs import load"),
      "lib/jobs.py": left,
    });
    const seen: string[] = [];
    const { lines, summary } = await results(top, { onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(lines).toEqual(["dags/a.py 0", "dags/b.py 0", "lib/jobs.py 0", "lib/jobs.py 1"]);
    expect(summary).toEqual({ files: 3, findings: 1, cancelled: false });
    expect(seen).toEqual(["1/3", "2/3", "3/3", "4/4"]);
  });

  test("tasks that a helper makes are judged with each DAG that calls it, each fault once in the helper", async () => {
    const group = `from airflow.decorators import task_group
from airflow.providers.docker.operators.docker import DockerOperator


@task_group
def ingest(image):
    load = DockerOperator(task_id="load", image=image)
    check = DockerOperator(task_id="check", image=image)
    load >> check
`;
    const caller = (name: string, rest = "") => `from airflow import DAG
from lib.groups import ingest

with DAG("${name}"${rest}):
    ingest("ops/job:3")
`;
    const settings = { "tether.toml": 'select = ["missing-execution-timeout"]\n', "lib/groups.py": group };
    const both = project({ ...settings, "dags/a.py": caller("a"), "dags/b.py": caller("b") });
    const { lines } = await results(both);
    expect(lines).toEqual(["dags/a.py 0", "dags/b.py 0", "lib/groups.py 0", "lib/groups.py 2"]);
    const limited = caller("c", ', default_args={"execution_timeout": 60}');
    const bounded = project({ ...settings, "dags/c.py": limited });
    expect((await results(bounded)).lines).toEqual(["dags/c.py 0", "lib/groups.py 0"]);
  });

  test("a helper knows that Airflow retries the tasks that run it", async () => {
    const remote = `from airflow.providers.ssh.hooks.ssh import SSHHook


def load():
    with SSHHook("h").get_conn() as client:
        client.exec_command("/opt/load.sh --full")
`;
    const retried = dag("b", "from lib.jobs import load").replace("callable=load", "callable=load, retries=2");
    const settings = { "tether.toml": 'select = ["retries-duplicate-remote-job"]\n', "lib/jobs.py": remote };
    const once = project({ ...settings, "dags/a.py": dag("a", "from lib.jobs import load") });
    expect((await results(once)).lines).toEqual(["dags/a.py 0", "lib/jobs.py 0", "lib/jobs.py 0"]);
    const again = project({ ...settings, "dags/b.py": retried });
    expect((await results(again)).lines).toEqual(["dags/b.py 0", "lib/jobs.py 0", "lib/jobs.py 1"]);
  });

  test("nothing is linted twice where no file runs another's functions", async () => {
    const top = project({ "dags/a.py": dag("a", "def load():\n    pass"), "lib/jobs.py": left });
    expect((await results(top)).lines).toEqual(["dags/a.py 0", "lib/jobs.py 0"]);
  });

  test("helpers that run one another's functions in a circle come to an end", async () => {
    const top = project({
      "dags/a.py": dag("a", "from one import load"),
      "one.py": "import two\n\n\ndef load():\n    two.more()\n\n\ndef again():\n    load()\n",
      "two.py": `import one\n${left.replace("load()", "more()")}    one.again()\n`,
    });
    const { lines, summary } = await results(top);
    expect(lines.at(-1)).toMatch(/^(one\.py 0|two\.py 1)$/);
    expect(summary).toEqual({ files: 3, findings: 1, cancelled: false });
  });

  test("a helper that is a file of the search by another name is reported by the name of the search", async () => {
    const top = project({ "dags/a.py": dag("a", "from jobs import load"), "lib/jobs.py": left });
    symlinkSync(join(top, "lib/jobs.py"), join(top, "dags/jobs.py"));
    const paths = [join(top, "dags/a.py"), join(top, "lib/jobs.py")];
    const { lines } = await results(top, {}, paths);
    expect(lines).toEqual(["dags/a.py 0", "lib/jobs.py 0", "lib/jobs.py 1"]);
  });

  test("who runs what may be known before, and is told to who asks", async () => {
    const top = project({ "dags/a.py": dag("a", "from lib.jobs import load"), "lib/jobs.py": left });
    const uses = new Uses();
    await results(top, { uses });
    const [user, ...others] = uses.of(join(top, "lib/jobs.py"));
    expect([user?.function, user?.task.label, others]).toEqual(["load", 'PythonOperator "a"', []]);
    expect((await results(top, { uses }, [join(top, "lib/jobs.py")])).lines).toEqual(["lib/jobs.py 1"]);
  });

  test("a survey learns the same without rules, and passes over files that import nothing of the project", async () => {
    const top = project({
      "dags/a.py": dag("a", "from lib.jobs import load"),
      "dags/plain.py": dag("plain", "from os import load"),
      "lib/jobs.py": left,
    });
    const uses = new Uses();
    const skipped: string[] = [];
    await lintWorkspace([top], settingsResolver().for, {
      survey: true,
      uses,
      onFile: (result) => {
        if (result.skipped) skipped.push(relative(top, result.path));
        expect(result.findings).toEqual([]);
      },
    });
    expect(skipped).toEqual(["dags/plain.py", "lib/jobs.py"]);
    expect(uses.of(join(top, "lib/jobs.py"))).toHaveLength(1);
  });

  test("aborting leaves the helpers as they were", async () => {
    const top = project({ "a.py": dag("a", "from jobs import load"), "jobs.py": left });
    const abort = new AbortController();
    let done = 0;
    const { lines, summary } = await results(top, {
      signal: abort.signal,
      onProgress: () => {
        if (++done === 2) abort.abort();
      },
    });
    expect(lines).toEqual(["a.py 0", "jobs.py 0"]);
    expect(summary).toMatchObject({ findings: 0, cancelled: true });
  });

  const selected = { "tether.toml": 'select = ["missing-execution-timeout", "bash-background-command"]\n' };
  const making = `from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator


def make_pod(name, **kwargs):
    return KubernetesPodOperator(task_id=name, image="job", **kwargs)
`;
  const using = (name: string, more = "") => `from airflow import DAG
from lib.pods import make_pod

with DAG("${name}"):
    make_pod("${name}"${more})
    make_pod("${name}2"${more})
`;

  test("a fault of tasks that a helper makes is one finding in the helper, with the tasks", async () => {
    const top = project({ ...selected, "dags/a.py": using("a"), "dags/b.py": using("b"), "lib/pods.py": making });
    const found: FileResult[] = [];
    await lintWorkspace([top], settingsResolver().for, { onFile: (result) => found.push(result) });
    expect(found.map(({ path, findings }) => `${relative(top, path)} ${findings.length}`)).toEqual([
      "dags/a.py 0",
      "dags/b.py 0",
      "lib/pods.py 0",
      "lib/pods.py 1",
    ]);
    const [finding] = found.at(-1)?.findings ?? [];
    expect(finding).toMatchObject({ rule: "missing-execution-timeout", severity: "warning" });
    expect(making.slice(finding?.span.start, finding?.span.end)).toBe("KubernetesPodOperator");
    expect(finding?.related.map(({ message }) => message)).toEqual([
      'KubernetesPodOperator "a" is made by it',
      'KubernetesPodOperator "a2" is made by it',
      'KubernetesPodOperator "b" is made by it',
      'KubernetesPodOperator "b2" is made by it',
    ]);
  });

  test("it is silent where the callers give what is missing, and where the helper says that it knows", async () => {
    const given = using("a", ", execution_timeout=3600");
    expect((await results(project({ ...selected, "dags/a.py": given, "lib/pods.py": making }))).summary.findings).toBe(
      0,
    );
    const known = making.replace("    return", "    # tether: ignore[missing-execution-timeout]\n    return");
    expect(
      (await results(project({ ...selected, "dags/a.py": using("a"), "lib/pods.py": known }))).summary.findings,
    ).toBe(0);
  });

  test("a survey learns what is wrong with the tasks that a helper makes", async () => {
    const top = project({ ...selected, "dags/a.py": using("a"), "lib/pods.py": making });
    const uses = new Uses();
    await lintWorkspace([top], settingsResolver().for, { survey: true, uses });
    const told = uses.of(join(top, "lib/pods.py"));
    expect(told.map(({ task, fault }) => `${task.label} ${fault?.rule}`)).toEqual([
      'KubernetesPodOperator "a" missing-execution-timeout',
      'KubernetesPodOperator "a2" missing-execution-timeout',
    ]);
  });

  test("what a caller gives to the helper is reported at the caller", async () => {
    const shell = `from airflow.operators.bash import BashOperator


def run(name, command):
    return BashOperator(task_id=name, bash_command=f"set -e; {command}")
`;
    const text = 'from airflow import DAG\nfrom lib.sh import run\n\nwith DAG("a"):\n    run("x", "/opt/load &")\n';
    const { lines } = await results(project({ ...selected, "dags/a.py": text, "lib/sh.py": shell }));
    expect(lines).toEqual(["dags/a.py 1", "lib/sh.py 0"]);
  });
});
