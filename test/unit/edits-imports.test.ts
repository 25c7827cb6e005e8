import { describe, expect, it } from "vitest";
import type { Needed } from "../../server/src/edits/bindings.ts";
import { durationText, secondsText } from "../../server/src/edits/durations.ts";
import { localName, withImports } from "../../server/src/edits/imports.ts";
import type { Edit } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { applied, source } from "./edits-source.ts";

await grammarsLoaded();

const timedelta: Needed = { module: "datetime", name: "timedelta" };
const ssh: Needed = { module: "airflow.providers.ssh.operators.ssh", name: "SSHOperator" };

/** Replaces the first `HERE` by the name of what is needed. */
function use(text: string, ...needs: Needed[]): string | undefined {
  const file = source(text);
  const at = text.indexOf("HERE");
  const written = needs.map((one) => localName(file, one));
  if (written.includes(undefined)) return undefined;
  const edit: Edit = { span: { start: at, end: at + 4 }, text: written.join(" + ") };
  const edits = withImports(file, [edit], needs);
  return edits && applied(file, edits);
}

describe("a binding that is there", () => {
  it.each([
    ["from datetime import timedelta\nHERE\n", "timedelta"],
    ["from datetime import datetime, timedelta as td\nHERE\n", "td"],
    ["import datetime\nHERE\n", "datetime.timedelta"],
    ["import datetime as dt\nHERE\n", "dt.timedelta"],
    [
      "import datetime\nfrom datetime import timedelta\nHERE\n".replace("import datetime\n", "import datetime as d\n"),
      "timedelta",
    ],
    ["from datetime import *\nHERE\n", "timedelta"],
    ["try:\n    from datetime import timedelta\nexcept ImportError:\n    pass\nHERE\n", "timedelta"],
  ])("%j", (text, name) => {
    expect(use(text, timedelta)).toBe(text.replace("HERE", name));
  });

  it.each([
    ["import airflow.providers.ssh.operators.ssh\nHERE\n", "airflow.providers.ssh.operators.ssh.SSHOperator"],
    ["from airflow.providers.ssh.operators import ssh\nHERE\n", "ssh.SSHOperator"],
    ["from airflow.contrib.operators.ssh_operator import SSHOperator as Old\nHERE\n", "Old"],
  ])("of an operator: %j", (text, name) => {
    const needed = { ...ssh, also: ["airflow.contrib.operators.ssh_operator.SSHOperator"] };
    expect(use(text, needed)).toBe(text.replace("HERE", name));
  });

  it("gives a module", () => {
    expect(use("import subprocess as sp\nHERE\n", { module: "subprocess" })).toBe("import subprocess as sp\nsp\n");
  });
});

describe("joining an import of the same module", () => {
  it.each([
    ["from datetime import datetime", "from datetime import datetime, timedelta"],
    ["from datetime import timezone", "from datetime import timedelta, timezone"],
    ["from datetime import datetime  # dates", "from datetime import datetime, timedelta  # dates"],
    ["from datetime import datetime, timezone", "from datetime import datetime, timedelta, timezone"],
    ["from datetime import timezone, datetime", "from datetime import timezone, datetime, timedelta"],
    [
      "from datetime import datetime, \\\n    timezone as tz",
      "from datetime import datetime, \\\n    timedelta, timezone as tz",
    ],
    ["from datetime import (datetime)", "from datetime import (datetime, timedelta)"],
    ["from datetime import (datetime,)", "from datetime import (datetime, timedelta,)"],
    ["from datetime import (\n    datetime,\n)", "from datetime import (\n    datetime,\n    timedelta,\n)"],
    [
      "from datetime import (\n    datetime,  # a\n    timezone\n)",
      "from datetime import (\n    datetime,  # a\n    timedelta,\n    timezone\n)",
    ],
    ["from datetime import (\n    timezone\n)", "from datetime import (\n    timedelta,\n    timezone\n)"],
    ["from datetime import (\r\n    datetime\r\n)", "from datetime import (\r\n    datetime,\r\n    timedelta\r\n)"],
    ["import os; from datetime import datetime", "import os; from datetime import datetime, timedelta"],
  ])("%j", (before, after) => {
    expect(use(`${before}\nHERE\n`, timedelta)).toBe(`${after}\ntimedelta\n`);
  });
});

const line = "from airflow.providers.ssh.operators.ssh import SSHOperator";

describe("a new line", () => {
  it.each([
    ["nothing but code", "HERE\n", `${line}\n\nSSHOperator\n`],
    ["a byte order mark", "\uFEFFHERE\n", `\uFEFF${line}\n\nSSHOperator\n`],
    ["a licence", "#!/usr/bin/env python\n# (c)\n\nHERE\n", `#!/usr/bin/env python\n# (c)\n\n${line}\n\nSSHOperator\n`],
    ["a docstring", '"""A DAG."""\nHERE\n', `"""A DAG."""\n\n${line}\nSSHOperator\n`],
    [
      "a future import",
      "from __future__ import annotations\nHERE\n",
      `from __future__ import annotations\n\n${line}\nSSHOperator\n`,
    ],
    [
      "sorted Airflow imports",
      "from airflow import DAG\nfrom airflow.sdk import task\nimport x\nHERE\n",
      `from airflow import DAG\n${line}\nfrom airflow.sdk import task\nimport x\nSSHOperator\n`,
    ],
    [
      "unsorted Airflow imports",
      "from airflow.sdk import task\nfrom airflow import DAG  # dag\nimport x\nHERE\n",
      `from airflow.sdk import task\nfrom airflow import DAG  # dag\n${line}\nimport x\nSSHOperator\n`,
    ],
    ["only the standard library", "import os\nHERE\n", `import os\n\n${line}\nSSHOperator\n`],
    ["only others", "import requests\nHERE\n", `import requests\n${line}\nSSHOperator\n`],
    ["only local ones", "from .x import y\nHERE\n", `${line}\n\nfrom .x import y\nSSHOperator\n`],
    [
      "a parenthesised import",
      "from airflow.models import (\n    DAG,  # (\n)\nHERE\n",
      `from airflow.models import (\n    DAG,  # (\n)\n${line}\nSSHOperator\n`,
    ],
    [
      "TYPE_CHECKING and try blocks",
      "import os\nif TYPE_CHECKING:\n    from airflow.x import y\ntry:\n    import z\nexcept ImportError:\n    z = None\nHERE\n",
      `import os\n\n${line}\nif TYPE_CHECKING:\n    from airflow.x import y\ntry:\n    import z\nexcept ImportError:\n    z = None\nSSHOperator\n`,
    ],
    ["CRLF", "from airflow import DAG\r\nHERE\r\n", `from airflow import DAG\r\n${line}\r\nSSHOperator\r\n`],
    ["imports that share a line", "import a; import b\nHERE\n", `${line}\n\nimport a; import b\nSSHOperator\n`],
    ["imports behind the use", "HERE\nfrom airflow import DAG\n", `${line}\n\nSSHOperator\nfrom airflow import DAG\n`],
    [
      "a second block of imports",
      "import os\nos.x()\nfrom airflow import DAG\nHERE\n",
      `import os\nos.x()\nfrom airflow import DAG\n${line}\nSSHOperator\n`,
    ],
  ])("beside %s", (_, before, after) => {
    expect(use(before, ssh)).toBe(after);
  });

  it.each([
    ["from airflow import DAG\nHERE\n", "from datetime import timedelta\n\nfrom airflow import DAG\ntimedelta\n"],
    [
      "import os\nimport sys\n\nfrom airflow import DAG\nHERE\n",
      "import os\nimport sys\nfrom datetime import timedelta\n\nfrom airflow import DAG\ntimedelta\n",
    ],
    [
      "from os import x\n\nfrom airflow import DAG\nHERE\n",
      "from datetime import timedelta\nfrom os import x\n\nfrom airflow import DAG\ntimedelta\n",
    ],
  ])("of the standard library in %j", (before, after) => {
    expect(use(before, timedelta)).toBe(after);
  });

  it("puts `import` before `from`", () => {
    expect(use("import os\nfrom re import x\nHERE\n", { module: "subprocess" })).toBe(
      "import os\nimport subprocess\nfrom re import x\nsubprocess\n",
    );
  });

  it("brings several at once, two names of one module in one line", () => {
    const text = "from airflow import DAG\nHERE\n";
    const exceptions = ["AirflowException", "AirflowFailException"].map((name) => ({
      module: "airflow.exceptions",
      name,
    }));
    expect(use(text, ssh, ...exceptions)).toBe(
      `from airflow import DAG\nfrom airflow.exceptions import AirflowException, AirflowFailException\n${line}\n` +
        "SSHOperator + AirflowException + AirflowFailException\n",
    );
  });

  it("is the same for two fixes of one file", () => {
    const text = "from airflow import DAG\nONE\nTWO\n";
    const file = source(text);
    const edit = (at: string): Edit => ({
      span: { start: text.indexOf(at), end: text.indexOf(at) + 3 },
      text: "SSHOperator",
    });
    const [one] = withImports(file, [edit("ONE")], [ssh]) ?? [];
    const [two] = withImports(file, [edit("TWO")], [ssh]) ?? [];
    expect(one).toBeDefined();
    expect(one).toEqual(two);
  });
});

describe("a name that is taken", () => {
  it("gets an alias", () => {
    expect(use("timedelta = 3\nHERE\n", timedelta)).toBe(
      "from datetime import timedelta as timedelta_\n\ntimedelta = 3\ntimedelta_\n",
    );
    expect(use("from pendulum import duration as timedelta\nHERE\n", timedelta)).toContain("timedelta as timedelta_");
    expect(use("from x import *\ntimedelta(1)\nHERE\n", timedelta)).toContain("timedelta as timedelta_");
  });

  it("refuses when the alias is taken too", () => {
    expect(use("timedelta = timedelta_ = 3\nHERE\n", timedelta)).toBeUndefined();
  });

  it("refuses a name that the function around means otherwise", () => {
    expect(use("from datetime import timedelta\ndef f(timedelta):\n    HERE\n", timedelta)).toBeUndefined();
    expect(
      use("from datetime import timedelta\ndef f():\n    from datetime import timedelta\n    HERE\n", timedelta),
    ).toBeDefined();
  });

  it("does not take a name that only type checkers see", () => {
    const text = "if TYPE_CHECKING:\n    from datetime import datetime\nHERE\n";
    expect(use(text, timedelta)).toBe(`from datetime import timedelta\n\n${text.replace("HERE", "timedelta")}`);
  });
});

/** Replaces every `Bash(` by `SSHOperator(`. */
function swap(text: string, needs: readonly Needed[] = [ssh]): string {
  const file = source(text);
  const edits = [...text.matchAll(/Bash(?=\()/g)].map((found) => ({
    span: { start: found.index, end: found.index + 4 },
    text: "SSHOperator",
  }));
  return applied(file, withImports(file, edits, needs));
}

describe("imports that lose their last use", () => {
  it.each([
    ["the only name: its line is taken", "from airflow.bash import Bash\nBash()\n", `${line}\nSSHOperator()\n`],
    [
      "the only name: its line goes",
      "from airflow import DAG\nfrom bash import Bash\nBash()\n",
      `from airflow import DAG\n${line}\nSSHOperator()\n`,
    ],
    [
      "one of several",
      "from airflow.bash import A, Bash, C\nBash(A, C)\n",
      `from airflow.bash import A, C\n${line}\nSSHOperator(A, C)\n`,
    ],
    [
      "all in brackets: the comments stay",
      "from airflow import DAG\nfrom bash import (  # a\n    Bash,  # b\n)\nBash()\n",
      `from airflow import DAG\n${line}\n# a\n# b\nSSHOperator()\n`,
    ],
    [
      "all in brackets: another takes the place",
      "from airflow.bash import (\n    Bash,  # b\n)\nBash()\n",
      `# b\n${line}\nSSHOperator()\n`,
    ],
    [
      "one of several lines",
      "from airflow.bash import (\n    A,  # a\n    Bash,  # b\n)\nBash(A)\n",
      `from airflow.bash import (\n    A,  # a\n    # b\n)\n${line}\nSSHOperator(A)\n`,
    ],
    [
      "behind a backslash",
      "from airflow.bash import A, \\\n    Bash\nBash(A)\n",
      `from airflow.bash import A\n${line}\nSSHOperator(A)\n`,
    ],
    [
      "a comment stays",
      "from airflow import DAG\nfrom bash import Bash  # old\nBash()\n",
      `from airflow import DAG\n${line}\n# old\nSSHOperator()\n`,
    ],
    [
      "its own module gets the new name",
      "from airflow.providers.ssh.operators.ssh import Bash\nBash()\n",
      `${line}\nSSHOperator()\n`,
    ],
    [
      "a word in prose is no use",
      '"""Uses Bash here."""\nfrom airflow.bash import Bash\nBash()  # Bash\n',
      `"""Uses Bash here."""\n${line}\nSSHOperator()  # Bash\n`,
    ],
  ])("%s", (_, before, after) => {
    expect(swap(before)).toBe(after);
  });

  it.each([
    ["used elsewhere", "from airflow.bash import Bash\nx = Bash\nBash()\n"],
    ["exported", "from airflow.bash import Bash\n__all__ = ['Bash']\nBash()\n"],
    ["marked", "from airflow.bash import Bash  # noqa: F401\nBash()\n"],
    ["re-exported", "from airflow.bash import Bash as Bash\nBash()\n"],
    ["an annotation", "from airflow.bash import Bash\ndef f(x: 'Bash') -> Bash: ...\nBash()\n"],
    ["a type comment", "from airflow.bash import Bash\nx = y  # type: Bash\nBash()\n"],
    [
      "imported twice",
      "try:\n    from airflow.bash import Bash\nexcept ImportError:\n    from airflow.b import Bash\nBash()\n",
    ],
    ["in an f-string", "from airflow.bash import Bash\nx = f'the {Bash}'\nBash()\n"],
  ])("keeps one that is %s", (_, before) => {
    for (const kept of before.split("\n").filter((one) => one.includes("import"))) expect(swap(before)).toContain(kept);
  });

  it("keeps what the new text uses, and what was unused before", () => {
    const text = "import os\nfrom airflow.bash import Bash\nx = 1\n";
    const file = source(text);
    const at = text.indexOf("1");
    const edits = withImports(file, [{ span: { start: at, end: at + 1 }, text: "Bash" }], []);
    expect(applied(file, edits)).toBe(text.replace("1", "Bash"));
  });
});

describe("durations", () => {
  it.each([
    ["", 3900, "timedelta(hours=1, minutes=5)"],
    ["", 7 * 86_400, "timedelta(days=7)"],
    ["", 90, "timedelta(minutes=1, seconds=30)"],
    ["", 0.5, "timedelta(seconds=0.5)"],
    ["", 90_000, "timedelta(hours=25)"],
    ["import datetime as dt", 3600, "dt.timedelta(hours=1)"],
    ["import pendulum", 3600, "timedelta(hours=1)"],
    ["import pendulum\nx = pendulum.duration(days=1)", 3600, "pendulum.duration(hours=1)"],
    ["from pendulum import duration as d\nx = d(days=1)", 3600, "d(hours=1)"],
    [
      "import pendulum\nfrom datetime import timedelta\nx = pendulum.duration(1), timedelta(1)",
      60,
      "timedelta(minutes=1)",
    ],
  ])("%j, %d s", (text, seconds, written) => {
    expect(durationText(source(text), seconds)?.text).toBe(written);
  });

  it.each([
    [600, "600"],
    [3600, "3600"],
    [14_400, "4 * 3600"],
    [86_400, "24 * 3600"],
    [604_800, "7 * 24 * 3600"],
    [5400, "5400"],
    [0.5, "0.5"],
  ])("%d seconds", (seconds, written) => {
    expect(secondsText(seconds)).toBe(written);
  });
});
