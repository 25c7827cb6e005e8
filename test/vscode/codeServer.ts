import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { VscodeEnvironment } from "../../scripts/vscode-env.ts";

/** A running VS Code server: its port on 127.0.0.1, and how to end it and all that it started. */
export type CodeServer = { readonly port: number; readonly stop: () => Promise<void> };

/** Starts the VS Code server on a free port with its state below `state`; rejects when it does not listen in time. */
export async function startCodeServer(environment: VscodeEnvironment, state: string): Promise<CodeServer> {
  const args = [
    join("out", "server-main.js"),
    ...["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms"],
    // Without this a built VS Code ignores the test payload.
    "--enable-smoke-test-driver",
    ...["--disable-workspace-trust", "--telemetry-level", "off"],
    ...["--server-data-dir", join(state, "data"), "--extensions-dir", join(state, "extensions")],
  ];
  // Its own process group, so that the extension host and the language server end with it.
  const child = spawn(environment.node, args, {
    cwd: environment.vscode,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = () => end(child);
  try {
    return { port: await listening(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => reject(new Error(`the VS Code server ${why}:\n${output}`));
    const timer = setTimeout(() => fail("did not listen within 60 s"), 60_000);
    const read = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => fail(`could not start (${error.message})`));
    child.once("exit", (code) => fail(`ended with ${code}`));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
