/** The only list of options: what `tether.toml` and `[tool.tether]` may hold. */
import { z } from "zod";
import { parseDuration } from "./duration.ts";

const selectors = z.array(z.string());

/** What is told of a wrong duration. */
export const durationExpected = 'expected seconds or a duration such as "90s", "45m" or "1h30m"';

/** Seconds, written as a number or as `1h30m`. */
export const duration = z.union([z.number(), z.string()], { error: durationExpected }).transform((written, context) => {
  const seconds = parseDuration(written);
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: "custom", message: durationExpected });
  return z.NEVER;
});

const version = z.string({ error: 'expected a version in quotes, such as "2.9.3"' }).regex(/^\d+(\.\d+){0,2}$/, {
  error: 'expected a version such as "2.9.3" or "3.0"',
});

const limitsSchema = z.strictObject({
  "execution-timeout": duration
    .optional()
    .describe("The `execution_timeout` that fixes give a task. Tether's own proposal: 1 h."),
  "command-timeout": duration
    .optional()
    .describe(
      "The `cmd_timeout` that fixes give a command run over ssh in the foreground. Tether's own proposal: 10 min.",
    ),
  "remote-job-timeout": duration
    .optional()
    .describe("The `timeout` that fixes give a remote job that is polled. Tether's own proposal: 4 h."),
  "sensor-timeout": duration.optional().describe("The `timeout` that fixes give a sensor. Tether's own proposal: 1 h."),
  "subprocess-timeout": duration
    .optional()
    .describe("The `timeout` that fixes give a call of `subprocess`. Tether's own proposal: 1 h."),
  "request-timeout": duration
    .optional()
    .describe("The `timeout` that fixes give an HTTP request. Tether's own proposal: 1 min."),
});

const airflowSchema = z.strictObject({
  "default-task-execution-timeout": duration
    .optional()
    .describe("What `[core] default_task_execution_timeout` says in your `airflow.cfg`."),
  "default-task-retries": z
    .int()
    .min(0)
    .optional()
    .describe("What `[core] default_task_retries` says: the `retries` of a task that is given none. Airflow's own: 0."),
  "default-sensor-timeout": duration.optional().describe("What `[sensors] default_timeout` says."),
  "default-deferrable": z.boolean().optional().describe("What `[operators] default_deferrable` says."),
  "dag-ignore-file-syntax": z
    .enum(["glob", "regexp"])
    .optional()
    .describe(
      "What `[core] dag_ignore_file_syntax` says. By default `.airflowignore` is read as Airflow 2 (regexp) or Airflow 3 (glob) would, by the project's Airflow version.",
    ),
});

/** The key of a rule's table that every rule has. */
export const severityName = "severity";

const severity = z.enum(["error", "warning", "info", "off"], {
  error: 'expected "error", "warning", "info" or "off"',
});

// A rule's other options are its own: ruleOptions.ts reads them where the rules are known.
const ruleSchema = z.union(
  [
    severity.transform((short) => ({ severity: short })),
    z.looseObject({
      severity: severity
        .optional()
        .describe("The severity of the rule's findings; `off` turns it off, the others turn it on."),
    }),
  ],
  { error: 'expected "error", "warning", "info", "off" or a table' },
);

/** Every option with its type, its description and its default, keyed as written in TOML. */
export const optionsSchema = z.strictObject({
  profile: z
    .enum(["recommended", "strict"])
    .default("recommended")
    .describe("The rules to start from: `recommended`, or `strict`, which adds the rules that ask for more."),
  select: selectors
    .optional()
    .describe("Rules to run instead of a profile's: names, codes (`TET101`, `TET1`), groups, or a profile."),
  "extend-select": selectors.default([]).describe("Rules to run besides those of the profile or `select`."),
  ignore: selectors
    .default([])
    .describe("Rules not to run. A rule's own name outweighs its group, in `select` as in `ignore`."),
  "per-file-ignores": z
    .record(z.string(), selectors)
    .default({})
    .describe("Rules not to run on files that match a glob, relative to the configuration file."),
  exclude: z
    .array(z.string())
    .default([])
    .describe("Globs of files and directories not to look into, relative to the configuration file."),
  "include-tests": z
    .boolean()
    .default(false)
    .describe(
      "Look into tests, too: folders named `tests` or `test`, but for those below a folder `dags`, and `conftest.py`. A file or folder that is named itself is always looked at.",
    ),
  src: z
    .array(z.string())
    .default([])
    .describe(
      "Folders that modules are imported from, relative to the configuration file, before those that are looked in anyway: the folders from a DAG's own up to the project's root, and `dags`, `plugins`, `config` and `src` in them.",
    ),
  "airflow-version": version
    .optional()
    .describe(
      "The Airflow version that the DAGs run on. By default it is read from lock files, requirements, constraints, `pyproject.toml` or a `Dockerfile`.",
    ),
  "provider-versions": z
    .record(z.string(), version)
    .default({})
    .describe("Versions of provider packages: `apache-airflow-providers-ssh` or just `ssh`."),
  limits: limitsSchema
    .default({})
    .describe("Numbers that fixes may write, in seconds or as `1h30m`. A fix that uses a number of yours is safe."),
  airflow: airflowSchema
    .default({})
    .describe("Values of your `airflow.cfg` that change what an absent argument means."),
  "ssh-connections": z
    .record(z.string(), z.string())
    .default({})
    .describe("Host of an ssh command, or `user@host`, which goes first → id of the Airflow connection for it."),
  rules: z
    .record(z.string(), ruleSchema)
    .default({})
    .describe("Per rule name: its severity, or a table with the severity and the rule's own options."),
});

/** The options after validation, durations in seconds, defaults filled in. */
export type Options = z.output<typeof optionsSchema>;

/** Options when nothing is configured. */
export const defaultOptions: Options = optionsSchema.parse({});
