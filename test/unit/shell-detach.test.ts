import { describe, expect, test } from "vitest";
import { type Detached, detached } from "../../server/src/shell/detach.ts";
import { lowered, withGrammars } from "./shell-text.ts";

withGrammars();

const shown = ({ how, program, script, span, waited, service }: Detached): string =>
  `${how} ${program ?? "?"}${waited === "no" ? "" : ` ${waited}`}${service ? " service" : ""}: ${script.folded.text.slice(span.start, span.end)}`;

const all = (text: string): string[] => detached(lowered(text)).map(shown);

// [shell text, what is detached]
const lost: readonly (readonly [string, readonly string[]])[] = [
  ["job &", ["& job: job &"]],
  ["cd /x && ./job.sh a > log 2>&1 &", ["& job.sh: cd /x && ./job.sh a > log 2>&1 &"]],
  ["nohup python x.py > log 2>&1 &", ["nohup & python: nohup python x.py > log 2>&1 &"]],
  ["nohup job &\ndisown", ["nohup & job: nohup job &"]],
  ["job & disown", ["& disown job: job &"]],
  ["( job & )", ["& job: job &"]],
  ["{ job & }", ["& job: job &"]],
  ["( a; job ) &", ["& a: ( a; job ) &"]],
  ["a | job &", ["& a: a | job &"]],
  ["bash -c 'job &'", ["& job: job &"]],
  ['ssh app@h "nohup node server.js &>/dev/null & "', ["nohup & node: nohup node server.js &>/dev/null &"]],
  ["ssh h 'a & b &'", ["& a: a &", "& b: b &"]],
  ["ssh h job &", ["& ssh: ssh h job &"]],
  ["pid=$(ssh h 'job >l 2>&1 & echo $!')", ["& job: job >l 2>&1 &"]],
  [
    "set -e; nohup python3 -m http.server 9005 >/dev/null 2>&1 & sleep 2; curl -fsS http://127.0.0.1:9005",
    ["nohup & python3: nohup python3 -m http.server 9005 >/dev/null 2>&1 &"],
  ],
  ["ssh h <<'EOF'\nnohup ./run > log 2>&1 &\nexit\nEOF\n", ["nohup & run: nohup ./run > log 2>&1 &"]],
  ["for i in 1 2; do job $i & done", ["& job: job $i &"]],
  ["for i in 1 2; do job $i & done; wait", ["& job status-lost: job $i &"]],
  ["a & b & wait", ["& a status-lost: a &", "& b status-lost: b &"]],
  ["a & p=$!; b & q=$!; wait $p $q", ["& a status-lost: a &"]],
  ["a & b & wait $!", ["& a: a &"]],
  ['a & pids+=($!); b & pids+=($!); wait "\x24{pids[@]}"', ["& a status-lost: a &", "& b status-lost: b &"]],
  ['a & pids="$pids $!"; wait $pids', ["& a status-lost: a &"]],
  ["a & wait $(jobs -p)", ["& a status-lost: a &"]],
  ["a & p=$!; while kill -0 $p; do sleep 1; done", ["& a status-lost: a &"]],
  ["a & p=$!; tail --pid=$p -f /dev/null", ["& a status-lost: a &"]],
  ["a & p=$!; sleep 1; if ! kill -0 $p; then exit 1; fi", ["& a: a &"]],
  ["( a & ) ; wait $!", ["& a: a &"]],
  ["kill $(cat app.pid); app & echo $! > app.pid", ["& app: app &"]],
  ["a & p=$!; b & q=$!; kill $q", ["& a: a &"]],
  ["curl http://x/?a=1&b=2", ["& curl: curl http://x/?a=1&"]],
  ["if a; then job & fi", ["& job: job &"]],
  ["run() { job & }; run", ["& job: job &"]],
  ["case $x in a) job & ;; esac", ["& job: job &"]],
  ["{{ bin }} --x &", ["& ?: {{ bin }} --x &"]],
  // Programs that detach by themselves.
  ["setsid job", ["setsid job: setsid job"]],
  ["setsid -f job a", ["setsid -f job: setsid -f job a"]],
  ["cd /x && setsid job", ["setsid job: setsid job"]],
  ["ssh h 'setsid job > log 2>&1'", ["setsid job: setsid job > log 2>&1"]],
  ["sudo /etc/init.d/nginx start", ["service start nginx service: sudo /etc/init.d/nginx start"]],
  ["screen -dmS s ./job.sh", ["screen -dm job.sh: screen -dmS s ./job.sh"]],
  ["screen -d -m job", ["screen -dm job: screen -d -m job"]],
  ["screen -S s -X stuff 'job\\n'", ["screen -X stuff screen: screen -S s -X stuff 'job\\n'"]],
  ["tmux new -d -s s 'job a'", ["tmux new-session -d job: tmux new -d -s s 'job a'"]],
  ["tmux send-keys -t s job Enter", ["tmux send-keys tmux: tmux send-keys -t s job Enter"]],
  ["echo job | at now", ["at at: at now"]],
  ["systemd-run --user job a", ["systemd-run job: systemd-run --user job a"]],
  ["sudo systemctl restart app", ["systemctl restart app service: sudo systemctl restart app"]],
  ["systemctl start --no-block u", ["systemctl start --no-block u service: systemctl start --no-block u"]],
  ["service nginx start", ["service start nginx service: service nginx start"]],
  ["pm2 start app.js", ["pm2 start app.js service: pm2 start app.js"]],
  ["supervisorctl restart w", ["supervisorctl restart w service: supervisorctl restart w"]],
  ["ssh -fn h job", ["ssh -f job: ssh -fn h job"]],
  ["ssh -fN -L 1:a:2 h", ["ssh -f ssh service: ssh -fN -L 1:a:2 h"]],
  ["sudo -b job", ["sudo -b job: sudo -b job"]],
  ["docker run -d --name c img job", ["docker run -d img: docker run -d --name c img job"]],
  ["docker exec -d c job", ["docker exec -d job: docker exec -d c job"]],
  ["cd /srv && docker-compose up -d", ["docker-compose up -d docker-compose service: docker-compose up -d"]],
  ["docker compose -f a.yml up -d web", ["docker compose up -d web service: docker compose -f a.yml up -d web"]],
  ["docker run -d --name c img; docker wait c", ["docker run -d img status-lost: docker run -d --name c img"]],
  ["coproc job", ["coproc job: coproc job"]],
];

describe("detached", () => {
  test.each(lost)("%j", (text, expected) => {
    expect(all(text)).toEqual(expected);
  });
});

// Nothing here is detached.
const kept: readonly string[] = [
  "nohup job",
  "nohup job > log 2>&1",
  "a && b",
  "job > log 2>&1",
  "job &> log",
  "job &>> log",
  "job |& tee log",
  "job >&2",
  "echo $((a & b))",
  "(( x & 1 )) && a",
  "[[ $a && $b ]]",
  "echo 'run nohup job & later' \"a & b\" a\\&b",
  "# nohup job &",
  "a # b &",
  "cat > job.sh <<'EOF'\nnohup job &\nEOF\n",
  "cat <<EOF\na & b\nEOF",
  "python - <<'EOF'\nx = a & b\nEOF",
  "curl 'http://x/?a=1&b=2'",
  "awk '{print $1 & 1}' f",
  "sed -e 's/x/&&/' f",
  "{{ a & b }} {# x & y #}",
  "case $x in a) b ;& c) d ;;& esac",
  "diff <(a) <(b)",
  "echo $x; setsid --wait job",
  "setsid -w job",
  // Measured: bash forks here and waits.
  "setsid job; other",
  "setsid job > log 2>&1",
  "( setsid job )",
  "if a; then setsid job; fi",
  "screen -D -m job",
  "tmux ls",
  "at -l",
  "systemd-run --wait --collect --pipe job",
  "systemd-run --scope job",
  "systemctl status app",
  "systemctl stop app",
  "docker run --rm img job",
  "docker start -a c",
  "docker ps -d",
  "docker compose up --exit-code-from web",
  "docker compose run --rm web job",
  "ssh h job",
  "ssh -O exit -f h",
  "sudo -u b job",
  "date; at_exit=1",
  // Waited for with the status.
  'job & pid=$!; other; wait "$pid"',
  "job & wait $!",
  "job &\npid=$!\nwait \x24{pid}",
  "ssh h 'job & wait $!'",
  'for i in 1 2; do job & pids+=($!); done; for p in "\x24{pids[@]}"; do wait "$p" || exit 1; done',
  "a & b & wait -n && wait -n",
  "a & p=$!; b & q=$!; wait $p; wait $q",
  "a & p1=$!; b & p2=$!; for p in $p1 $p2; do wait $p; done",
  "a & for p in $(jobs -p); do wait $p; done",
  "a & fg",
  "a & wait %1",
  'a & PIDS="$PIDS $!"; for p in $PIDS; do wait $p || rc=1; done; exit $rc',
  'while read h; do ssh -n $h job & pids="$pids $!"; done < hosts; for p in $pids; do wait $p; done',
  'timeout --foreground 5 a & c=$!; trap \'kill -TERM "$c"\' TERM; wait "$c"',
  'id=$(docker run -d img); exit "$(docker wait $id)"',
  "eval 'job &'; wait $!",
  // Helpers that the script ends itself.
  "server & pid=$!; test_it; kill $pid",
  "server & test_it; kill %1",
  "server & p=$!; trap 'kill $p' EXIT; test_it",
  "trap 'kill $(jobs -p)' EXIT; server & test_it",
  "cleanup() { kill $P; }; trap cleanup EXIT; server & P=$!; test_it",
  "ssh -N -L 1:a:2 h & p=$!; psql; kill $p",
  "ssh -f -N -M -S /tmp/s h; psql; ssh -S /tmp/s -O exit h",
  "server > log & echo $! > s.pid; test_it; kill $(cat s.pid)",
  "gunicorn app & test_it; pkill -f gunicorn",
  "( sleep 600; kill $$ ) & job",
  // What cannot be read is not judged.
  "echo 'un &\nb &",
];

describe("not detached", () => {
  test.each(kept)("%j", (text) => {
    expect(all(text)).toEqual([]);
  });
});

const one = (text: string): Detached => {
  const [first] = detached(lowered(text));
  if (!first) throw new Error(`nothing detached in ${text}`);
  return first;
};

// [shell text, whether a reader of both streams waits for its end]
const outputs: readonly (readonly [string, boolean])[] = [
  ["job &", true],
  ["nohup job &", true],
  ["job > log &", true],
  ["job 2> log &", true],
  ["job > log 2>&1 &", false],
  ["job &> log &", false],
  ["job &>> log &", false],
  ["job >> log 2>> err &", false],
  ["{ a; job; } > log 2>&1 &", false],
  ["{ job & } > log 2>&1", false],
  ["exec > log 2>&1; job &", false],
  ["exec > >(tee log) 2>&1; job &", true],
  ["a 2>/dev/null | job > log 2>&1 &", false],
  ["a | job > log 2>&1 &", true],
  ["(a && job) &", true],
  ["(job > log 2>&1) &", false],
  ["(a; job > log 2>&1) &", true],
  ["cd /x && job > log 2>&1 &", true],
  ["screen -dm job", false],
];

test.each(outputs)("%j keeps the output: %s", (text, keeps) => {
  expect(one(text).keepsStdout).toBe(keeps);
});

test("where it is and what it records", () => {
  expect(one("ssh h \"bash -c '(job; echo \\$? > /tmp/rc) &'\"")).toMatchObject({
    place: "remote",
    recordsStatus: true,
  });
  expect(one("ssh h \"bash -c 'job &'\"").nestedIn.map((command) => command.program)).toEqual(["ssh", "bash"]);
  expect(one("docker exec c sh -c 'job &'")).toMatchObject({ place: "container", recordsStatus: false });
  expect(one("curl http://x/?a=1&b=2").inUrl).toBe(true);
  expect(one("curl http://x/?a={{ ds }}&b=2").inUrl).toBe(true);
  expect(one("curl http://x/ &").inUrl).toBe(false);
  expect(one("job & ").ampersand).toEqual({ start: 4, end: 5 });
  expect(one("screen -dm job").ampersand).toBeUndefined();
});
