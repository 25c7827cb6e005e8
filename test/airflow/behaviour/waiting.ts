/** Waiting for what other processes do. */
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again, four times a second, until the answer is true. Rejects with `what` after so many seconds. */
export async function until(what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await pause(250);
  }
}

/** A port of loopback on which nobody listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
