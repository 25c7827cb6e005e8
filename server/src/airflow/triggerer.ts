/** Code of triggers: it runs in the triggerer, in one event loop for all of them, and holds no worker slot. */
import { dottedName } from "../syntax/python.ts";
import { slice } from "../text/span.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";

/**
 * Where in a trigger's class a call stands: in the event loop, which stands still until the call returns, or possibly in
 * a thread (`asyncio.to_thread`); undefined outside of such classes.
 * Source: Airflow's `jobs/triggerer_job_runner.py`, one asyncio loop for all triggers of a process.
 */
export function inTriggerer(
  file: DagFile,
  { owner, function: around }: RemoteCall,
): "event loop" | "thread" | undefined {
  if (!owner?.bases.some((base) => /Trigger$/.test(dottedName(base.value) ?? ""))) return undefined;
  if (around && /^async\b/.test(slice(file.text, around.defSpan))) return "event loop";
  return /to_thread|run_in_executor|sync_to_async/.test(slice(file.text, owner.span)) ? "thread" : "event loop";
}
