/** What was last seen of the stories, kept in `recorded/`, one file for each Airflow. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EnvironmentName } from "../layout.ts";
import { type Proofs, proofs } from "./outcome.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "recorded");

/** The record of an Airflow; undefined when there is none. */
export function readRecord(name: EnvironmentName): Proofs | undefined {
  const file = join(folder, `${name}.json`);
  return existsSync(file) ? proofs.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** Makes what was seen the record. */
export function writeRecord(name: EnvironmentName, seen: Proofs): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(seen, undefined, 2)}\n`);
}
