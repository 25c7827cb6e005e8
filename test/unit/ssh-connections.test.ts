import { describe, expect, it } from "vitest";
import { lint } from "../../server/src/engine/lint.ts";
import { grammarsLoaded } from "../grammars.ts";
import { Project } from "../project.ts";

await grammarsLoaded();
const project = new Project();

/** The hint of the finding in a Bash task with that text, and the connection of its preferred fix. */
function advice(command: string, toml = ""): { hint: string | undefined; id: string | undefined } {
  const settings = project.settings(toml, ["bash-ssh-call", "ssh-client-backgrounded", "ssh-background-command"]);
  const text = `from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("d"):
    BashOperator(task_id="a", bash_command=${JSON.stringify(command)})
`;
  const { findings } = lint({ path: project.path, text }, settings);
  expect(findings).toHaveLength(1);
  const edits = findings[0]?.fixes[0]?.edits.map((one) => one.text).join("\n") ?? "";
  return { hint: findings[0]?.hint, id: /ssh_conn_id="(\w+)"/.exec(edits)?.[1] };
}

describe("the connection that a rewrite needs", () => {
  it.each([
    ["ssh edge1 /opt/load", "airflow connections add ssh_edge1 --conn-type ssh --conn-host edge1"],
    [
      "ssh etl@edge-1.example.com /opt/load",
      "ssh_edge_1_example_com --conn-type ssh --conn-host edge-1.example.com --conn-login etl",
    ],
    ["ssh -l etl -p 2222 edge1 /opt/load", "--conn-host edge1 --conn-login etl --conn-port 2222"],
    ["ssh -i /keys/etl edge1 /opt/load", `--conn-host edge1 --conn-extra '{"key_file": "/keys/etl"}'`],
    // Left in the background, here or there.
    [
      "ssh etl@edge1 /opt/load > /tmp/log 2>&1 &",
      "airflow connections add ssh_edge1 --conn-type ssh --conn-host edge1 --conn-login etl",
    ],
    [
      "ssh -f etl@edge1 /opt/load",
      "airflow connections add ssh_edge1 --conn-type ssh --conn-host edge1 --conn-login etl",
    ],
    [
      "ssh etl@edge1 'nohup /opt/load > /tmp/log 2>&1 &'",
      "airflow connections add ssh_edge1 --conn-type ssh --conn-host edge1 --conn-login etl",
    ],
  ])("is made with a command in the hint: %s", (command, expected) => {
    const { hint, id } = advice(command);
    expect(hint).toContain(expected);
    expect(hint).toContain(`connections add ${id} `);
  });

  it("is made as Airflow 1.10 wants it", () => {
    expect(advice("ssh etl@edge1 /opt/load", 'airflow-version = "1.10.15"').hint).toContain(
      "airflow connections --add --conn_id ssh_edge1 --conn_type ssh --conn_host edge1 --conn_login etl",
    );
  });

  it.each([
    ["ssh etl@edge1 /opt/load", "etl"],
    ["ssh -l etl edge1 /opt/load", "etl"],
    ["ssh edge1 /opt/load", "any"],
    ["ssh root@edge1 /opt/load", "any"],
    ["ssh etl@edge1 /opt/load > /tmp/log 2>&1 &", "etl"],
    ["ssh etl@edge1 'nohup /opt/load > /tmp/log 2>&1 &'", "etl"],
  ])("is the project's own: %s", (command, expected) => {
    const { hint, id } = advice(command, '[ssh-connections]\n"etl@edge1" = "etl"\nedge1 = "any"\n');
    expect(id).toBe(expected);
    expect(hint).toContain(`with the connection ${expected}.`);
    expect(hint).not.toContain("connections add");
  });

  it("is not spoken of where the text is more than the call", () => {
    expect(advice("ssh etl@edge1 /opt/load && date")).toEqual({
      hint: expect.not.stringContaining("connection "),
      id: undefined,
    });
  });
});
