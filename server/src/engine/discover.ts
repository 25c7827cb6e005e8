/** Which Python files a lint looks at. */
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { repositoryRoot } from "../config/load.ts";
import { gitIgnore, globIgnore, type IgnoreFile, regexpIgnore } from "./airflowignore.ts";
import { matchesGlob, type Settings } from "./settings.ts";

/** The paths among those given that do not exist. */
export function missing(paths: readonly string[]): string[] {
  return paths.filter((path) => !existsSync(path));
}

// Never sources of the project itself; other tools' folders begin with a dot and are skipped by that.
const skippedDirectories = new Set(["node_modules", "site-packages", "__pycache__", "__pypackages__", "venv"]);

const testFolders = new Set(["test", "tests"]);

/**
 * Whether a name, found below `folder`, is that of tests: a `tests` or `test` folder or a `conftest.py`. Below a folder
 * `dags` Airflow loads whatever a folder is called; a file named itself, or a search that begins in such a folder, is
 * not asked.
 */
function isTests(directory: string, name: string, kind: Kind): boolean {
  if (kind === "file") return name === "conftest.py";
  return testFolders.has(name) && !directory.split(sep).includes("dags");
}

/** Whether a path leads through a directory of tests below `folder`. */
export function belongsToTests(folder: string, path: string): boolean {
  const names = relative(folder, path).split(sep);
  return names.some((name, at) => {
    const directory = join(folder, ...names.slice(0, at));
    return isTests(directory, name, at === names.length - 1 ? "file" : "directory");
  });
}

/** Whether a path leads through a directory, below `folder`, that is never looked into. */
export function isSkipped(folder: string, path: string): boolean {
  const names = relative(folder, dirname(path)).split(sep);
  return names.some((name) => name.startsWith(".") || skippedDirectories.has(name));
}

/**
 * The `.py` files below `paths`, as absolute paths without repetition, sorted within each directory. A file named
 * itself is taken whatever it is called and whatever ignores it. Left out: what `.gitignore`, `.airflowignore` and
 * `exclude` say, tests unless `include-tests` asks for them, hidden directories, virtual environments, links that lead out of where the search began.
 */
export function* discover(paths: readonly string[], settings: Settings): Generator<string> {
  const seen = new Set<string>();
  for (const given of paths) {
    const path = resolve(given);
    const kind = kindOf(path);
    if (kind === "file" && !seen.has(real(path))) {
      seen.add(real(path));
      yield path;
    } else if (kind === "directory") {
      const walk: Walk = { base: real(path), settings, seen };
      yield* below(path, inherited(path, settings), walk);
    }
  }
}

type Walk = {
  /** The real path of where the search began. */
  readonly base: string;
  readonly settings: Settings;
  /** Real paths of the directories entered and files taken. */
  readonly seen: Set<string>;
};
type Level = {
  /** What its paths are relative to. */
  readonly directory: string;
  readonly file: IgnoreFile;
  readonly name: ".gitignore" | ".airflowignore";
};

function* below(directory: string, levels: readonly Level[], walk: Walk): Generator<string> {
  const here = real(directory);
  if (walk.seen.has(here)) return;
  walk.seen.add(here);
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return;
  }
  if (entries.some((entry) => entry.name === "pyvenv.cfg")) return;
  const mine = [...levels, ...ignoreFiles(directory, walk.settings, levels)];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    let kind: Kind = entry.isDirectory() ? "directory" : entry.isFile() ? "file" : "other";
    if (entry.isSymbolicLink()) kind = leadsOut(path, walk.base) ? "other" : kindOf(path);
    if (kind === "other" || (kind === "file" && !entry.name.endsWith(".py"))) continue;
    if (kind === "directory" && (entry.name.startsWith(".") || skippedDirectories.has(entry.name))) continue;
    if (!walk.settings.includeTests && isTests(directory, entry.name, kind)) continue;
    if (excluded(path, kind === "directory", mine) || matchesGlob(walk.settings, walk.settings.exclude, path)) continue;
    if (kind === "directory") yield* below(path, mine, walk);
    else if (!walk.seen.has(real(path))) {
      walk.seen.add(real(path));
      yield path;
    }
  }
}

// The nearest file that has an opinion decides, as in git.
function excluded(path: string, directory: boolean, levels: readonly Level[]): boolean {
  for (const level of levels.toReversed()) {
    const inside = relative(level.directory, path).split(sep).join("/");
    const verdict = level.file(directory ? `${inside}/` : inside);
    if (verdict !== undefined) return verdict === "excluded";
  }
  return false;
}

// Ignore files of the directories above hold too, as far up as the repository or the configuration reaches. But what
// they leave out as a whole and is asked for all the same, they have no say in.
function inherited(path: string, settings: Settings): Level[] {
  const top = repositoryRoot(path) ?? settings.root;
  const levels: Level[] = [];
  if (path === top || !path.startsWith(top.endsWith(sep) ? top : top + sep)) return levels;
  const between: string[] = [];
  for (let here = dirname(path); ; here = dirname(here)) {
    between.unshift(here);
    if (here === top || dirname(here) === here) break;
  }
  for (const here of between) {
    if (excluded(here, true, levels)) levels.length = 0;
    levels.push(...ignoreFiles(here, settings, levels));
  }
  return excluded(path, true, levels) ? [] : levels;
}

function ignoreFiles(directory: string, settings: Settings, above: readonly Level[]): Level[] {
  const levels: Level[] = [];
  const add = (name: Level["name"], base: string, parse: (text: string) => IgnoreFile) => {
    try {
      levels.push({ name, directory: base, file: parse(readFileSync(join(directory, name), "utf8")) });
    } catch {
      // Most directories have none.
    }
  };
  add(".gitignore", directory, gitIgnore);
  if (settings.airflowIgnore === "glob") add(".airflowignore", directory, globIgnore);
  else {
    // Airflow searches in the path below the DAG folder: that of the outermost file, as far as can be known.
    const outermost = above.find((level) => level.name === ".airflowignore")?.directory;
    add(".airflowignore", outermost ?? directory, regexpIgnore);
  }
  return levels;
}

type Kind = "file" | "directory" | "other";

function kindOf(path: string): Kind {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? "directory" : stat.isFile() ? "file" : "other";
  } catch {
    return "other";
  }
}

function leadsOut(path: string, base: string): boolean {
  const target = real(path);
  return target !== base && !target.startsWith(base.endsWith(sep) ? base : base + sep);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
