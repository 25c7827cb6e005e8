/** The Airflow connection that takes the place of an ssh command line's destination. */
import { isAirflow1 } from "../airflow/availability.ts";
import type { DagFile, TaskScript } from "../airflow/dagfile.ts";
import type { Project } from "../airflow/target.ts";
import type { RemoteInvocation } from "../shell/remote.ts";
import { soleSsh } from "./soleSsh.ts";

/** A connection id, and how to make the connection where the project does not name one. */
export type SshConnection = {
  readonly id: string;
  /** `airflow connections add …`; undefined when the project's configuration names the connection. */
  readonly create: string | undefined;
};

/** The connection for a call's destination; undefined when its host, user or port is not known. */
export function connectionFor(project: Project, call: RemoteInvocation): SshConnection | undefined {
  const { destination, host, user, port } = call;
  if (!destination || destination.dynamic || host === undefined || !/^[\w.:-]+$/.test(host)) return undefined;
  if (user !== undefined && !/^[\w.\\$-]+$/.test(user)) return undefined;
  if (port !== undefined && !/^\d+$/.test(port)) return undefined;
  const { sshConnections } = project;
  // `ssh -l etl edge1` goes where `ssh etl@edge1` goes.
  for (const name of [...(user === undefined ? [] : [`${user}@${host}`]), destination.text, host]) {
    const id = Object.hasOwn(sshConnections, name) ? sshConnections[name] : undefined;
    if (id !== undefined) return { id, create: undefined };
  }
  const id = `ssh_${host.replace(/\W+/g, "_")}`;
  const key = call.flags.get("i")?.at(-1)?.text;
  const extra = key && !/[{'"\\$\uFFFC]/.test(key) ? ` --conn-extra '{"key_file": "${key}"}'` : "";
  const details = `--conn-type ssh --conn-host ${host}${user ? ` --conn-login ${/^[\w.-]+$/.test(user) ? user : `'${user}'`}` : ""}${port ? ` --conn-port ${port}` : ""}${extra}`;
  // Airflow 1.10: airflow connections --add --conn_id x --conn_type ssh
  return isAirflow1(project)
    ? { id, create: `airflow connections --add --conn_id ${id} ${details.replaceAll(/--conn-(\w+)/g, "--conn_$1")}` }
    : { id, create: `airflow connections add ${id} ${details}` };
}

/**
 * An advice to use an operator, with the connection that the rewrite of a text's only ssh command names; undefined where
 * the text is more than that. `background`: the command may be left there.
 */
export function withConnection(
  file: DagFile,
  script: TaskScript,
  background: boolean,
  advice: string,
): string | undefined {
  const sole = soleSsh(script.script, background);
  const connection = sole && connectionFor(file.project, sole.call);
  if (!connection) return undefined;
  return connection.create === undefined
    ? `${advice}, with the connection ${connection.id}.`
    : `${advice}. The connection it needs: ${connection.create}`;
}
