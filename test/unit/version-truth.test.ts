/**
 * Advice fits the versions that a project has: the examples of all rules, in the spelling of five Airflows, get no fix
 * and no hint that names what does not exist there.
 */
import { describe, expect, it } from "vitest";
import type { Project } from "../../server/src/airflow/target.ts";
import type { ProviderVersions } from "../../server/src/catalog/index.ts";
import { fixAll } from "../../server/src/engine/fix.ts";
import { lint } from "../../server/src/engine/lint.ts";
import type { Settings } from "../../server/src/engine/settings.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import { rules } from "../../server/src/rules/index.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { lackingInFix, lackingInText } from "./version-names.ts";
import { spelledFor } from "./version-spelling.ts";

await grammarsLoaded();
const strict = loadSettings("/dags", { profile: "strict" }).settings;

/** Of every line the providers that came out with it; Airflow 1.10 has none. */
const targets: readonly { readonly airflow: string; readonly providers: ProviderVersions }[] = [
  { airflow: "1.10.15", providers: {} },
  { airflow: "2.4.3", providers: {} },
  {
    airflow: "2.4.3",
    providers: {
      "apache-airflow-providers-amazon": "6.0.0",
      "apache-airflow-providers-apache-livy": "3.1.0",
      "apache-airflow-providers-cncf-kubernetes": "4.4.0",
      "apache-airflow-providers-databricks": "3.3.0",
      "apache-airflow-providers-docker": "3.2.0",
      "apache-airflow-providers-google": "8.4.0",
      "apache-airflow-providers-http": "4.0.0",
      "apache-airflow-providers-microsoft-azure": "4.3.0",
      "apache-airflow-providers-microsoft-psrp": "2.0.0",
      "apache-airflow-providers-microsoft-winrm": "3.1.0",
      "apache-airflow-providers-sftp": "4.1.0",
      "apache-airflow-providers-ssh": "3.2.0",
    },
  },
  { airflow: "2.11.2", providers: {} },
  {
    airflow: "2.11.2",
    providers: {
      "apache-airflow-providers-amazon": "9.8.0",
      "apache-airflow-providers-cncf-kubernetes": "10.5.0",
      "apache-airflow-providers-google": "15.1.0",
      "apache-airflow-providers-http": "5.3.0",
      "apache-airflow-providers-sftp": "5.3.0",
      "apache-airflow-providers-ssh": "4.0.1",
      "apache-airflow-providers-standard": "1.2.0",
    },
  },
  { airflow: "3.0.6", providers: {} },
  {
    airflow: "3.0.6",
    providers: {
      "apache-airflow-providers-amazon": "9.12.0",
      "apache-airflow-providers-cncf-kubernetes": "10.7.0",
      "apache-airflow-providers-google": "17.1.0",
      "apache-airflow-providers-sftp": "5.3.4",
      "apache-airflow-providers-ssh": "4.1.3",
      "apache-airflow-providers-standard": "1.6.0",
    },
  },
  { airflow: "3.3.2", providers: {} },
  {
    airflow: "3.3.2",
    providers: { "apache-airflow-providers-ssh": "7.0.1", "apache-airflow-providers-standard": "1.15.0" },
  },
];

function settingsFor(target: (typeof targets)[number]): Settings {
  const project: Project = { ...strict.project, target: { ...target, origin: "setting" } };
  return { ...strict, project };
}

/** The programs of the rules, as a project with these versions writes them; without those that it cannot. */
function programs(target: (typeof targets)[number]): { readonly rule: string; readonly text: string }[] {
  return rules.flatMap(({ name, docs }) => {
    const spelled = spelledFor(target, docs.bad);
    return "text" in spelled ? [{ rule: name, text: spelled.text }] : [];
  });
}

describe.each(targets)("Airflow $airflow with $providers", (target) => {
  const settings = settingsFor(target);
  const { project } = settings;
  it.each(programs(target))("$rule", ({ text }) => {
    const source = { path: "/dags/dag.py", text };
    const lacking = lint(source, settings).findings.flatMap((finding) => {
      const { rule, span, message, hint = "", fixes } = finding;
      const said = [hint, ...fixes.flatMap((fix) => [fix.title, fix.safety === "unsafe" ? fix.why : ""])];
      return [
        ...said.flatMap((one) => lackingInText(one, text, span, project).map((what) => `${rule}: ${what} in "${one}"`)),
        ...fixes.flatMap(({ title, edits }) => {
          const after = applyEdits(text, edits) ?? "";
          return lackingInFix(text, after, project).map((what) => `${rule}: ${what} by "${title}": ${message}`);
        }),
      ];
    });
    const all = fixAll(source, settings, "unsafe").text;
    expect([...lacking, ...lackingInFix(text, all, project)]).toEqual([]);
  });
});
