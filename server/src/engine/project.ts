import { newestAirflow, type Target } from "../airflow/target.ts";

/** Versions that the configuration gives. */
export type ConfiguredVersions = {
  readonly airflow: string | undefined;
  /** `apache-airflow-providers-ssh` or `ssh` → version. */
  readonly providers: Readonly<Record<string, string>>;
};

/** The versions that files in `directory` must fit. Files are looked for in it and upward to `top`, never above. */
export function detectTarget(_directory: string, _top: string, configured: ConfiguredVersions): Target {
  if (configured.airflow !== undefined) {
    return { airflow: configured.airflow, origin: "setting", providers: configured.providers };
  }
  return { airflow: newestAirflow, origin: "default", providers: configured.providers };
}
