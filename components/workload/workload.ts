import { apps, batch, core, type types } from "@pulumi/kubernetes";
import { type CustomResourceOptions, getStack, type Input, type Unwrap } from "@pulumi/pulumi";

/** A Kubernetes pod spec of plain values: what the memory budget reads is what is registered. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
/** A Kubernetes container of plain values. */
export type Container = Unwrap<types.input.core.v1.Container>;

/**
 * One controller and its pods, as a plain document. The rooms make these with pure functions, so that the
 * memory budget, the policies and the rehearsal see the very pods that the components register.
 */
export interface Workload {
  /** Name of the controller, and its pods' `app.kubernetes.io/name`. Unique in the cluster. */
  readonly name: string;
  readonly namespace: string;
  readonly kind: "DaemonSet" | "Deployment" | "StatefulSet";
  /** Number of pods. A DaemonSet has none of its own: it follows the boards. */
  readonly replicas: number;
  readonly pod: PodSpec;
}

/** A pod that a board's kubelet starts by itself: kubeadm's control plane. Its `pod.nodeName` is the board. */
export interface StaticPod extends Omit<Workload, "kind"> {
  readonly kind: "StaticPod";
}

/**
 * Pods that run to their end: those of a Job, or of a CronJob's runs. `replicas` is how many of them there may be
 * at once: its parallelism, times the runs that may overlap.
 */
export interface JobPods extends Omit<Workload, "kind"> {
  readonly kind: "CronJob" | "Job";
}

/** What runs from time to time: a CronJob of whose runs there is at most one at any time. */
export interface ScheduledWorkload extends JobPods {
  readonly kind: "CronJob";
  readonly replicas: 1;
  /** When it runs, in cron's notation and UTC. */
  readonly schedule: string;
  /** How often a run that failed is tried again before it counts as failed. */
  readonly retries: number;
  /** Seconds after which a run, with all its retries, is ended and counts as failed. */
  readonly deadline: number;
}

/** Everything that puts pods on boards. */
export type Load = JobPods | StaticPod | Workload;

/** The label that ties a controller, its pods and its services together. */
export function labelsOf(name: string): { "app.kubernetes.io/name": string } {
  return { "app.kubernetes.io/name": name };
}

/**
 * The annotation of every pod with the stack that deployed it. By this the memory budget knows the pods of an app that
 * the settings no longer have, which the next update removes, from those that are not bramble's.
 */
export const stackAnnotation = "bramble/stack";

/**
 * Registers the controller of a workload.
 *
 * @param resourceName Pulumi name of the resource
 * @param workload what to run
 * @param opts `parent` must be given
 * @param podAnnotations e.g. a hash of the configuration, so that a change of it rolls the pods
 * @param annotations of the controller
 */
export function registerWorkload(
  resourceName: string,
  workload: Workload,
  opts: CustomResourceOptions,
  podAnnotations: Record<string, Input<string>> = {},
  annotations: Record<string, string> = {},
): apps.v1.DaemonSet | apps.v1.Deployment | apps.v1.StatefulSet {
  const labels = labelsOf(workload.name);
  const { name, namespace } = workload;
  const isAnnotated = Object.keys(annotations).length > 0;
  const metadata = { name, namespace, labels, ...(isAnnotated && { annotations }) };
  const selector = { matchLabels: labels };
  const template = { metadata: { labels, annotations: ofStack(podAnnotations) }, spec: workload.pod };
  const scaled = { replicas: workload.replicas, selector, template };
  switch (workload.kind) {
    case "DaemonSet":
      return new apps.v1.DaemonSet(resourceName, { metadata, spec: { selector, template } }, opts);
    case "Deployment": {
      // A small board has no room for the old and the new pod at once.
      const spec = { ...scaled, strategy: { type: "Recreate" } };
      return new apps.v1.Deployment(resourceName, { metadata, spec }, opts);
    }
    case "StatefulSet": {
      registerGoverningService(resourceName, workload, opts);
      const spec = { ...scaled, serviceName: governingService(name) };
      return new apps.v1.StatefulSet(resourceName, { metadata, spec }, opts);
    }
  }
}

/** Name of the Service that gives the pods of a StatefulSet their names: `gogs-0.gogs-pods.gogs.svc`. */
function governingService(name: string): string {
  return `${name}-pods`;
}

/**
 * Without an address of its own, as a StatefulSet wants it. The app's Service, by which others reach it, has one: it
 * leads from port 80 to the container's.
 */
function registerGoverningService(
  resourceName: string,
  { name, namespace }: Workload,
  opts: CustomResourceOptions,
): void {
  const labels = labelsOf(name);
  // Nobody waits for it: it says something once there are pods, which do not wait for it either.
  const annotations = { "pulumi.com/skipAwait": "true" };
  new core.v1.Service(
    `${resourceName}-pods`,
    {
      metadata: { name: governingService(name), namespace, labels, annotations },
      spec: { clusterIP: "None", selector: labels },
    },
    opts,
  );
}

/**
 * Registers the CronJob of a workload. A run does not begin while the one before is at work, and one that was
 * missed because the cluster was down is made up for within a day.
 *
 * @param opts `parent` must be given
 * @param podAnnotations as of {@link registerWorkload}
 */
export function registerSchedule(
  resourceName: string,
  { name, namespace, schedule, retries, deadline, pod }: ScheduledWorkload,
  opts: CustomResourceOptions,
  podAnnotations: Record<string, Input<string>> = {},
): batch.v1.CronJob {
  const labels = labelsOf(name);
  const template = { metadata: { labels, annotations: ofStack(podAnnotations) }, spec: pod };
  return new batch.v1.CronJob(
    resourceName,
    {
      metadata: { name, namespace, labels },
      spec: {
        schedule,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 86_400 - 60,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: { backoffLimit: retries, activeDeadlineSeconds: deadline, template },
        },
      },
    },
    opts,
  );
}

/** Annotations of pods with the stack that they are of. */
function ofStack(annotations: Record<string, Input<string>>): Record<string, Input<string>> {
  return { [stackAnnotation]: getStack(), ...annotations };
}
