/** A keyword argument as it is to be written: Python text, and the canonical names that the text needs imported. */
export type Keyword = { name: string; text: string; imports?: readonly string[] };

/** A Python literal that a keyword may hold. */
export type LiteralValue = string | number | boolean | null;

/** How an operator waits for what it starts. */
export type Wait =
  /** It always waits, but where an entry of a dict, or a keyword of an object, says otherwise. */
  | { always: true; unless?: { parameter: string; entry: string; is: LiteralValue } }
  /** One keyword decides. */
  | {
      parameter: string;
      /** The literal values of that keyword that mean: it waits. */
      waits: readonly LiteralValue[] | { above: number };
      /** `deferrable=True` waits whatever the keyword says. */
      impliedByDeferrable: boolean;
      /** It has a `deferrable` keyword (in its newest version). */
      deferrable: boolean;
      /** What to write to make it wait; leave out a keyword that the installed version does not have. */
      emit: readonly Keyword[];
    }
  /** It returns once the request is accepted; where it has `deferrable`, only `deferrable=True` waits. */
  | { never: true; deferrable?: boolean; emit?: readonly Keyword[] };

/** Where a sensor's argument comes from: the operator's return value or another XCom key of it, or its own argument. */
export type SensorArgument = {
  name: string;
  from: "output" | "xcom" | "argument" | "literal";
  /** The XCom key (from "xcom"), or the key to look up in the returned dict (from "output"). */
  key?: string;
  /** The index to look up in the returned list; -1 is the last. */
  index?: number;
  /** The operator's keyword (from "argument"). */
  argument?: string;
  /** Python text (from "literal"). */
  text?: string;
};

/** The sensor that watches what an operator started. */
export type SensorOf = {
  /** Canonical spelling. */
  class: string;
  arguments: readonly SensorArgument[];
  /** Keywords to repeat on the sensor where the operator has them: connection, region, project. */
  copies?: readonly string[];
  /** False: it also succeeds when the job failed, so that it watches, but does not report. */
  reportsFailure: boolean;
};

/** A keyword by which an operator bounds its own wait. */
export type OwnTimeout = {
  parameter: string;
  /** "attempts": a number of polls, each `delay` seconds apart. */
  unit: "seconds" | "minutes" | "timedelta" | "attempts";
  /** The keyword that holds the seconds between two polls. */
  delay?: string;
  /** Its default as Python text; absent: none, so no bound. */
  default?: string;
  /** Whether it ends the wait (false: it bounds something else, such as one request). */
  boundsWait: boolean;
};

/** Where a call can limit the work that it starts; the keywords of older versions count, too. */
export type WorkLimits = {
  /** Each of them is such a limit. */
  keywords?: readonly string[];
  /** Keywords that hold what is sent to the service ... */
  within?: readonly string[];
  /** ... with one of these entries, however deep, when it has a limit. */
  entries?: readonly string[];
  /** What these count; absent: seconds. */
  unit?: "seconds" | "minutes";
};

/** What an operator does about the work that it starts elsewhere. */
export type Behaviour = {
  /** Canonical spelling. */
  operator: string;
  wait: Wait;
  sensor?: SensorOf;
  /** What it starts, for a message: "the EMR steps". */
  product: string;
  /** How grave it is when nobody waits. */
  severity: "error" | "warning";
  timeout?: OwnTimeout;
  /**
   * What it polls until that ends, and for ever when it never does, for a message: "a Livy batch". Only where neither
   * the operator nor the service sets the work a limit by itself.
   */
  endless?: string;
  /** It leaves a stream to itself once that runs. */
  leavesStreams?: true;
  /**
   * The operator polls until the work ends and sets it no limit, but the service may: what is known of that.
   */
  lasting?: Lasting;
  /** Where a call can have the service, or the operator, end the work: beside `timeout`. */
  limits?: WorkLimits;
  /** It only waits for other machines where a keyword has this value. */
  only?: { parameter: string; is: LiteralValue };
  /** Absent: Airflow's `execution_timeout` ends the wait; `{ before }`: only with an Airflow older than that. */
  executionTimeoutBindsWait?: boolean | { before: string };
  /** First provider version (of those read) that waits; older ones return once the request is accepted. */
  waitsSince?: string;
  /** First provider version to recommend. */
  minimumProvider?: string;
  /** Where this was read: distribution, version, file. */
  source: string;
};

/** What the service does about work that goes on. */
export type ServiceEnd = {
  /** For a message: "BigQuery stops a query after 6 hours". */
  says: string;
  /** Seconds after which the service has ended it; absent: no limit is known. */
  seconds?: number;
  /** Such work is over in seconds, whatever the limit. */
  brief?: true;
};

/** What holds where no case is told, and what arguments tell; the first case that fits counts. */
export type Lasting = ServiceEnd & { cases?: readonly LastingCase[] };

/** A kind of work, told by an argument. */
export type LastingCase = ServiceEnd & {
  parameter: string;
  /** The key of its dict, `outer.inner` in dicts of dicts, whose value tells. */
  entry?: string;
  /** How its text begins, after comments of SQL; absent: that it is there is enough. */
  begins?: RegExp;
};

/** For {@link Behaviour.lasting}, where no number of the service is known. */
export const unlimited: Lasting = { says: "the operator sets no limit" };

/** In seconds. */
export const hour = 3600;

/** For {@link Behaviour.lasting}, where one number of the service holds for all. */
export const stops = (says: string, seconds: number): Lasting => ({ says, seconds });

/** `wait_for_completion=True` and its like. */
export const yes = (name: string): Keyword => ({ name, text: "True" });

/** Hands the wait to the triggerer. */
export const deferred: Keyword = yes("deferrable");

/** Decided by a keyword that waits when it is True. */
export function waitsIf(parameter: string, options: { implied?: boolean; deferrable?: boolean } = {}): Wait {
  const deferrable = options.deferrable ?? true;
  return {
    parameter,
    waits: [true],
    impliedByDeferrable: options.implied ?? false,
    deferrable,
    emit: deferrable ? [yes(parameter), deferred] : [yes(parameter)],
  };
}

/** Decided by a keyword that waits when it is False (`asynchronous=True` returns at once). */
export function waitsUnless(parameter: string, options: { implied?: boolean; deferrable?: boolean } = {}): Wait {
  const deferrable = options.deferrable ?? true;
  const off: Keyword = { name: parameter, text: "False" };
  return {
    parameter,
    waits: [false],
    impliedByDeferrable: options.implied ?? false,
    deferrable,
    emit: deferrable ? [off, deferred] : [off],
  };
}

/** The argument is the operator's return value, or a part of it. */
export const output = (name: string, part: { key?: string; index?: number } = {}): SensorArgument => ({
  name,
  from: "output",
  ...part,
});

/** The argument is what the operator pushed under an XCom key. */
export const xcom = (name: string, key: string): SensorArgument => ({ name, from: "xcom", key });

/** The argument repeats one of the operator's. */
export const same = (name: string, argument = name): SensorArgument => ({ name, from: "argument", argument });

/** The argument is fixed text. */
export const text = (name: string, python: string): SensorArgument => ({ name, from: "literal", text: python });

/** What a fact says besides which operator it is about, what that starts, how it waits, and where it was read. */
export type More = Partial<Omit<Behaviour, "operator" | "product" | "wait" | "source">>;

/** A fact about an operator whose unwatched work is no more than a warning, unless `more` says otherwise. */
export function warned(operator: string, source: string, product: string, wait: Wait, more: More = {}): Behaviour {
  return { operator, product, wait, severity: "warning", source, ...more };
}
