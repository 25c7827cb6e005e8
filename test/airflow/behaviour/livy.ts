/** A stand-in for the one service that the stories need: Apache Livy's REST interface, whose batches all fail. */
import { createServer, type IncomingMessage, type Server } from "node:http";

/** A server on loopback. A batch is asked for by its file, runs for some seconds, and is dead then. */
export class Livy {
  readonly port: number;
  readonly #server: Server;
  readonly #batches: readonly Batch[];

  private constructor(server: Server, port: number, batches: readonly Batch[]) {
    this.#server = server;
    this.port = port;
    this.#batches = batches;
  }

  /** Starts it; every batch runs for so many seconds. */
  static start(seconds: number): Promise<Livy> {
    const batches: Batch[] = [];
    const server = createServer((request, response) => {
      void textOf(request).then((text) => {
        const [, id, part] = /^\/batches\/(\d+)(?:\/(\w+))?/.exec(request.url ?? "") ?? [];
        const batch = id === undefined ? { text, endsAt: Date.now() + seconds * 1000 } : batches[Number(id)];
        if (batch && id === undefined) batches.push(batch);
        const number = id === undefined ? batches.length - 1 : Number(id);
        const state = batch && Date.now() < batch.endsAt ? "running" : "dead";
        const answer =
          part === "log"
            ? { id: number, from: 0, total: 0, log: [] }
            : { id: number, state, appId: `application_${number}`, log: [] };
        response.writeHead(id === undefined ? 201 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer));
      });
    });
    return new Promise((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") reject(new Error("Livy's stand-in has no port"));
        else resolve(new Livy(server, address.port, batches));
      });
    });
  }

  /** Milliseconds since 1970 at which the batch of a file is dead; undefined when nobody has asked for it. */
  endOf(file: string): number | undefined {
    return this.#batches.find(({ text }) => text.includes(file))?.endsAt;
  }

  /** Stops listening. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What was asked for, as JSON, and the end in milliseconds since 1970. */
type Batch = { readonly text: string; readonly endsAt: number };

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}
