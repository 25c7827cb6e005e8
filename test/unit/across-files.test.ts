/** The model across files: what a DAG file knows of the modules that it imports, and they of it. */
import { expect, test } from "vitest";
import { argument } from "../../server/src/airflow/arguments.ts";
import { isUnbounded, runTimeout } from "../../server/src/airflow/bounds.ts";
import { build, type Sources } from "../../server/src/airflow/build.ts";
import type { DagFile, Run } from "../../server/src/airflow/dagfile.ts";
import { hiddenFollowers } from "../../server/src/airflow/sight.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { sourceSpan } from "../../server/src/syntax/folded.ts";
import { type SourceSpan, slice } from "../../server/src/text/span.ts";

await ensureGrammars();

/** Files of one project, by path below `/dags/`; `common.ssh` and `.ssh` lead to `common/ssh.py`. */
function project(files: Readonly<Record<string, string>>): Sources {
  return {
    beside: () => undefined,
    read: () => undefined,
    module: (path, dotted) => {
      const [, dots = "", rest = ""] = /^(\.*)(.*)$/.exec(dotted) ?? [];
      const folders = path.split("/").slice(2, -1);
      const base = dots === "" ? [] : folders.slice(0, folders.length - dots.length + 1);
      const name = [...base, ...rest.split(".").filter(Boolean)].join("/");
      for (const file of [`${name}.py`, `${name}/__init__.py`]) {
        const text = files[file];
        if (text !== undefined) return { path: `/dags/${file}`, text };
      }
      return undefined;
    },
  };
}

function dag(text: string, files: Readonly<Record<string, string>>, users: readonly Run[] = []): DagFile {
  return build({ path: "/dags/dag.py", text }, unknownProject, project(files), users);
}

/** The texts of all scripts, with the file that each comes from. */
function texts(file: DagFile): string[] {
  return file.tasks.flatMap((task) =>
    task.scripts.map(({ script: { folded } }) => {
      const span = sourceSpan(folded, { start: 0, end: folded.text.length });
      const shown = file.text.slice(span.start, span.end);
      return `${folded.text} | ${shown}${span.elsewhere ? ` | ${span.elsewhere.path}` : ""}`;
    }),
  );
}

const head = "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n";

test("a constant of another module is its text, shown where it is used", () => {
  const file = dag(
    `${head}from common import settings\nfrom common.settings import CMD, Hosts\nwith DAG("d"):
    BashOperator(task_id="a", bash_command=CMD)
    BashOperator(task_id="b", bash_command=settings.CMD)
    BashOperator(task_id="c", bash_command=f"ping {Hosts.edge}")
`,
    { "common/settings.py": 'CMD = "ssh edge load"\nclass Hosts:\n    edge = "edge1"\n' },
  );
  expect(texts(file)).toEqual([
    "ssh edge load | CMD | /dags/common/settings.py",
    "ssh edge load | settings.CMD | /dags/common/settings.py",
    "ping edge1 | ping {Hosts.edge}",
  ]);
  expect(file.dependencies).toEqual(["/dags/common/settings.py"]);
});

test("a helper of another module is applied to its arguments; what was handed over stays at its place", () => {
  const file = dag(
    `${head}from common import on_host\nHOST = "edge1"\nwith DAG("d"):
    BashOperator(task_id="a", bash_command=on_host(HOST, "/opt/load.sh &"))
`,
    {
      "common/__init__.py": "from .ssh import on_host\n",
      "common/ssh.py":
        'OPTS = "-o BatchMode=yes"\ndef on_host(host, command):\n    return f"ssh {OPTS} {host} \'{command}\'"\n',
    },
  );
  expect(file.tasks[0]?.scripts[0]?.script.folded.text).toBe("ssh -o BatchMode=yes edge1 '/opt/load.sh &'");
  const folded = file.tasks[0]?.scripts[0]?.script.folded;
  const at = folded?.text.indexOf("/opt/load.sh") ?? 0;
  const span = folded && sourceSpan(folded, { start: at, end: at + 12 });
  expect(file.text.slice(span?.start, span?.end)).toBe("/opt/load.sh");
});

test("default_args, star imports and re-exports come from where they are defined", () => {
  const file = dag(
    `from common import *\nfrom common.ops import Remote\nwith DAG("d", default_args=ARGS):
    Remote(task_id="a", command="load")
`,
    {
      "common/__init__.py":
        'from airflow import DAG\nfrom datetime import timedelta\nARGS = {"execution_timeout": timedelta(hours=1)}\n',
      "common/ops.py": "from airflow.providers.ssh.operators.ssh import SSHOperator as Remote\n",
    },
  );
  const [task] = file.tasks;
  expect(task?.operator.known?.fqcn).toBe("airflow.providers.ssh.operators.ssh.SSHOperator");
  const found = task && argument(file, task, "execution_timeout");
  expect(typeof found === "object" ? found.resolved : found).toMatchObject({ kind: "timedelta", seconds: 3600 });
});

test("a subclass of another module brings its own arguments and its own execute", () => {
  const file = dag(
    `from airflow import DAG\nfrom common.ops import Remote, Own\nwith DAG("d"):
    Remote(task_id="a", command="load")
    Own(task_id="b", command="load")
`,
    {
      "common/base.py":
        "from airflow.providers.ssh.operators.ssh import SSHOperator\nclass Own(SSHOperator):\n    def execute(self, context):\n        pass\n",
      "common/ops.py":
        "from .base import *\nfrom airflow.providers.ssh.operators.ssh import SSHOperator\nclass Remote(SSHOperator):\n    def __init__(self, **kwargs):\n        super().__init__(cmd_timeout=60, **kwargs)\n",
    },
  );
  const [a, b] = file.tasks;
  const found = a && argument(file, a, "cmd_timeout");
  expect(typeof found === "object" ? [found.resolved.kind, found.origin] : found).toEqual(["number", "class"]);
  expect(b?.operator.subclasses.map((one) => one.name)).toEqual(["Own"]);
});

const helper = `import subprocess
from .shell import sh

def load(day):
    subprocess.run(["ssh", "edge", day])
    sh("x")

class Loader:
    def run(self):
        load("now")

def idle():
    subprocess.run(["true"])
`;

test("what tasks run in other modules is known, through modules that those import", () => {
  const file = dag(
    `from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom common import jobs\nfrom common.jobs import load
with DAG("d"):
    a = PythonOperator(task_id="a", python_callable=load)
    b = PythonOperator(task_id="b", python_callable=lambda: jobs.Loader().run())
`,
    { "common/jobs.py": helper, "common/shell.py": "import os\ndef sh(text):\n    os.system(text)\n" },
  );
  expect(file.runs.map((one) => `${one.path} ${one.function} ${one.task.label} ${one.task.bounded}`)).toEqual([
    '/dags/common/jobs.py load PythonOperator "a" false',
    '/dags/common/jobs.py load PythonOperator "b" false',
    '/dags/common/jobs.py Loader.run PythonOperator "b" false',
    '/dags/common/shell.py sh PythonOperator "a" false',
    '/dags/common/shell.py sh PythonOperator "b" false',
  ]);
});

test("a module's functions are live when tasks of other files run them", () => {
  const place = { path: "/dags/dag.py", span: { start: 3, end: 4 }, label: 'PythonOperator "a"', bounded: false };
  const users: Run[] = [{ path: "/dags/jobs.py", function: "Loader.run", task: place }];
  const file = build({ path: "/dags/jobs.py", text: helper }, unknownProject, project({}), users);
  expect(file.calls.map((one) => [one.live, one.users])).toEqual([
    [true, [place]],
    [false, []],
  ]);
  expect(file.usersAt(helper.indexOf("subprocess.run"))).toEqual([place]);
  expect(file.usersAt(helper.lastIndexOf("subprocess.run"))).toEqual([]);
});

test("modules that import each other, and names that lead nowhere, end", () => {
  const file = dag(
    `${head}from a import X, Y, f\nwith DAG("d"):
    BashOperator(task_id="a", bash_command=X)
    BashOperator(task_id="b", bash_command=f("x"))
    BashOperator(task_id="c", bash_command=Y)
`,
    {
      "a.py": "from b import X\nfrom b import f\nfrom b import Z as Y\n",
      "b.py": "from a import X, Y as Z\nfrom a import f as g\ndef f(x):\n    return g(x)\n",
    },
  );
  expect(texts(file)).toEqual([]);
});

test("what loops, callers and mapped tasks decide is read in each round", () => {
  const file = dag(
    `${head}JOBS = {"a": {"cmd": "load a"}, "b": {"cmd": "load b"}}
HOSTS = ["h1", "h2"]
def on(host, cmd, opts="-q"):
    return f"ssh {opts} {host} {cmd}"
def make(name, cmd):
    return BashOperator(task_id=name, bash_command="nice " + cmd)
with DAG("d"):
    for name, job in JOBS.items():
        BashOperator(task_id=name, bash_command=job["cmd"])
    for host in HOSTS:
        for i, day in enumerate(("mon", "tue")):
            cmd = on(host, day)
            BashOperator(task_id=f"{host}{i}", bash_command=cmd)
    make("x", "one")
    for more in ["two", UNKNOWN]:
        make("y", more)
    BashOperator.partial(task_id="m").expand(bash_command=["first", "second"])
`,
    {},
  );
  const found = file.tasks.map((task) => task.scripts.map((one) => one.script.folded.text));
  expect(found).toEqual([
    ["nice one", "nice two", "nice \uFFFC"],
    ["load a", "load b"],
    ["ssh -q h1 mon", "ssh -q h1 tue", "ssh -q h2 mon", "ssh -q h2 tue"],
    ["first", "second"],
  ]);
});

test("a parameter means what its only caller gives; a list that is changed, a @dag's parameter and recursion stay unknown", () => {
  const file = dag(
    `from airflow.decorators import dag
from datetime import timedelta
${head}CMDS = ["a"]
CMDS.append(other())
ARGS = {"execution_timeout": timedelta(minutes=5)}
def make(args, cmd):
    with DAG("d", default_args=args):
        BashOperator(task_id="a", bash_command=cmd)
        for one in CMDS:
            BashOperator(task_id="b", bash_command=one)
def again(n):
    return again(n) + "x"
@dag()
def daily(cmd="load"):
    BashOperator(task_id="c", bash_command=cmd)
    BashOperator(task_id="d", bash_command=again("y"))
make(ARGS, "only")
daily()
`,
    {},
  );
  const [a] = file.tasks;
  const limit = a && argument(file, a, "execution_timeout");
  expect(typeof limit === "object" ? limit.resolved : limit).toMatchObject({ kind: "timedelta", seconds: 300 });
  expect(file.tasks.map((task) => task.scripts.map((one) => one.script.folded.text))).toEqual([
    ["only"],
    [],
    [],
    [expect.stringMatching(/^\uFFFCx+$/)],
  ]);
});

const pods = `from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
def make_pod(name, image="busybox", limit=None, **kwargs):
    return KubernetesPodOperator(task_id=name, image=image, execution_timeout=limit, **kwargs)
def outer(name):
    pod = make_pod(name, image="inner")
    return pod
def pair(name):
    first = KubernetesPodOperator(task_id=name)
    first >> KubernetesPodOperator(task_id="after")
    return first
def changed(name):
    pod = KubernetesPodOperator(task_id=name)
    pod.execution_timeout = 60
    return pod
def create_dag(name, **kwargs):
    return DAG(name, default_args={"retries": 2}, dagrun_timeout=None, **kwargs)
`;

test("a function of another module that makes one task makes it with the arguments of the call", () => {
  const file = dag(
    `from airflow import DAG\nfrom lib import make_pod, outer\nwith DAG("d", default_args={"retries": 1}):
    a = make_pod("a", limit=60, queue="q")
    b = outer("b")
    a >> b
`,
    { "lib.py": pods },
  );
  expect(file.tasks.map(({ id, operator }) => `${operator.name} ${id}`)).toEqual([
    "KubernetesPodOperator a",
    "KubernetesPodOperator b",
  ]);
  expect(file.edgesComplete).toBe(true);
  expect(file.edges.map(({ from, to }) => `${from.id} ${to.id}`)).toEqual(["a b"]);
  const given = (at: number, name: string) => {
    const task = file.tasks[at];
    const found = task && argument(file, task, name);
    if (typeof found !== "object") return found;
    const { resolved } = found;
    return resolved.kind === "number"
      ? resolved.value
      : resolved.kind === "string"
        ? resolved.folded.text
        : resolved.kind;
  };
  expect(["image", "execution_timeout", "queue", "retries", "pool"].map((name) => given(0, name))).toEqual([
    "busybox",
    60,
    "q",
    1,
    "absent",
  ]);
  expect(["image", "execution_timeout", "queue"].map((name) => given(1, name))).toEqual(["inner", "none", "absent"]);
});

test("what the call gives stands in the file, what the function decides in the other", () => {
  const file = dag('from airflow import DAG\nfrom lib import make_pod\nwith DAG("d"):\n    make_pod("a", limit=60)\n', {
    "lib.py": pods,
  });
  const task = file.tasks[0];
  const place = (name: string) => {
    const found = task && argument(file, task, name);
    const span: SourceSpan | undefined = typeof found === "object" ? found.span : undefined;
    if (span?.elsewhere) return `${span.elsewhere.path} ${slice(pods, span.elsewhere.span)}`;
    return span && slice(file.text, span);
  };
  expect(place("execution_timeout")).toBe("60");
  expect(place("image")).toBe("/dags/lib.py image=image");
});

test("a function that makes more than one task makes all of them, one that changes its task is left alone", () => {
  const file = dag(
    'from airflow import DAG\nfrom lib import changed, pair\nwith DAG("d"):\n    pair("a")\n    changed("b")\n',
    {
      "lib.py": pods,
    },
  );
  expect(file.tasks.map((one) => one.made?.at.func.kind === "name" && one.made.at.func.id)).toEqual(["pair", "pair"]);
});

test("a DAG that a function of another module makes has that function's default_args", () => {
  const file = dag(
    `${head}from lib import create_dag\nwith create_dag("d"):\n    BashOperator(task_id="a", bash_command="true")
late = create_dag("e", **others)\nBashOperator(task_id="b", bash_command="true", dag=late)
`,
    { "lib.py": pods },
  );
  expect(file.tasks.map(({ dag: one }) => one?.id)).toEqual(["d", "e"]);
  expect(file.dags).toEqual([]);
  const [a, b] = file.tasks;
  const retries = a && argument(file, a, "retries");
  expect(typeof retries === "object" && retries.resolved).toMatchObject({ kind: "number", value: 2 });
  expect(a && isUnbounded(file, a)).toBe(true);
  expect(b && runTimeout(file, b)).toBe("none");
});

test("the DAG that a class keeps", () => {
  const file = dag(
    `${head}class Load:
    def __init__(self):
        self.dag = DAG("d", default_args={"retries": 3})
    def add(self):
        return BashOperator(task_id="a", bash_command="true", dag=self.dag)
class Other:
    def add(self):
        with self.dag:
            BashOperator(task_id="b", bash_command="true")
`,
    {},
  );
  expect(file.tasks.map(({ id, dag: one }) => `${id} ${one?.id}`)).toEqual(["a d", "b undefined"]);
});

test("a partial of an operator makes a task at each call that finishes it", () => {
  const file = dag(
    `${head}from functools import partial
run = partial(BashOperator, retries=2, queue="a")
with DAG("d"):
    run(task_id="a", bash_command="true") >> run(task_id="b", bash_command="false", queue="b")
`,
    {},
  );
  expect(file.tasks.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(file.edges.length).toBe(1);
  const queues = file.tasks.map((task) => {
    const found = argument(file, task, "queue");
    return typeof found === "object" && found.resolved.kind === "string"
      ? `${found.origin} ${found.resolved.folded.text}`
      : "";
  });
  expect(queues).toEqual(["partial a", "call b"]);
});

test("the tasks of a function of another module that makes several stand in the DAG of its call", () => {
  const lib = `from airflow.decorators import task_group
from airflow.operators.bash import BashOperator
from airflow.utils.task_group import TaskGroup


@task_group(group_id="load")
def load(host, wait=5):
    fetch = BashOperator(task_id="fetch", bash_command=f"ssh {host} fetch", retries=wait)
    for one in ("a", "b"):
        BashOperator(task_id="part", bash_command="ssh edge part")
    if host == "edge":
        BashOperator(task_id="sometimes", bash_command="ssh edge rest")
    inner("nested")
    with TaskGroup("late", default_args={"retries": 9}):
        BashOperator(task_id="grouped", bash_command="true")
    return fetch


def inner(name):
    with TaskGroup("inner"):
        BashOperator(task_id=name, bash_command="ssh edge inner")


def patched():
    made = BashOperator(task_id="patched", bash_command="ssh edge patched")
    made.execution_timeout = LIMIT
    other = BashOperator(task_id="other", bash_command="true")
    return [made, other]


@task_group(default_args={"retries": 3})
def with_defaults():
    BashOperator(task_id="defaulted", bash_command="ssh edge load")
    BashOperator(task_id="second", bash_command="ssh edge load")
`;
  const file = dag(
    `${head}from lib import load, patched, with_defaults\nwith DAG("d", default_args={"retries": 1}):
    first = BashOperator(task_id="first", bash_command="true")
    first >> load("edge1")
    patched()
    with_defaults()
load("nowhere")
`,
    { "lib.py": lib },
  );
  const retries = (task: (typeof file.tasks)[number]) => {
    const found = argument(file, task, "retries");
    return typeof found === "object" && found.resolved.kind === "number" ? found.resolved.value : found;
  };
  const seen = file.tasks.map((one) => [one.id, one.dag?.id, retries(one), one.repeated]);
  expect(seen).toEqual([
    ["first", "d", 1, false],
    ["fetch", "d", 5, false],
    ["part", "d", 1, true],
    ["nested", "d", 1, false],
  ]);
  expect(
    texts(file)
      .slice(1)
      .map((one) => one.replace(/ \|.*/, "")),
  ).toEqual(["ssh edge1 fetch", "ssh edge part", "ssh edge inner"]);
  // What runs around them is not known.
  const [first, ...made] = file.tasks;
  expect(made.every((one) => hiddenFollowers(file, one))).toBe(true);
  expect(first && hiddenFollowers(file, first)).toBe(true);
  expect(file.edges).toEqual([]);
  const spans = made.map((one): SourceSpan => one.span);
  expect(spans.map(({ elsewhere }) => elsewhere && slice(lib, elsewhere.span))).toEqual(
    spans.map(() => "BashOperator"),
  );
  expect(new Set(spans.map(({ elsewhere }) => elsewhere?.span.start)).size).toBe(3);
});

test("an operator that a helper runs has the limits of the tasks that call the helper", () => {
  const helper = `from airflow.providers.ssh.operators.ssh import SSHOperator
def load(**context):
    SSHOperator(task_id="x", ssh_conn_id="edge", command="load").execute(context)
`;
  const caller = (limit: string) =>
    dag(
      `from datetime import timedelta
from airflow import DAG
from airflow.operators.python import PythonOperator
from lib import load
with DAG("d"):
    PythonOperator(task_id="load", python_callable=load${limit})
`,
      { "lib.py": helper },
    );
  const unbounded = (runs: readonly Run[]) => {
    const file = dag(helper, {}, runs);
    expect(file.tasks).toEqual([]);
    return file.executed.map((one) => isUnbounded(file, one));
  };
  expect(unbounded([])).toEqual([]);
  expect(unbounded(caller("").runs)).toEqual([true]);
  expect(unbounded(caller(", execution_timeout=timedelta(hours=1)").runs)).toEqual([false]);
});
