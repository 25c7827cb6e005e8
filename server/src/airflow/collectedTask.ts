/** A task as the walk through the file leaves it. */
import type { Task, TaskScript } from "./dagfile.ts";

/** A task as far as it is known before its scripts are read. */
export type BareTask = Omit<Task, "scripts">;

/** What a call or a decorated function says of its task. */
export type Found = Omit<BareTask, keyof Placed>;

/** Where it stands. */
type Placed = Pick<Task, "scope" | "dag" | "dagless" | "group" | "repeated" | "executedBy">;

/** A task whose scripts are read when they are asked for. */
export class CollectedTask implements Task {
  readonly id: Task["id"];
  readonly variable: Task["variable"];
  readonly form: Task["form"];
  readonly mapped: boolean;
  readonly repeated: boolean;
  readonly operator: Task["operator"];
  readonly dag: Task["dag"];
  readonly dagless: boolean;
  readonly group: Task["group"];
  readonly call: Task["call"];
  readonly made: Task["made"];
  readonly completion: Task["completion"];
  readonly expansion: Task["expansion"];
  readonly override: Task["override"];
  readonly decorator: Task["decorator"];
  readonly callable: Task["callable"];
  readonly span: Task["span"];
  readonly statement: Task["statement"];
  readonly scope: Task["scope"];
  readonly executedBy: Task["executedBy"];
  readonly #scriptsOf: (task: BareTask) => readonly TaskScript[];
  #scripts: readonly TaskScript[] | undefined;

  constructor(
    found: Found,
    { scope, dag, dagless, group, repeated, executedBy }: Placed,
    scriptsOf: (task: BareTask) => readonly TaskScript[],
  ) {
    this.id = found.id;
    this.variable = found.variable;
    this.form = found.form;
    this.mapped = found.mapped;
    this.repeated = repeated;
    this.operator = found.operator;
    this.dag = dag;
    this.dagless = dagless;
    this.group = group;
    this.call = found.call;
    this.made = found.made;
    this.completion = found.completion;
    this.expansion = found.expansion;
    this.override = found.override;
    this.decorator = found.decorator;
    this.callable = found.callable;
    this.span = found.span;
    this.statement = found.statement;
    this.scope = scope;
    this.executedBy = executedBy;
    this.#scriptsOf = scriptsOf;
  }

  get scripts(): readonly TaskScript[] {
    this.#scripts ??= this.#scriptsOf(this);
    return this.#scripts;
  }
}
