/** What a call inside a callable starts or talks to, by its resolved name. */
import type { RemoteCallKind } from "./dagfile.ts";
import { isRequest, requestMethods } from "./sdkStarts.ts";

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
  "time.sleep": "pause",
  "paramiko.SSHClient.connect": "paramiko-connect",
  "paramiko.SSHClient.exec_command": "paramiko-exec",
  "paramiko.SSHClient.open_sftp": "transfer",
  "paramiko.SFTPClient.from_transport": "transfer",
  "paramiko.sftp_client.SFTPClient.from_transport": "transfer",
  "pysftp.Connection": "transfer",
  "ftplib.FTP": "transfer",
  "ftplib.FTP_TLS": "transfer",
  "urllib.request.urlopen": "http",
  "urllib.request.urlretrieve": "http",
  "urllib2.urlopen": "http",
  "http.client.HTTPConnection": "http",
  "http.client.HTTPSConnection": "http",
  "os.fork": "fork",
  "threading.Thread": "thread",
  "threading.Timer": "thread",
  "multiprocessing.Process": "thread",
  "asyncio.create_task": "future",
  "asyncio.ensure_future": "future",
  "asyncio.create_subprocess_exec": "async-process",
  "asyncio.create_subprocess_shell": "async-process",
};

/** Families of names: `requests.get`, `requests.Session().post`, the hooks of any Airflow. */
const families: readonly (readonly [RegExp, RemoteCallKind])[] = [
  // Every SSHHook, of any Airflow: hook.get_conn() is a paramiko client.
  [/SSHHook\.(get_conn|get_conn\.__enter__|__enter__)\.exec_command$/, "paramiko-exec"],
  [/SSHHook\.exec_ssh_client_command$/, "hook-exec"],
  [/SSHHook\.(get_conn|get_conn\.__enter__|__enter__)\.open_sftp$/, "transfer"],
  [/^airflow\..*\.(SFTP|FTPS?)Hook\.(retrieve|store)_(file|directory)(_concurrently)?$/, "transfer"],
  [/^airflow\..*\.SFTPHook\.get_conn\.(get|put|getfo|putfo|open)$/, "transfer"],
  [/^fabric2?\.(connection\.)?Connection\.(run|sudo)$/, "fabric-run"],
  [/^requests\.(api\.)?((sessions\.)?[Ss]ession\.)?(get|post|put|patch|delete|head|options|request)$/, "http"],
  [/^httpx\.((Async)?Client|get|post|put|patch|delete|head|options|request|stream)$/, "http"],
  [/^urllib3\.PoolManager\.(request|urlopen)$/, "http"],
  [/^airflow\..*\.SubprocessHook\.run_command$/, "hook-process"],
  [/^airflow\..*\.HttpHook\.run$/, "http"],
  [/^concurrent\.futures\.((thread|process)\.)?(Thread|Process)PoolExecutor\.submit$/, "future"],
  [/^multiprocessing\.((pool|dummy)\.)?(Thread)?Pool\.(apply_async|map_async|starmap_async)$/, "future"],
  [/^boto3\.(client|(session\.)?Session\.client)\.[a-z]\w+$/, "sdk-request"],
  [/^airflow\.providers\.amazon\..*Hook\.get_conn\.[a-z]\w+$/, "sdk-request"],
  [/^google\.cloud\.bigquery\.(client\.)?Client\.(query|load_table_from_\w+|extract_table|copy_table)$/, "sdk-handle"],
  [/\.BigQueryHook\.get_client\.(query|load_table_from_\w+|extract_table|copy_table)$/, "sdk-handle"],
  [
    /^google\.cloud\.dataproc\w*\..*Client\.(submit_job_as_operation|create_batch|create_cluster|delete_cluster|instantiate_\w+)$/,
    "sdk-handle",
  ],
  [/^google\.cloud\.run_v2\..*JobsClient\.run_job$/, "sdk-handle"],
];

type Known = { readonly kind: RemoteCallKind; readonly callee: string };

/** Methods that no other library has, on objects whose class cannot be told: `def remote(client, cmd): client.exec_command(cmd)`. */
const methods: readonly (readonly [imported: RegExp, method: RegExp, kind: RemoteCallKind, owner: string])[] = [
  [/\b(?:paramiko|SSHHook)\b/, /^exec_command$/, "paramiko-exec", "paramiko.SSHClient"],
  [/\b(?:paramiko|SSHHook)\b/, /^exec_ssh_client_command$/, "hook-exec", "airflow.providers.ssh.hooks.ssh.SSHHook"],
  [/\b(?:paramiko|SSHHook)\b/, /^open_sftp$/, "transfer", "paramiko.SSHClient"],
  [/\bboto3\b/, requestMethods, "sdk-request", "boto3.client"],
  [/^azure\.mgmt\b/, /^begin_[a-z]\w+$/, "sdk-handle", "azure.mgmt.client"],
];

/** The kind of a method call by the method's name, in a file that imports its library (`imports`: qualified names). */
export function kindOfMethod(name: string, imports: readonly string[]): Known | undefined {
  for (const [library, method, kind, owner] of methods) {
    if (method.test(name) && imports.some((one) => library.test(one))) return { kind, callee: `${owner}.${name}` };
  }
  return undefined;
}

/** `paramiko.client.SSHClient` is the same class as `paramiko.SSHClient`. */
export function canonical(callee: string): string {
  return callee.replace(/^paramiko\.client\./, "paramiko.");
}

/** Modules whose names start nothing and talk to nobody; hooks of Airflow do. `os` alone is looked at in the text. */
const idle =
  /^(?:airflow\b(?!.*Hook)|(?:__future__|collections|contextlib|copy|csv|dataclasses|datetime|dateutil|enum|functools|glob|hashlib|inspect|io|itertools|json|logging|math|numpy|operator|pandas|pathlib|pendulum|pprint|pytest|pytz|random|re|shutil|string|sys|tempfile|textwrap|traceback|typing|typing_extensions|unittest|uuid|warnings|yaml|zipfile|zoneinfo)(?:\.|$)|os(?:$|\.(?:path|environ|getenv)\b))/;
const osCalls = /\b(?:system|popen|fork)\b/;

/** Whether code with these imports (qualified names) can hold any such call; for most DAG files it cannot. */
export function mayCall(imports: readonly string[], text: string): boolean {
  return imports.some((one) => (one === "os" ? osCalls.test(text) : !idle.test(one)));
}

const asked = new Map<string, RemoteCallKind | undefined>();

/** The kind of a call by its canonical name; undefined when it is not one that rules ask about. */
export function kindOf(callee: string): RemoteCallKind | undefined {
  if (asked.has(callee)) return asked.get(callee);
  const kind = readKind(callee);
  // Names of users' own code come and go.
  if (asked.size < 5000) asked.set(callee, kind);
  return kind;
}

function readKind(callee: string): RemoteCallKind | undefined {
  if (Object.hasOwn(kinds, callee)) return kinds[callee];
  const found = families.find(([name]) => name.test(callee))?.[1];
  // A client has hundreds of methods.
  return found === "sdk-request" && !isRequest(callee) ? undefined : found;
}
