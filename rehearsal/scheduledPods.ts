import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, BatchV1Api, type KubeConfig, type V1CronJob } from "@kubernetes/client-node";

/** Starts a run of every CronJob now, so that its pod is placed and seen among the others. */
export async function startScheduledPods(config: KubeConfig, signal: AbortSignal): Promise<void> {
  const api = config.makeApiClient(BatchV1Api);
  const { items } = await api.listCronJobForAllNamespaces();
  await Promise.all(items.map((cronJob) => startRun(api, cronJob, signal)));
}

async function startRun(api: BatchV1Api, { metadata, spec }: V1CronJob, signal: AbortSignal): Promise<void> {
  const { name: cronJob = "", namespace = "", uid = "" } = metadata ?? {};
  const name = `${cronJob}-rehearsed`;
  // That of the run before may be of another template.
  while (await isThere(() => api.deleteNamespacedJob({ name, namespace, propagationPolicy: "Foreground" }))) {
    await sleep(200, undefined, { signal });
  }
  const { spec: job, metadata: template } = spec.jobTemplate;
  await api.createNamespacedJob({
    namespace,
    body: {
      ...(job && { spec: job }),
      metadata: {
        name,
        ...(template?.labels && { labels: template.labels }),
        annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: cronJob, uid, controller: true }],
      },
    },
  });
}

async function isThere(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return false;
    throw error;
  }
}
