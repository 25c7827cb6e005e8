/** One way of writing a default: a literal, an expression that is not one, or no default at all. */
export type Default =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "expression"; text: string }
  | { kind: "required" };

/**
 * One keyword of a constructor. `since` and `until` are versions of the class's provider: the first one read that
 * has it, and the last one read that still has it (absent: since the first, until the newest).
 */
export type Parameter = {
  name: string;
  /** The default in the newest version that has the parameter. */
  default: Default;
  since?: string;
  until?: string;
  /** Every default it ever had, oldest first; only where it changed. */
  history?: { since: string; default: Default }[];
  /** The class that declares it, where that is not the class asked for. */
  inherited?: string;
};

/** What a class is to a DAG author. */
export type OperatorKind = "operator" | "sensor" | "hook" | "other";

/** A class (or, for kind "other", a name) that DAG files import from Airflow or a provider. */
export type OperatorClass = {
  name: string;
  module: string;
  /** The newest spelling, for example `airflow.providers.ssh.operators.ssh.SSHOperator`. */
  fqcn: string;
  /** The distribution that holds it: `apache-airflow-providers-ssh`, or `apache-airflow` for the core and its SDK. */
  provider: string;
  kind: OperatorKind;
  /** Canonical spellings of the direct bases that the catalogue knows. */
  bases: string[];
  /** Every spelling of the class and of all that it descends from. */
  lineage: ReadonlySet<string>;
  /** First and last version of `provider` that has it (absent: the first and the newest that were read). */
  since?: string;
  until?: string;
  templateFields: string[];
  templateExt: string[];
  /** Whether it, or a base below BaseOperator, overrides `on_kill`. */
  hasOnKill: boolean;
};

/** Distribution name to version, `apache-airflow` among them; an absent version is not known. */
export type ProviderVersions = Readonly<Record<string, string | undefined>>;
