/** The import of a class of Airflow or a provider, in the spelling that the project's versions have. */
import { importPath } from "../airflow/availability.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { findClass } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import type { Needed } from "./bindings.ts";
import { topImports } from "./uses.ts";

/** What to need for a class: an import of it that the file has already counts in any historic spelling. Undefined: the project's versions lack it. */
export function neededClass(file: DagFile, cls: OperatorClass): Needed | undefined {
  const path = importPath(file.project, cls);
  if (!path) return undefined;
  const also = new Set([cls.fqcn]);
  for (const { statement, imported } of topImports(file)) {
    const qualified = statement.kind === "import" ? imported.name : `${statement.module}.${imported.name}`;
    // from airflow.contrib.operators.ssh_operator import SSHOperator; from airflow.operators import bash
    for (const spelling of [qualified, `${qualified}.${cls.name}`]) {
      if (findClass(spelling)?.fqcn === cls.fqcn) also.add(spelling);
    }
  }
  return { module: path.module, name: path.name, also: [...also] };
}
