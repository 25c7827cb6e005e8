/** What kubectl starts and what it waits for. */
import { type OptionSpec, options } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import type { ShellCommand, Word } from "./script.ts";
import type { Visit } from "./walk.ts";

/** Resources whose end is their purpose: a Job, and what operators of a cluster run to an end. */
const ends =
  /^(?:Job|JobSet|(?:PyTorch|TF|MPI|XGBoost|Paddle|MXNet|Ray|Train|Volcano|Flink)Job|SparkApplication|Workflow|PipelineRun|TaskRun)$/;

/** `jobs/load.yaml`, `load-job.yml`; no `cronjob.yaml`, which only sets a clock. */
const jobFile = /(?:^|[^a-z])(?<!cron[-_]?)jobs?(?:[^a-z]|$)/i;

/**
 * Whether `kubectl create job`, or `apply`, `create` or `replace` with a manifest that is a job by its text or its name.
 * `visit`: where the command stands, for a manifest that is piped into it.
 */
export function startsKubernetesJob(command: ShellCommand, visit?: Visit): boolean {
  const { flags, operands } = options(command.words.slice(1), optionSpecs.kubectl);
  const [verb, kind] = operands.map((one) => one.text);
  if (verb === "create" && kind === "job") return true;
  if (verb !== "apply" && verb !== "create" && verb !== "replace") return false;
  const files = [...(flags.get("f") ?? []), ...(flags.get("filename") ?? [])].map((one) => one.text ?? "");
  if (files.includes("-")) return manifests(command, visit).some(isJob);
  return files.some((one) => jobFile.test(one.replaceAll(/\{\{[\s\S]*?\}\}|\$\{?\w+\}?/g, "_")));
}

function manifests(command: ShellCommand, visit: Visit | undefined): string[] {
  const own = command.redirects.flatMap((one) => one.body?.text ?? []);
  const pipeline = visit?.parents.at(-1);
  if (pipeline?.kind !== "pipeline") return own;
  const [before] = pipeline.stages;
  if (before?.kind !== "command" || before === command) return own;
  return [
    ...own,
    ...before.redirects.flatMap((one) => one.body?.text ?? []),
    before.words.map((one) => one.text).join(" "),
  ];
}

function isJob(manifest: string): boolean {
  return [...manifest.matchAll(/\bkind["']?\s*:\s*["']?(\w+)/g)].some(([, kind = ""]) => ends.test(kind));
}

/** `kubectl wait` for a condition. */
export type KubernetesWait = {
  /** As written: `complete`. */
  readonly condition: string;
  /** The word that names it: `--for=condition=complete`. */
  readonly word: Word;
  /** As written: `600s`; undefined without `--timeout`. */
  readonly timeout: string | undefined;
};

/** What a command waits for; undefined for any other command, for another kind of condition, and when options may be in a variable. */
export function kubernetesWait(command: ShellCommand): KubernetesWait | undefined {
  if (command.program !== "kubectl" && command.program !== "oc") return undefined;
  const spec: OptionSpec = { ...optionSpecs.kubectl, long: { ...optionSpecs.kubectl.long, for: ":", timeout: ":" } };
  const { flags, operands, unknownOptions } = options(command.words.slice(1), spec);
  if (operands[0]?.text !== "wait" || unknownOptions) return undefined;
  const given = flags.get("for")?.at(-1);
  const condition = /^condition=["']?(\w+)(?:=true)?["']?$/i.exec(given?.text ?? "")?.[1];
  if (!given || condition === undefined) return undefined;
  return { condition, word: given.word, timeout: flags.get("timeout")?.at(-1)?.text };
}
