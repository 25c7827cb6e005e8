/** `npm run new-rule -- <name> [group]`: a rule file, its fixture and its line in the list, ready to be filled in. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const manifest = z.object({ version: z.string() });

/** The groups of rules and the hundred of codes that each owns. */
const hundreds: Readonly<Record<string, number>> = {
  "fire-and-forget": 100,
  "missing-timeout": 200,
  unmonitored: 300,
  "lost-failure": 400,
  orphan: 500,
  unsafe: 600,
  sensor: 700,
};

/** `ssh-background-command` → `sshBackgroundCommand` */
function identifier(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The source of a new rule. */
export function ruleSource(name: string, group: string, code: string, since: string): string {
  return `import { defineRule } from "./rule.ts";

export default defineRule({
  code: "${code}",
  name: "${name}",
  group: "${group}",
  severity: "warning",
  summary: "TODO one line for lists",
  since: "${since}",
  status: "preview",
  profile: "recommended",
  docs: {
    why: "TODO what really happens in Airflow, and how it is known",
    bad: \`from airflow import DAG
\`,
    good: \`from airflow import DAG
\`,
    links: [],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (task.operator.name !== "TODO") continue;
      report({ span: task.span, message: "TODO what Airflow will do", hint: "TODO what to do about it" });
    }
  },
});
`;
}

/** The fixture of a new rule. */
export function fixtureSource(name: string): string {
  const silent = [1, 2, 3, 4].map(
    (number) => `## TODO silent case ${number}

TODO why it is fine.

\`\`\`py
from airflow import DAG
\`\`\`
`,
  );
  return `# ${name}

## TODO the plainest case

TODO what is wrong with it.

\`\`\`py
from airflow import DAG  # warning: [${name}] ""
\`\`\`

\`\`\`fixed
\`\`\`

${silent.join("\n")}`;
}

/** The list with one more rule: its import where the alphabet wants it, its entry where its code does. */
export function addToList(
  list: string,
  rule: { readonly name: string; readonly code: string },
  codes: ReadonlyMap<string, string>,
): string | undefined {
  const insert = (text: string, pattern: RegExp, line: string, before: (found: string) => boolean) => {
    const lines = [...text.matchAll(pattern)];
    const next = lines.find((match) => before(match[0]));
    const last = lines.at(-1);
    const at = next ? next.index : last ? last.index + last[0].length + 1 : undefined;
    return at === undefined ? undefined : `${text.slice(0, at)}${line}\n${text.slice(at)}`;
  };
  const own = identifier(rule.name);
  const line = `import ${own} from "./${rule.name}.ts";`;
  const path = (text: string) => /"(.*)"/.exec(text)?.[1] ?? "";
  const imported = insert(list, /^import \w+ from "\.\/[a-z0-9-]+\.ts";$/gm, line, (found) => path(found) > path(line));
  const byIdentifier = new Map([...codes].map(([name, code]) => [identifier(name), code]));
  const code = (found: string) => byIdentifier.get(found.replaceAll(/[ ,]/g, "")) ?? "";
  return imported && insert(imported, /^ {2}\w+,$/gm, `  ${own},`, (found) => code(found) > rule.code);
}

/** Rule name → code, as the sources say. */
async function codesInUse(): Promise<Map<string, string>> {
  const folder = join(root, "server/src/rules");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts"));
  const sources = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return new Map(
    sources.flatMap((text) => {
      const code = /^ {2}code: "(TET\d+)"/m.exec(text)?.[1];
      const name = /^ {2}name: "([a-z0-9-]+)"/m.exec(text)?.[1];
      return code && name ? [[name, code] as const] : [];
    }),
  );
}

function nextCode(group: string, codes: ReadonlyMap<string, string>): string {
  const first = hundreds[group] ?? 100;
  const used = [...codes.values()].map((code) => Number(code.slice("TET".length)));
  return `TET${Math.max(first, ...used.filter((code) => code >= first && code < first + 100)) + 1}`;
}

async function main(): Promise<number> {
  const [name = "", group = "fire-and-forget"] = process.argv.slice(2);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name) || !(group in hundreds)) {
    console.error(`usage: npm run new-rule -- <kebab-case-name> [${Object.keys(hundreds).join("|")}]`);
    return 2;
  }
  const rule = join(root, "server/src/rules", `${name}.ts`);
  const fixture = join(root, "test/rules", `${name}.md`);
  const listPath = join(root, "server/src/rules/index.ts");
  const present = [rule, fixture].find((path) => existsSync(path));
  if (present) {
    console.error(`${present} is already there`);
    return 2;
  }
  const { version } = manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const codes = await codesInUse();
  const code = nextCode(group, codes);
  const list = addToList(await readFile(listPath, "utf8"), { name, code }, codes);
  if (list === undefined) {
    console.error(`${listPath} has no list of rules to add to`);
    return 2;
  }
  await writeFile(rule, ruleSource(name, group, code, version));
  await writeFile(fixture, fixtureSource(name));
  await writeFile(listPath, list);
  console.log(`${code} ${name}: fill in ${rule} and ${fixture}, then run npx vitest run test/rules.test.ts`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
