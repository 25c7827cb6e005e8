/** Downloads and unpacks the pinned packages, as far as they are not there, for `npm run bench`. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packages } from "./packages.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
try {
  await packages(join(root, ".cache/ecosystem"));
} catch (error) {
  console.error(`The ecosystem's packages cannot be had: ${error instanceof Error ? error.message : String(error)}`);
}
