/** The other machine of the stories: a real sshd on loopback, with a job that can be watched. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { sshd as sshdProgram } from "../layout.ts";
import { freePort, until } from "./waiting.ts";

/** What a job has left behind. */
export type JobTrace = {
  /** How many copies were ever started. */
  readonly started: number;
  /** How many copies run now. */
  readonly running: number;
  /** Milliseconds since 1970, when the first copy began. */
  readonly startedAt: number | undefined;
  /** Milliseconds since 1970, when a copy first came to its end; undefined when none did. */
  readonly endedAt: number | undefined;
};

/** `job NAME SECONDS STATUS` works silently for so long, and ends with the status. */
const jobScript = (traces: string): string => `#!/bin/sh
date +"$$ %s%3N" >> ${traces}/$1.started
left=$2
while [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
date +%s%3N >> ${traces}/$1.ended
exit "$3"
`;

/** A port that leads to sshd as long as nobody cuts its connections. */
type Proxy = { readonly server: Server; readonly port: number; readonly passing: Set<Socket> };

/** A real sshd, and ports beside its own whose connections can be cut. */
export class RemoteHost {
  /** The absolute path of the job's script. */
  readonly job: string;
  /** The port of sshd itself. */
  readonly port: number;
  readonly keyFile: string;
  readonly user: string;
  /** A folder whose `ssh` knows the host `edge`, and the names that were given to `start`. */
  readonly bin: string;
  readonly #sshd: ChildProcess;
  readonly #proxies: ReadonlyMap<string, Proxy>;
  readonly #traces: string;

  private constructor(place: string, port: number, sshd: ChildProcess, proxies: ReadonlyMap<string, Proxy>) {
    this.job = join(place, "job");
    this.port = port;
    this.keyFile = join(place, "user_key");
    this.user = userInfo().username;
    this.bin = join(place, "bin");
    this.#traces = join(place, "traces");
    this.#sshd = sshd;
    this.#proxies = proxies;
  }

  /**
   * Starts it; everything that it writes lies in `place`, an absolute path. Each of `names` gets a port of its own whose
   * connections can be cut. Rejects when sshd does not come up.
   */
  static async start(place: string, names: readonly string[]): Promise<RemoteHost> {
    mkdirSync(join(place, "traces"), { recursive: true });
    mkdirSync(join(place, "bin"), { recursive: true });
    writeFileSync(join(place, "job"), jobScript(join(place, "traces")));
    chmodSync(join(place, "job"), 0o755);
    for (const key of ["host_key", "user_key"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(place, key)]);
    const port = await freePort();
    const config = join(place, "sshd_config");
    writeFileSync(
      config,
      `ListenAddress 127.0.0.1:${port}
HostKey ${join(place, "host_key")}
AuthorizedKeysFile ${join(place, "user_key.pub")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 100
`,
    );
    // Where sshd runs as root it wants this folder, which only a service would make.
    if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
    const sshd = spawn(sshdProgram, ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    sshd.stderr.on("data", (part: Buffer) => {
      said += part.toString("utf8");
    });
    await until("sshd listens", 20, async () => {
      if (sshd.exitCode !== null) throw new Error(`sshd ended with ${sshd.exitCode}:\n${said}`);
      return said.includes("Server listening");
    });
    const proxies = new Map<string, Proxy>();
    for (const name of names) proxies.set(name, await startProxy(port));
    const host = new RemoteHost(place, port, sshd, proxies);
    host.#writeClient(place);
    return host;
  }

  #writeClient(place: string): void {
    const config = join(place, "ssh_config");
    const entry = (name: string, port: number): string => `Host ${name}
  HostName 127.0.0.1
  Port ${port}
  User ${this.user}
  IdentityFile ${this.keyFile}
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
`;
    const entries = [...this.#proxies].map(([name, proxy]) => entry(name, proxy.port));
    writeFileSync(config, [entry("edge", this.port), ...entries].join(""));
    const client = join(this.bin, "ssh");
    writeFileSync(client, `#!/bin/sh\nexec /usr/bin/ssh -F ${config} "$@"\n`);
    chmodSync(client, 0o755);
  }

  /** What the job of that name has left behind. */
  trace(name: string): JobTrace {
    const started = lines(join(this.#traces, `${name}.started`)).map((line) => line.split(" "));
    const running = started.filter(([pid = ""]) => isJob(pid, name)).length;
    const [ended] = lines(join(this.#traces, `${name}.ended`));
    const first = started[0]?.[1];
    return {
      started: started.length,
      running,
      startedAt: first === undefined ? undefined : Number(first),
      endedAt: ended === undefined ? undefined : Number(ended),
    };
  }

  /** The port that is `name`'s own. */
  fragilePort(name: string): number {
    return this.#proxies.get(name)?.port ?? this.port;
  }

  /** Drops every connection that passes the port of `name`, without a goodbye of ssh; new ones may come. */
  cutConnections(name: string): void {
    for (const socket of this.#proxies.get(name)?.passing ?? []) socket.destroy();
  }

  /** Ends sshd, its sessions and the jobs that are left. */
  async stop(names: readonly string[]): Promise<void> {
    for (const [name, { server }] of this.#proxies) {
      this.cutConnections(name);
      server.close();
    }
    for (const name of names) {
      for (const [pid = ""] of lines(join(this.#traces, `${name}.started`)).map((line) => line.split(" ")))
        if (isJob(pid, name)) process.kill(Number(pid), "SIGKILL");
    }
    const ended = new Promise((resolve) => this.#sshd.once("close", resolve));
    this.#sshd.kill("SIGTERM");
    if (this.#sshd.exitCode === null) await ended;
  }
}

function startProxy(port: number): Promise<Proxy> {
  const passing = new Set<Socket>();
  const server = createServer((near) => {
    const far = tcpConnect(port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      passing.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        passing.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the proxy has no port"));
      else resolve({ server, port: address.port, passing });
    });
  });
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

/** A number may belong to another process by now. */
function isJob(pid: string, name: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  if (!/^\d+$/.test(pid) || !existsSync(file)) return false;
  try {
    return readFileSync(file, "utf8").includes(`\0${name}\0`);
  } catch {
    return false;
  }
}
