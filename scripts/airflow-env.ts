/**
 * Installs the Python environments of the real-Airflow tests into `.cache/airflow/<name>/`: the newest Airflow 3 and
 * 2.11, each with the providers that fixes emit, from PyPI and at the versions of `test/airflow/<name>.lock.txt`.
 * About 2 GB each, shared where they agree. A complete environment is recognised by its stamp and left alone.
 *
 * `npx tsx scripts/airflow-env.ts [--lock] [NAME…]`; `--lock` first resolves `<name>.txt` anew into the lock files.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cache, environmentNames, type Layout, layout, uvVersion, wantedStamp } from "../test/airflow/layout.ts";

/** Airflow 2.11 has no release for a newer Python, and ssh provider 7 none for an older one. */
const pythons = ["3.11", "3.12"];

/** A step's outcome: `undefined` when it worked, else what the program said. */
type Failure = string | undefined;

function run(program: string, words: readonly string[]): Failure {
  const done = spawnSync(program, words, {
    encoding: "utf8",
    // Downloads stay below the cache too, so that removing one folder removes everything.
    env: { ...process.env, UV_CACHE_DIR: join(cache, "downloads"), UV_NO_PROGRESS: "1", UV_PYTHON_DOWNLOADS: "never" },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status === 0) return undefined;
  const said = done.error?.message ?? `${done.stdout}\n${done.stderr}`.trim().split("\n").slice(-20).join("\n");
  return `${program} ${words.join(" ")}: ${said}`;
}

/** The first interpreter on this machine that every environment supports. */
function findPython(): string | undefined {
  const check = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
  return [...pythons.map((version) => `python${version}`), "python3", "python"].find((candidate) => {
    const answer = spawnSync(candidate, ["-c", check], { encoding: "utf8" });
    return answer.status === 0 && pythons.includes(answer.stdout.trim());
  });
}

/** The pinned uv in its own small virtual environment, or the reason why there is none. */
async function findUv(python: string): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(cache, `uv-${uvVersion}`);
  const path = join(folder, "bin", "uv");
  if (run(path, ["--version"]) === undefined) return { path };
  await rm(folder, { recursive: true, force: true });
  const failure =
    run(python, ["-m", "venv", folder]) ??
    run(join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", `uv==${uvVersion}`]) ??
    run(path, ["--version"]);
  return failure === undefined ? { path } : { missing: failure };
}

function resolve(uv: string, place: Layout): Failure {
  const options = ["--quiet", "--universal", "--python-version", "3.11", "--strip-extras", "--no-annotate"];
  return run(uv, ["pip", "compile", ...options, "--no-header", "--upgrade", place.requirements, "-o", place.lock]);
}

/** The lock names everything, so nothing is resolved here and uv and pip install the same files. */
async function install(python: string, uv: string | undefined, place: Layout): Promise<Failure> {
  // A half-finished installation is not worth repairing.
  await rm(place.folder, { recursive: true, force: true });
  await mkdir(place.home, { recursive: true });
  const venv = join(place.folder, "venv");
  const failure =
    uv === undefined
      ? (run(python, ["-m", "venv", venv]) ??
        run(place.python, ["-m", "pip", "install", "--quiet", "--no-deps", "-r", place.lock]))
      : (run(uv, ["venv", "--quiet", "--python", python, venv]) ??
        run(uv, ["pip", "install", "--quiet", "--no-deps", "--python", place.python, "-r", place.lock]));
  if (failure !== undefined) return failure;
  await writeFile(place.stamp, wantedStamp(place));
  return undefined;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { lock: { type: "boolean" } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !environmentNames.some((known) => known === name));
  if (unknown.length > 0) {
    console.error(`no such environment: ${unknown.join(", ")}; there are ${environmentNames.join(", ")}`);
    return 2;
  }
  const wanted = environmentNames.filter((name) => positionals.length === 0 || positionals.includes(name)).map(layout);

  const python = findPython();
  if (python === undefined) {
    console.error(`needs Python ${pythons.join(" or ")} with its venv module on the PATH`);
    return 1;
  }
  await mkdir(cache, { recursive: true });
  const incomplete = async (place: Layout) =>
    !existsSync(place.python) || (await readFile(place.stamp, "utf8").catch(() => "")) !== wantedStamp(place);

  let uv: string | undefined;
  if (values.lock || (await Promise.all(wanted.map(incomplete))).includes(true)) {
    const found = await findUv(python);
    if ("path" in found) uv = found.path;
    else if (values.lock) {
      console.error(found.missing);
      return 1;
    } else console.error(`${found.missing}\ninstalling with pip instead, which takes longer`);
  }

  for (const place of wanted) {
    const begun = performance.now();
    const locked = values.lock && uv !== undefined ? resolve(uv, place) : undefined;
    const failure = locked ?? ((await incomplete(place)) ? await install(python, uv, place) : undefined);
    if (failure !== undefined) {
      console.error(`${place.name}: ${failure}`);
      return 1;
    }
    console.log(`${place.name}: ready after ${((performance.now() - begun) / 1000).toFixed(1)} s (${place.python})`);
  }
  return 0;
}

process.exitCode = await main();
