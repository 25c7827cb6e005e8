import { environmentNames } from "../layout.ts";
import { proofTests } from "./proofs.ts";

// One after the other: a whole Airflow works a machine of two cores to its limits.
for (const name of environmentNames) proofTests(name);
