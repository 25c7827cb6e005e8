/** The model of one DAG file that rules read: plain values, no syntax tree. Spans are UTF-16 offsets into `text`. */
import type { OperatorClass } from "../catalog/operator.ts";
import type { Script } from "../shell/script.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import type { Call, ClassDef, Expr, FunctionDef, Module, Stmt } from "../syntax/python.ts";
import type { Names, Scope } from "../syntax/scope.ts";
import type { Result, Results } from "../syntax/uses.ts";
import type { Home, Value } from "../syntax/value.ts";
import type { Span } from "../text/span.ts";
import type { Made } from "./factories.ts";
import type { Project } from "./target.ts";

/** A class used to make a task, however it was imported. */
export type Operator = {
  /** As called in this file: `SSHOperator`. */
  readonly name: string;
  /** As imported: `airflow.contrib.operators.ssh_operator.SSHOperator`. */
  readonly imported: string;
  /** The catalogue's class; for a subclass of this workspace, its nearest known base. Undefined: not known to Tether. */
  readonly known: OperatorClass | undefined;
  /** The project's classes between the call and `known`, nearest first. */
  readonly subclasses: readonly ClassDef[];
  /** For those of the subclasses that stand in another file: which. */
  readonly homes?: ReadonlyMap<ClassDef, Home>;
};

/** Where an effective argument stands, in order of precedence for one task. */
export type Origin = "call" | "override" | "expand" | "partial" | "decorator" | "class" | "group" | "default_args";

/** A keyword that reaches the operator. */
export type Argument = {
  readonly name: string;
  readonly value: Expr;
  readonly resolved: Value;
  /** `name=value`, or the dict entry. */
  readonly span: Span;
  readonly origin: Origin;
  /** The call whose own argument list holds it, when one does. */
  readonly call: Call | undefined;
};

/** `unknown`: it may be there (`**kwargs`, unresolved `default_args`), so nothing may be concluded from its absence. */
export type Lookup = Argument | "absent" | "unknown";

/** A `DAG(…)` or `@dag` function. */
export type Dag = {
  readonly id: string | undefined;
  readonly form: "with" | "call" | "decorator";
  /** `DAG(…)` or `dag(…)`; a bare `@dag` has none. */
  readonly call: Call | undefined;
  readonly variable: string | undefined;
  readonly span: Span;
  /** In which its call's arguments are read. */
  readonly scope: Scope;
  /** Set where a function of another file makes it: `create_dag("load")`; then `call` is none of this file's. */
  readonly made?: Made | undefined;
};

/** A `TaskGroup(…)` or `@task_group` function. */
export type TaskGroup = {
  readonly id: string | undefined;
  readonly call: Call | undefined;
  readonly variable: string | undefined;
  readonly parent: TaskGroup | undefined;
  readonly dag: Dag | undefined;
  readonly span: Span;
  /** In which its call's arguments are read. */
  readonly scope: Scope;
};

/** A text that Airflow takes for the name of a Jinja template file, since it ends in one of the operator's `template_ext`. */
export type TemplateFile = {
  /** `.sh` */
  readonly extension: string;
  /** Whether such a file stands where Airflow looks for it; `unknown` when that cannot be told from here. */
  readonly exists: boolean | "unknown";
};

/** A shell text that a task runs. */
export type TaskScript = {
  /** `bash_command`, `command`, or `return` for `@task.bash`. */
  readonly argument: string;
  readonly value: Expr;
  readonly script: Script;
  /** Set when the text only names a file that Airflow loads; undefined too where `script` is that file's own text. */
  readonly template: TemplateFile | undefined;
  /** Another task makes it when it runs: it stands in that one's code, and Airflow renders nothing in it. */
  readonly handed?: true;
};

/** One task as written; in a loop or a factory it stands for many. */
export type Task = {
  readonly id: string | undefined;
  /** The name that it is bound to: `load = SSHOperator(…)`. */
  readonly variable: string | undefined;
  readonly form: "operator" | "taskflow";
  /** `.partial(…).expand(…)` */
  readonly mapped: boolean;
  /** Made inside a loop, a comprehension or a function called by others. */
  readonly repeated: boolean;
  readonly operator: Operator;
  readonly dag: Dag | undefined;
  /** Made where no DAG is, for one to take it later: `wait = Op(…)`, `wait >> task_of_a_dag`. No `default_args` reach it. */
  readonly dagless: boolean;
  readonly group: TaskGroup | undefined;
  /** `SSHOperator(…)`, `SSHOperator.partial(…)`; for TaskFlow the decorated function's call, undefined when it is never called. */
  readonly call: Call | undefined;
  /** Set where a function of another file makes it, `make_pod("load")`: no argument of it stands in `call`, which is undefined. */
  readonly made?: Made | undefined;
  /** `wait(…)` of `wait = functools.partial(ExternalTaskSensor, …)`; `call` is the partial then. */
  readonly completion?: Call | undefined;
  /** The `.expand(…)` or `.expand_kwargs(…)` call of a mapped task. */
  readonly expansion: Call | undefined;
  /** `.override(…)` of a TaskFlow task. */
  readonly override: Call | undefined;
  /** `@task(…)` of a TaskFlow task; undefined for a bare `@task`. */
  readonly decorator: Call | undefined;
  /** The function it runs: TaskFlow's own, or a resolved `python_callable`. */
  readonly callable: FunctionDef | undefined;
  readonly scripts: readonly TaskScript[];
  /** The smallest span that names it: `SSHOperator`, or the decorator's `task`. */
  readonly span: Span;
  /** The statement that makes it. */
  readonly statement: Stmt;
  readonly scope: Scope;
  /** Set for an operator that is no task: code that these tasks run makes it and calls its `execute`. */
  readonly executedBy?: Executing | undefined;
};

/** Who runs the code that makes an operator and calls its `execute`; both lists may be empty, as for the code of an operator's class. */
export type Executing = {
  readonly tasks: readonly Task[];
  /** Tasks of other files. */
  readonly users: readonly TaskPlace[];
  /** The code has Airflow render its templated arguments before. */
  readonly rendered: boolean;
};

/** `from` runs before `to`. */
export type Edge = {
  readonly from: Task;
  readonly to: Task;
  readonly form:
    | ">>"
    | "<<"
    | "set_downstream"
    | "set_upstream"
    | "chain"
    | "cross_downstream"
    | "argument"
    | "template";
  /** The text that refers to each end: a name in `a >> b`, a call's argument. */
  readonly fromSpan: Span;
  readonly toSpan: Span;
  /** The statement or expression that makes the edge. */
  readonly span: Span;
};

/** An order of which one end could not be followed to tasks: `load >> made_elsewhere()`. */
export type OpenEdge = {
  /** The tasks that are known to stand there. */
  readonly before: readonly Task[];
  readonly after: readonly Task[];
  /** False: other tasks may stand there too. */
  readonly beforeComplete: boolean;
  readonly afterComplete: boolean;
  readonly span: Span;
};

/** What a call inside a callable starts or talks to. */
export type RemoteCallKind =
  | "popen"
  | "subprocess"
  | "os-system"
  /** `SubprocessHook().run_command`: it raises for no exit status, and returns it. */
  | "hook-process"
  | "paramiko-connect"
  | "paramiko-exec"
  | "hook-exec"
  | "fabric-run"
  /** An SFTP or FTP session, or a transfer by a hook: `client.open_sftp`, `ftplib.FTP`, `SFTPHook.store_file`. */
  | "transfer"
  /** A request of requests, httpx, urllib …, or what makes one: `requests.get`, `httpx.Client`. */
  | "http"
  /** A request to a cloud that starts work and answers at once: boto3's `start_job_run`. */
  | "sdk-request"
  /** Started work behind an object that can be waited for: BigQuery's `query`, Azure's `begin_…`. */
  | "sdk-handle"
  /** A thread or process of Python's own that is made, not yet started. */
  | "thread"
  /** Work handed to an executor, a pool or an event loop. */
  | "future"
  | "fork"
  | "async-process"
  /** `time.sleep`, which stands in {@link DagFile.pauses} and not among the calls. */
  | "pause";

/** A process, ssh or HTTP call in code that a task runs. */
export type RemoteCall = {
  readonly kind: RemoteCallKind;
  /** The resolved name: `subprocess.run`, `paramiko.SSHClient.exec_command`. */
  readonly callee: string;
  readonly call: Call;
  /** The smallest span that names it: `subprocess.Popen`. */
  readonly span: Span;
  /** The innermost function around it. */
  readonly function: FunctionDef | undefined;
  /** The innermost class around it. */
  readonly owner: ClassDef | undefined;
  /** The command as one shell text, or as an argument vector; undefined when it can't be resolved. */
  readonly command: { readonly shell: Script } | { readonly argv: Script } | undefined;
  readonly result: Result;
  /** A task surely runs it: it is reached from a task of this file, or stands in an operator, sensor or hook. */
  readonly live: boolean;
  /** Tasks of this file that run it, directly or through functions of this file. */
  readonly tasks: readonly Task[];
  /** Tasks of other files that run it. */
  readonly users: readonly TaskPlace[];
  readonly scope: Scope;
};

/** A task as another file sees it: enough to say who runs a function, and whether something ends the wait. */
export type TaskPlace = {
  /** The DAG file, absolute. */
  readonly path: string;
  /** The smallest span that names the task there. */
  readonly span: Span;
  /** `PythonOperator "load"` */
  readonly label: string;
  /** False when it is certain that nothing ends the task: no `execution_timeout`, no `dagrun_timeout`. */
  readonly bounded: boolean;
  /** How often Airflow runs it again, as far as that is certain. */
  readonly retries?: number;
  /** It is told `deferrable=`, and not False. */
  readonly deferrable?: boolean;
};

/** A function, or a script, of another file that a task runs. */
export type Run = {
  /** The other file, absolute. */
  readonly path: string;
  /** `load`, `Loader.run`; undefined: the whole file, a shell script; or {@link Run.fault}. */
  readonly function: string | undefined;
  readonly task: TaskPlace;
  /** What is wrong with the task in a function there that makes it. */
  readonly fault?: Fault | undefined;
};

/** A fault that a rule found in one file and that stands in another. */
export type Fault = {
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly hint: string | undefined;
  /** Offsets in that other file. */
  readonly span: Span;
  /** The call that makes the task there. */
  readonly within: Span;
  /** What stands at `span`, so that a file that has changed since is told. */
  readonly text: string;
};

/** One file, understood. */
export type DagFile = {
  readonly path: string;
  readonly text: string;
  readonly module: Module;
  readonly names: Names;
  /** Works out what an expression is known to be. */
  readonly values: Evaluator;
  /** Tells what becomes of a call's result. */
  readonly results: Results;
  readonly project: Project;
  readonly dags: readonly Dag[];
  readonly groups: readonly TaskGroup[];
  readonly tasks: readonly Task[];
  /** Operators that the code of tasks makes and runs: `SSHOperator(…).execute(context)`. They are no tasks: theirs are the limits of those that run them. */
  readonly executed: readonly Task[];
  /** The tasks, and the operators that their code runs: for what an operator's own arguments decide. */
  readonly operators: readonly Task[];
  readonly edges: readonly Edge[];
  /** The `>>` that could not be followed; `hiddenFollowers` tells which tasks that concerns. */
  readonly openEdges: readonly OpenEdge[];
  /** No edge is open. */
  readonly edgesComplete: boolean;
  readonly calls: readonly RemoteCall[];
  /** Where the code that tasks run sleeps. */
  readonly pauses: readonly RemoteCall[];
  /** Tasks of other files that run the code at an offset of this one. */
  usersAt(offset: number): readonly TaskPlace[];
  /** What tasks of this file run that stands in other files. */
  readonly runs: readonly Run[];
  /** The other files that were read to understand this one, absolute: a change of theirs may change its findings. */
  readonly dependencies: readonly string[];
  /** Where the parser could not read. */
  readonly errors: readonly Span[];
};
