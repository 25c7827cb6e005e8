/** Operators whose wait in the triggerer has no end of its own. */
import { inheritedFact } from "./inherited.ts";
import type { OperatorClass } from "./operator.ts";

/**
 * What ends the deferral when the work never does: "execution-timeout", which the operator hands to the triggerer where
 * the task has one; "nothing" in Airflow 3, while Airflow 2 ends any deferral at the task's execution_timeout.
 */
export type DeferralEnd = "execution-timeout" | "nothing";

const google = "airflow.providers.google.cloud.operators";
const azure = "airflow.providers.microsoft.azure.operators";

// Read in every `self.defer(…)` of the newest providers: no `timeout=`, and a trigger without a number of attempts or an
// end of its own (cncf-kubernetes 10.25.0, databricks 7.23.0, livy 4.6.4, google 22.8.0, microsoft-azure 15.2.1). Not
// listed: what counts attempts, as most of Amazon's do, and services that end their work themselves (Cloud Run, Cloud
// Build, BigQuery, Dataproc batches, Vertex AI, Snowflake and Redshift statements).
const ends: Readonly<Record<string, DeferralEnd>> = {
  "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator": "execution-timeout",
  "airflow.providers.cncf.kubernetes.operators.job.KubernetesJobOperator": "nothing",
  "airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator": "nothing",
  "airflow.providers.apache.livy.operators.livy.LivyOperator": "execution-timeout",
  [`${azure}.container_instances.AzureContainerInstancesOperator`]: "execution-timeout",
  [`${google}.dataproc.DataprocSubmitJobOperator`]: "nothing",
  [`${google}.dataproc.DataprocInstantiateWorkflowTemplateOperator`]: "nothing",
  [`${google}.dataproc.DataprocInstantiateInlineWorkflowTemplateOperator`]: "nothing",
  [`${google}.dataflow.DataflowTemplatedJobStartOperator`]: "nothing",
  [`${google}.dataflow.DataflowStartFlexTemplateOperator`]: "nothing",
  [`${google}.datafusion.CloudDataFusionStartPipelineOperator`]: "nothing",
};

/** The classes with such a fact, by their newest spelling. */
export const listedDeferrals: readonly string[] = Object.keys(ends);

/** What ends an operator's deferral; undefined where it has an end of its own, or none is known. EksPodOperator counts as the pod operator that it is. */
export const deferralEnd: (cls: OperatorClass) => DeferralEnd | undefined = inheritedFact((fqcn) => ends[fqcn]);

/** Keywords that end the work at the service, or hold a specification that may: where one is given, nothing is known. */
export const serviceLimits: readonly string[] = [
  "active_deadline_seconds",
  "timeout_seconds",
  "pod_template_file",
  "pod_template_dict",
  "full_pod_spec",
  "job_template_file",
  "full_job_spec",
  "start_from_trigger",
];
