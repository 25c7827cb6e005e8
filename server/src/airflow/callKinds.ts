/** What a call inside a callable starts or talks to, by its resolved name. */
import type { RemoteCallKind } from "./dagfile.ts";

/**
 * Sources: the modules' own documentation; `getoutput` never raises and drops the status. A method stands behind its
 * class or the function that makes its object: `requests.session().get` is `requests.session.get`.
 */
const kinds: Readonly<Record<string, RemoteCallKind>> = {
  "subprocess.Popen": "popen",
  "subprocess.run": "subprocess",
  "subprocess.call": "subprocess",
  "subprocess.check_call": "subprocess",
  "subprocess.check_output": "subprocess",
  "subprocess.getoutput": "os-system",
  "subprocess.getstatusoutput": "os-system",
  "commands.getoutput": "os-system",
  "commands.getstatusoutput": "os-system",
  "os.system": "os-system",
  "os.popen": "os-system",
  "paramiko.SSHClient.connect": "paramiko-connect",
  "paramiko.SSHClient.exec_command": "paramiko-exec",
  "urllib.request.urlopen": "http",
  "urllib.request.urlretrieve": "http",
  "urllib2.urlopen": "http",
  "http.client.HTTPConnection": "http",
  "http.client.HTTPSConnection": "http",
};

/** Families of names: `requests.get`, `requests.Session().post`, the hooks of any Airflow. */
const families: readonly (readonly [RegExp, RemoteCallKind])[] = [
  // Every SSHHook, of any Airflow: hook.get_conn() is a paramiko client.
  [/SSHHook\.(get_conn|get_conn\.__enter__|__enter__)\.exec_command$/, "paramiko-exec"],
  [/SSHHook\.exec_ssh_client_command$/, "hook-exec"],
  [/^fabric2?\.(connection\.)?Connection\.(run|sudo)$/, "fabric-run"],
  [/^requests\.(api\.)?((sessions\.)?[Ss]ession\.)?(get|post|put|patch|delete|head|options|request)$/, "http"],
  [/^httpx\.((Async)?Client|get|post|put|patch|delete|head|options|request|stream)$/, "http"],
  [/^urllib3\.PoolManager\.(request|urlopen)$/, "http"],
  [/^airflow\..*\.HttpHook\.run$/, "http"],
];

/** `paramiko.client.SSHClient` is the same class as `paramiko.SSHClient`. */
export function canonical(callee: string): string {
  return callee.replace(/^paramiko\.client\./, "paramiko.");
}

/** The kind of a call by its canonical name; undefined when it is not one that rules ask about. */
export function kindOf(callee: string): RemoteCallKind | undefined {
  if (Object.hasOwn(kinds, callee)) return kinds[callee];
  return families.find(([name]) => name.test(callee))?.[1];
}
