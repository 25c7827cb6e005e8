/** From a source text to the model that rules read. */

import { bindNames } from "../syntax/bind.ts";
import { evaluator } from "../syntax/evaluator.ts";
import { projectOf } from "../syntax/imported.ts";
import { lowerModule } from "../syntax/lower.ts";
import { results } from "../syntax/uses.ts";
import { collectCalls } from "./calls.ts";
import { type Collected, collect } from "./collect.ts";
import type { BareTask } from "./collectedTask.ts";
import type { DagFile, RemoteCall, Run, Task, TaskScript } from "./dagfile.ts";
import { collectEdges } from "./edges.ts";
import { executedBy, withoutExecuted } from "./executed.ts";
import { openedModule, passing, runsOf, scriptFiles, usersAt } from "./modules.ts";
import { runBy } from "./reach.ts";
import { scriptsOf } from "./scripts.ts";
import type { Project } from "./target.ts";
import type { Templates } from "./templates.ts";
import { projectFor } from "./versions.ts";

/** A file's path (as reported) and its text. A byte order mark stays its first character, so that offsets and edits fit the file. */
export type Source = { readonly path: string; readonly text: string };

const airflowWord = /\bairflow\b/;

/** Whether a text can hold anything for Tether; when not, it is never parsed. */
export function relevant(text: string): boolean {
  return airflowWord.test(text);
}

/** What may be asked of the files around a source. */
export type Sources = {
  /** Whether a file stands beside `path` under a relative name; undefined when `path` is not on a disk. */
  readonly beside: (path: string, name: string) => boolean | undefined;
  /** The text of the file at an absolute path, from an open editor or the disk; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
  /**
   * The file that importing a dotted module name in the file at `path` would load, if it is a file of the project:
   * `common.ssh`, `.helpers`, `..lib.hosts`. Undefined for installed packages and the standard library.
   */
  readonly module: (path: string, dotted: string) => Source | undefined;
};

/** Nothing is known of any other file. */
const noSources: Sources = { beside: () => undefined, read: () => undefined, module: () => undefined };

/**
 * Reads one file. Never throws for bad Python; the grammars must be loaded. `users` are the tasks of other files that
 * run functions of this one.
 */
export function build(
  source: Source,
  project: Project,
  sources: Sources = noSources,
  users: readonly Run[] = [],
): DagFile {
  const module = lowerModule(source.text);
  const around = projectOf((path, dotted) => openedModule(sources.module(path, dotted)));
  const imports = around.importsOf(source.path);
  const names = bindNames(module, imports);
  const values = evaluator(names, { path: source.path, imports, passing });
  const templates: Templates = {
    folder: /^.*[/\\]/s.exec(source.path)?.[0] ?? "",
    beside: (name) => sources.beside(source.path, name),
    read: sources.read,
  };
  const scripts = (task: BareTask): readonly TaskScript[] => scriptsOf(values, task, templates);
  const outcomes = results(module);
  const { found, made } = withoutExecuted(collect(module, values, scripts), outcomes, source.text);
  const { tasks } = found;
  const { edges, open: openEdges } = collectEdges(module, values, found);
  const reached = runBy({ module, names, tasks, users, imports, importsOf: around.importsOf });
  const executed = made.flatMap((one) => executedBy(one, reached.here, outcomes, scripts) ?? []);
  const calls = collectCalls(module, values, outcomes, reached.here, tasks.length > 0);
  return new BuiltFile(
    source,
    module,
    values,
    outcomes,
    projectFor(project, names, source.text, tasks.concat(made)),
    found,
    executed,
    edges,
    openEdges,
    calls,
    {
      around,
      reached,
      used: users.length > 0,
    },
  );
}

/**
 * What was built, with late parts. A class, since each object literal with a `get` is a shape of its own to V8: whoever
 * reads such objects is slow, and the shape keeps the object alive until a full collection.
 */
class BuiltFile implements DagFile {
  readonly path: string;
  readonly text: string;
  readonly module: DagFile["module"];
  readonly names: DagFile["names"];
  readonly values: DagFile["values"];
  readonly results: DagFile["results"];
  readonly project: Project;
  readonly dags: DagFile["dags"];
  readonly groups: DagFile["groups"];
  readonly tasks: DagFile["tasks"];
  readonly executed: DagFile["executed"];
  readonly operators: DagFile["operators"];
  readonly edges: DagFile["edges"];
  readonly openEdges: DagFile["openEdges"];
  readonly edgesComplete: boolean;
  readonly calls: readonly RemoteCall[];
  readonly pauses: readonly RemoteCall[];
  readonly errors: DagFile["errors"];
  readonly #surroundings: Surroundings;
  #runs: readonly Run[] | undefined;

  constructor(
    { path, text }: Source,
    module: DagFile["module"],
    values: DagFile["values"],
    outcomes: DagFile["results"],
    project: Project,
    { dags, groups, tasks }: Collected,
    executed: readonly Task[],
    edges: DagFile["edges"],
    openEdges: DagFile["openEdges"],
    calls: readonly RemoteCall[],
    surroundings: Surroundings,
  ) {
    this.path = path;
    this.text = text;
    this.module = module;
    this.names = values.names;
    this.values = values;
    this.results = outcomes;
    this.project = project;
    this.dags = dags;
    this.groups = groups;
    this.tasks = tasks;
    this.executed = executed;
    this.operators = executed.length > 0 ? [...tasks, ...executed] : tasks;
    this.edges = edges;
    this.openEdges = openEdges;
    this.edgesComplete = openEdges.length === 0;
    this.calls = calls.filter((one) => one.kind !== "pause");
    this.pauses = calls.filter((one) => one.kind === "pause");
    this.errors = module.errors;
    this.#surroundings = surroundings;
  }

  usersAt(offset: number): ReturnType<DagFile["usersAt"]> {
    return this.#surroundings.used ? usersAt(this.#surroundings.reached.here, offset) : [];
  }

  get runs(): readonly Run[] {
    this.#runs ??= runsOf(this, this.#surroundings.reached.elsewhere);
    return this.#runs;
  }

  get dependencies(): readonly string[] {
    return [...new Set([...this.#surroundings.around.homes.keys(), ...scriptFiles(this.operators)])];
  }
}

/** What a file's late parts are read from. */
type Surroundings = {
  readonly around: ReturnType<typeof projectOf>;
  readonly reached: ReturnType<typeof runBy>;
  /** Tasks of other files run some of it. */
  readonly used: boolean;
};
