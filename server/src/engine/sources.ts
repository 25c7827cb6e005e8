/** The files around those that are linted: which file an import means, and what stands in it. */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { Source, Sources } from "../airflow/build.ts";
import { repositoryRoot } from "../config/load.ts";
import { readSource } from "./read.ts";
import type { Settings } from "./settings.ts";
import { standardLibrary } from "./stdlib.ts";

/** Where files may be looked for and read. */
export type SourceOptions = {
  /** The text of a file that is open in an editor. */
  readonly openText?: ((path: string) => string | undefined) | undefined;
  /** Directories whose files count as one project, where no repository says what does: those that a check was given, an editor's folders. Absolute. */
  readonly roots?: readonly string[] | undefined;
};

/** What the settings say of it. */
export type SourceSettings = Pick<Settings, "root" | "src">;

// Texts are kept for those who import the same file next; the least lately used goes first.
const mostKept = 256;

/** Folders whose parent is no import root although they are: what Airflow puts on `sys.path`, and the `src` layout. */
const innerRoots = ["plugins", "dags", "src", "config"];

/**
 * The project's files as imports see them. Answers are kept until {@link forget}. Nothing above a project's top is
 * read, nothing through a link that leads out of it, and no file above the size limit.
 */
export class SourceFiles {
  /** The text of a file that is open in an editor. */
  readonly openText: (path: string) => string | undefined;
  readonly #roots: readonly string[];
  readonly #tops = new Map<string, string>();
  readonly #names = new Map<string, ReadonlySet<string>>();
  readonly #importRoots = new Map<string, readonly string[]>();
  readonly #modules = new Map<string, string | undefined>();
  readonly #firsts = new Map<string, boolean>();
  readonly #inside = new Map<string, boolean>();
  readonly #reals = new Map<string, string>();
  readonly #read = new Map<string, Source | undefined>();
  readonly #open = new Map<string, Source>();

  constructor({ openText = () => undefined, roots = [] }: SourceOptions = {}) {
    this.openText = openText;
    this.#roots = roots;
  }

  /** What the file at `path` may ask of the others; that file's own imports and those of files it imports alike. */
  around(path: string, settings: SourceSettings): Sources {
    const folder = dirname(resolve(path));
    let known: string | undefined;
    // Asked for when needed: most files ask nothing.
    const top = () => {
      known ??= this.#topOf(folder, settings);
      return known;
    };
    return {
      beside: (from, name) =>
        isAbsolute(from) || existsSync(from) ? existsSync(join(dirname(from), name)) : undefined,
      read: (wanted) => this.#source(resolve(wanted), top())?.text,
      module: (from, dotted) => {
        if (isForeign(firstName(dotted))) return undefined;
        const within = from === path ? folder : dirname(resolve(from));
        if (!this.#mayHold(within, firstName(dotted), top(), settings)) return undefined;
        const found = this.#module(within, dotted, top(), settings);
        return found === undefined ? undefined : this.#source(found, top());
      },
    };
  }

  /**
   * Whether a text can have to do with other files of the project: an import that does not lead to an installed
   * package, or the name of a shell script. Costs no parse.
   */
  reaches({ path, text }: Source, settings: SourceSettings): boolean {
    if (/\.(?:sh|bash)\b/.test(text)) return true;
    const folder = dirname(resolve(path));
    const roots = this.#rootsFor(folder, this.#topOf(folder, settings), settings);
    for (const [, from = "", imported = ""] of text.matchAll(
      /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^#\r\n]+))/gm,
    )) {
      for (const name of from === "" ? imported.split(",") : [from]) {
        const first = firstName(name.trim());
        if (first === "" && name.trim().startsWith(".")) return true;
        if (isForeign(first)) continue;
        if (roots.some((root) => this.#has(root, first))) return true;
      }
    }
    return false;
  }

  /** Files have come, gone or changed: what was known of the disk no longer counts. */
  forget(): void {
    this.#tops.clear();
    this.#names.clear();
    this.#importRoots.clear();
    this.#modules.clear();
    this.#firsts.clear();
    this.#inside.clear();
    this.#reals.clear();
    this.#read.clear();
    this.#open.clear();
  }

  /** The outermost directory of the project that a folder belongs to. */
  #topOf(folder: string, { root }: SourceSettings): string {
    const key = `${folder}\0${root}`;
    const known = this.#tops.get(key);
    if (known !== undefined) return known;
    const repository = repositoryRoot(folder);
    const holding = [root, ...(repository === undefined ? this.#roots : [repository])].filter((one) =>
      holds(one, folder),
    );
    const top = holding.reduce((a, b) => (b.length < a.length ? b : a), folder);
    this.#tops.set(key, top);
    return top;
  }

  /**
   * Where an absolute import in a folder may begin, the likeliest first. Airflow has the DAGs folder, `plugins` and
   * `config` on `sys.path`; which folder is the DAGs folder stands in no file, so every folder up to the top may be it.
   */
  #rootsFor(folder: string, top: string, { src, root }: SourceSettings): readonly string[] {
    const key = `${folder}\0${top}\0${src.join("\0")}`;
    const known = this.#importRoots.get(key);
    if (known) return known;
    const chain: string[] = [];
    for (let here = folder; holds(top, here); here = dirname(here)) {
      chain.push(here);
      if (here === top || dirname(here) === here) break;
    }
    const inPackage = (one: string) => this.#list(one).has("__init__.py");
    const upward = [...chain.filter((one) => !inPackage(one)), ...chain.filter(inPackage)];
    const roots = [
      ...src.map((one) => resolve(root, one)).filter((one) => holds(top, one)),
      ...chain.filter((one) => basename(one) === "dags").reverse(),
      ...upward.flatMap((one) => {
        const names = this.#list(one);
        return [one, ...innerRoots.filter((name) => names.has(name)).map((name) => join(one, name))];
      }),
    ];
    const distinct = [...new Set(roots)];
    this.#importRoots.set(key, distinct);
    return distinct;
  }

  /** Whether the first name of an import stands in any root: most are installed packages, and do not. */
  #mayHold(folder: string, first: string, top: string, settings: SourceSettings): boolean {
    if (first === "") return true;
    const key = `${folder}\0${first}\0${top}\0${settings.src.join("\0")}`;
    let answer = this.#firsts.get(key);
    if (answer === undefined) {
      const roots = this.#rootsFor(folder, top, settings);
      answer = roots.some((root) => this.#has(root, first));
      this.#firsts.set(key, answer);
    }
    return answer;
  }

  #has(root: string, first: string): boolean {
    return this.#list(root).has(first) || this.#list(root).has(`${first}.py`);
  }

  #module(folder: string, dotted: string, top: string, settings: SourceSettings): string | undefined {
    const key = `${folder}\0${dotted}\0${top}\0${settings.src.join("\0")}`;
    if (this.#modules.has(key)) return this.#modules.get(key);
    const found = this.#find(folder, dotted, top, settings);
    this.#modules.set(key, found);
    return found;
  }

  #find(folder: string, dotted: string, top: string, settings: SourceSettings): string | undefined {
    const dots = /^\.*/.exec(dotted)?.[0].length ?? 0;
    const names = dotted
      .slice(dots)
      .split(".")
      .filter((name) => name !== "");
    if (dots > 0) {
      let base = folder;
      for (let up = 1; up < dots; up++) base = dirname(base);
      return holds(top, base) ? this.#below(base, names) : undefined;
    }
    if (names.length === 0) return undefined;
    for (const root of this.#rootsFor(folder, top, settings)) {
      const found = this.#below(root, names);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `x/y/__init__.py` before `x/y.py`, as Python has it; each folder on the way must be there by exactly that name. */
  #below(root: string, names: readonly string[]): string | undefined {
    let folder = root;
    for (const [at, name] of names.entries()) {
      const here = this.#list(folder);
      const inner = join(folder, name);
      if (at === names.length - 1 && here.has(`${name}.py`) && !this.#list(inner).has("__init__.py")) {
        return isFile(`${inner}.py`) ? `${inner}.py` : undefined;
      }
      if (!here.has(name)) return undefined;
      folder = inner;
    }
    return this.#list(folder).has("__init__.py") ? join(folder, "__init__.py") : undefined;
  }

  /** The names in a directory; none for what is no directory. By name, since a disk may not tell `Utils` from `utils`. */
  #list(directory: string): ReadonlySet<string> {
    let names = this.#names.get(directory);
    if (!names) {
      try {
        names = new Set(readdirSync(directory));
      } catch {
        names = new Set();
      }
      this.#names.set(directory, names);
    }
    return names;
  }

  /** The same object for the same text, so that what was worked out from it can be kept with it. */
  #source(path: string, top: string): Source | undefined {
    if (!holds(top, path)) return undefined;
    const open = this.openText(path);
    if (open !== undefined) {
      const known = this.#open.get(path);
      if (known?.text === open) return known;
      const source = { path, text: open };
      this.#open.set(path, source);
      return source;
    }
    if (!this.#staysInside(path, top)) return undefined;
    let source = this.#read.get(path);
    if (!this.#read.has(path)) {
      const read = isFile(path) ? readSource(path) : undefined;
      source = read && "source" in read ? read.source : undefined;
      if (this.#read.size >= mostKept) {
        const [oldest] = this.#read.keys();
        if (oldest !== undefined) this.#read.delete(oldest);
      }
    } else this.#read.delete(path);
    this.#read.set(path, source);
    return source;
  }

  /** Throws for a directory that is none. */
  #real(directory: string): string {
    let real = this.#reals.get(directory);
    if (real === undefined) {
      real = realpathSync.native(directory);
      this.#reals.set(directory, real);
    }
    return real;
  }

  #staysInside(path: string, top: string): boolean {
    const key = `${path}\0${top}`;
    let inside = this.#inside.get(key);
    if (inside === undefined) {
      try {
        // Most folders lead nowhere else: then only the file's own name can be a link.
        inside = holds(this.#real(top), join(this.#real(dirname(path)), basename(path)));
        if (inside && lstatSync(path).isSymbolicLink()) inside = holds(this.#real(top), realpathSync.native(path));
      } catch {
        // It does not exist, or its links lead in a circle.
        inside = false;
      }
      this.#inside.set(key, inside);
    }
    return inside;
  }
}

/** Whether a directory is another, or lies above it. */
export function holds(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

// `os` of `os.path`, `os as system`; nothing of a relative import.
function firstName(dotted: string): string {
  return /^\w*/.exec(dotted)?.[0] ?? "";
}

// `airflow.…` is the installed package, even in a checkout of Airflow itself.
function isForeign(first: string): boolean {
  return first === "airflow" || standardLibrary.has(first);
}

// A named pipe or a device would never end.
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
