import type { JobPods, PodSpec, Workload } from "../components/workload.ts";
import type { Config, ResourceRule, Seen } from "./rule.ts";

/** What makes pods: a controller, a Job, or a Pod itself. */
export interface PodOwner {
  /** `namespace/name`. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly kind: (JobPods | Workload)["kind"];
  /** Pods at once. */
  readonly replicas: number;
  readonly spec: PodSpec;
  /** Whether its pods are to run without end. */
  readonly lasts: boolean;
}

interface Template {
  readonly template?: { readonly spec?: PodSpec };
  readonly replicas?: number;
  readonly parallelism?: number;
}

interface CronJobSpec {
  readonly concurrencyPolicy?: string;
  readonly jobTemplate?: { readonly spec?: Template };
}

const controllers: Record<string, "DaemonSet" | "Deployment" | "StatefulSet" | undefined> = {
  Deployment: "Deployment",
  ReplicaSet: "Deployment",
  ReplicationController: "Deployment",
  StatefulSet: "StatefulSet",
  DaemonSet: "DaemonSet",
};

/** The pods within any kind of the Kubernetes API that makes some. */
export function podOwner({ type, name: resourceName, props }: Seen): PodOwner | undefined {
  const [provider, , kind = ""] = type.split(":");
  if (provider !== "kubernetes" || props.spec === undefined) return undefined;
  const pods = podsIn(kind.replace(/Patch$/, ""), props.spec);
  if (pods?.spec === undefined) return undefined;
  const { name = resourceName, namespace = "default" } = metadataOf(props);
  return {
    ...pods,
    spec: { ...pods.spec, containers: pods.spec.containers },
    name,
    namespace,
    id: `${namespace}/${name}`,
  };
}

function podsIn(
  kind: string,
  spec: unknown,
):
  | (Omit<PodOwner, "id" | "name" | "namespace" | "spec"> & { readonly spec: PodSpec | undefined })
  | undefined {
  const own = spec as Template;
  if (kind === "Pod") {
    const pod = spec as PodSpec;
    const lasts = (pod.restartPolicy ?? "Always") === "Always";
    return { kind: lasts ? "Deployment" : "Job", replicas: 1, spec: pod, lasts };
  }
  if (kind === "Job") {
    return { kind, replicas: own.parallelism ?? 1, spec: own.template?.spec, lasts: false };
  }
  if (kind === "CronJob") {
    const { concurrencyPolicy, jobTemplate } = spec as CronJobSpec;
    const job = jobTemplate?.spec;
    // A run that takes too long meets the next one, unless that is forbidden.
    const runs = concurrencyPolicy === "Forbid" || concurrencyPolicy === "Replace" ? 1 : 2;
    return { kind, replicas: runs * (job?.parallelism ?? 1), spec: job?.template?.spec, lasts: false };
  }
  const controller = controllers[kind];
  if (controller === undefined) return undefined;
  return { kind: controller, replicas: own.replicas ?? 1, spec: own.template?.spec, lasts: true };
}

/** An object's name and namespace. */
export function metadataOf(props: Seen["props"]): { readonly name?: string; readonly namespace?: string } {
  return props.metadata ?? {};
}

/** A container, of what runs or of what prepares it. */
export type AnyContainer = PodSpec["containers"][number];

/** All containers of a pod, in the order in which they start. */
export function containersOf({ initContainers, containers }: PodSpec): readonly AnyContainer[] {
  // Missing where it is what is wrong.
  return [...(initContainers ?? []), ...((containers as PodSpec["containers"] | undefined) ?? [])];
}

/** A rule about pods: concerned with whatever makes some. */
export function podRule(
  rule: Omit<ResourceRule, "faults" | "subject">,
  faults: (owner: PodOwner, config: Config) => string[],
): ResourceRule {
  return {
    ...rule,
    subject: (resource) => podOwner(resource)?.id,
    faults: (resource, config) => {
      const owner = podOwner(resource);
      return owner ? faults(owner, config) : [];
    },
  };
}
