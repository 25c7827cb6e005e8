/** Writes a changed file so that whoever reads it sees the old text or the new one, never half of it. */
import { randomBytes } from "node:crypto";
import { chmod, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Replaces a file's content by way of a temporary file beside it, keeping its mode; a symbolic link stays one. Answers
 * what went wrong, in words.
 */
export async function replaceFile(path: string, content: Uint8Array): Promise<string | undefined> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path);
    const { mode } = await stat(target);
    const name = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    temporary = name;
    await writeFile(name, content, { flag: "wx", mode });
    // The process's umask may have taken bits away.
    await chmod(name, mode);
    await rename(name, target);
    return undefined;
  } catch (problem) {
    // What could not be made need not be taken away, whatever the reason.
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    return problem instanceof Error ? problem.message : String(problem);
  }
}
