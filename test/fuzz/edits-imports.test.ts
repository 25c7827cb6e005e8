import fc from "fast-check";
import { expect, it } from "vitest";
import { localOf, type Needed } from "../../server/src/edits/bindings.ts";
import { localName, withImports } from "../../server/src/edits/imports.ts";
import type { SourceFile } from "../../server/src/edits/layout.ts";
import { everyExpression } from "../../server/src/syntax/traverse.ts";
import { applyEdits, type Edit } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { source } from "../unit/edits-source.ts";

await grammarsLoaded();

// Bounds a hang, not the speed of a machine.
const timeout = 600_000;

const heads = [
  "",
  "#!/usr/bin/env python\n",
  "# (c) somebody\n\n",
  '"""Loads.\n\nimport this\n"""\n',
  '"""A."""  # doc\n\n',
];

const lines = [
  "import os\n",
  "import datetime\n",
  "import datetime as dt\n",
  "import subprocess as sp  # noqa: F401\n",
  "import os, sys\n",
  "import os; import json\n",
  "from datetime import datetime\n",
  "from datetime import datetime, timedelta\n",
  "from datetime import (\n    datetime,  # when\n    timezone,\n)\n",
  "from datetime import datetime, \\\n    timezone\n",
  "from datetime import (timezone)\n",
  "from datetime import *\n",
  "from pendulum import duration as timedelta\n",
  "from airflow import DAG\n",
  "from airflow.operators import bash\n",
  "from airflow.operators.bash import BashOperator\n",
  "from airflow.operators.bash import BashOperator  # the shell\n",
  "from airflow.operators.bash import BashOperator as Bash, x\n",
  "from airflow.operators.bash import (\n    BashOperator,  # the shell\n    y\n)\n",
  "from airflow.providers.ssh.operators.ssh import SSHOperator\n",
  "from airflow.providers.ssh.operators import ssh\n",
  "from airflow.providers.ssh.operators.ssh import (\n    Other\n)\n",
  "import airflow.providers.ssh.operators.ssh\n",
  "import requests\n",
  "from .local import thing\n",
  "if TYPE_CHECKING:\n    from datetime import timedelta\n",
  "try:\n    from datetime import timedelta\nexcept ImportError:\n    timedelta = None\n",
  "sys.path.append('x')\n",
  "timedelta = 3\n",
  "# a heading\n",
  "\n",
  "\n",
];

const uses = [
  "BashOperator(a)\n",
  "bash.BashOperator(a)\n",
  "Bash(y, x)\n",
  "datetime(2020, 1, 1)\n",
  "datetime.datetime(2020, 1, 1)\n",
  "os.x\n",
  "timezone.utc\n",
];

const needs: Needed[] = [
  { module: "datetime", name: "timedelta" },
  { module: "airflow.providers.ssh.operators.ssh", name: "SSHOperator" },
  { module: "subprocess" },
  { module: "airflow.exceptions", name: "AirflowException" },
  { module: "airflow.exceptions", name: "AirflowFailException" },
];

const files = fc
  .record({
    mark: fc.constantFrom("", "", "\uFEFF"),
    head: fc.constantFrom(...heads),
    future: fc.constantFrom("", "", "from __future__ import annotations\n"),
    lines: fc.array(fc.constantFrom(...lines), { maxLength: 7 }),
    uses: fc.array(fc.constantFrom(...uses), { maxLength: 4 }),
    newline: fc.constantFrom("\n", "\n", "\r\n"),
  })
  .map((parts) => {
    const body = `${parts.future}${parts.lines.join("")}\nHERE\n${parts.uses.join("")}`;
    return parts.mark + (parts.head + body).replaceAll("\n", parts.newline);
  });

/** Names that code uses and that no import, assignment or definition of the module binds. */
function unbound(file: SourceFile): Set<string> {
  const found = new Set<string>();
  everyExpression(file.module.body, (expr) => {
    if (expr.kind === "name" && !file.names.module.bindings.has(expr.id)) found.add(expr.id);
  });
  return found;
}

it(
  "brings imports into any file, and takes only unused ones out",
  () => {
    let changed = 0;
    fc.assert(
      fc.property(files, fc.subarray(needs, { minLength: 1 }), fc.nat({ max: 3 }), (text, wanted, which) => {
        const file = source(text);
        expect(file.module.errors, text).toEqual([]);
        const locals = wanted.map((one) => localName(file, one));
        if (locals.includes(undefined)) return;
        const at = text.indexOf("HERE");
        const edits: Edit[] = [{ span: { start: at, end: at + 4 }, text: `[${locals.join(", ")}]` }];
        // Another callee for one use, so that its import may lose its last one.
        const use = [...text.slice(at).matchAll(/(?:bash\.)?Bash(?:Operator)?(?=\()/g)][which];
        if (use) {
          const start = at + use.index;
          edits.push({ span: { start, end: start + use[0].length }, text: "print" });
        }
        const all = withImports(file, edits, wanted);
        if (!all) return;
        changed++;
        const result = applyEdits(text, all);
        if (result === undefined) throw new Error("overlap");
        const after = source(result);
        expect(after.module.errors, result).toEqual([]);
        expect(after.module.comments.map((one) => one.text.trim()).sort()).toEqual(
          file.module.comments.map((one) => one.text.trim()).sort(),
        );
        if (text.includes("\r\n")) expect(result.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        // `from __future__` must stay the first statement but for the docstring.
        const order = (one: SourceFile): number =>
          one.module.body.findIndex(
            (statement) => statement.kind === "import-from" && statement.module === "__future__",
          );
        expect(order(after)).toBe(order(file));
        expect(result.startsWith(text.slice(0, /^\uFEFF?(#.*\s+)*("""[^"]*""")?/.exec(text)?.[0].length))).toBe(true);
        // Nothing that was bound has lost its meaning, and all that is needed is there.
        const missing = unbound(file);
        // What a star import brings is bound without a trace.
        if (file.names.starImports.length > 0) for (const one of locals) if (one) missing.add(one);
        for (const name of unbound(after))
          expect(missing.has(name) || name === "print", `${name} in\n${result}`).toBe(true);
        wanted.forEach((one, index) => {
          const local = localOf(after, one);
          expect(local?.by, result).toBeDefined();
          expect(local?.text).toBe(locals[index]);
        });
        // Once more: nothing to bring.
        const place = result.indexOf("[", result.lastIndexOf(`[${locals.join(", ")}]`));
        const again = withImports(after, [{ span: { start: place, end: place }, text: "" }], wanted);
        expect(again).toHaveLength(1);
      }),
      { numRuns: 2500 },
    );
    expect(changed).toBeGreaterThan(1250);
  },
  timeout,
);
