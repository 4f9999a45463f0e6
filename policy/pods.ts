import type { JobPods, PodSpec, Workload } from "../components/workload/workload.ts";
import { UnknownPart } from "./known.ts";
import { type Seen, unknownName } from "./seen.ts";

/** What makes pods: a controller, a Job, or a Pod itself. `replicas` are its pods at once. */
export interface PodOwner extends Omit<Workload, "kind"> {
  /** `namespace/name`. */
  readonly id: string;
  readonly kind: (JobPods | Workload)["kind"];
  /** Whether its pods are to run without end. */
  readonly lasts: boolean;
  /** Annotations of its pods. */
  readonly annotations: Readonly<Record<string, string>>;
}

interface Template {
  readonly template?: { readonly metadata?: Metadata; readonly spec?: PodSpec };
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
export function podOwner(resource: Seen): PodOwner | undefined {
  const { type, props } = resource;
  const [provider, , kind = ""] = type.split(":");
  if (provider !== "kubernetes" || props.spec === undefined) return undefined;
  const pods = podsIn(kind.replace(/Patch$/, ""), props.spec);
  if (pods?.pod === undefined) return undefined;
  const id = idOf(resource);
  const [namespace = "", name = ""] = id.split("/");
  const { annotations = {} } = pods.metadata ?? metadataOf(resource);
  // Nothing to judge where there are none: the API server rejects it.
  const pod = Object.hasOwn(pods.pod, "containers") ? pods.pod : { ...pods.pod, containers: [] };
  return { ...pods, pod, name, namespace, id, annotations };
}

type Pods = Pick<PodOwner, "kind" | "replicas" | "lasts"> & {
  readonly pod: PodSpec | undefined;
  /** Of the pods, where a template has it. */
  readonly metadata?: Metadata | undefined;
};

function podsIn(kind: string, spec: unknown): Pods | undefined {
  const own = spec as Template;
  if (kind === "Pod") {
    const pod = spec as PodSpec;
    const lasts = (pod.restartPolicy ?? "Always") === "Always";
    return { kind: lasts ? "Deployment" : "Job", replicas: 1, pod, lasts };
  }
  if (kind === "Job") {
    return { kind, replicas: own.parallelism ?? 1, ...podIn(own), lasts: false };
  }
  if (kind === "CronJob") {
    const { concurrencyPolicy, jobTemplate } = spec as CronJobSpec;
    const job = jobTemplate?.spec;
    // A run that takes too long meets the next one, unless that is forbidden.
    const runs = concurrencyPolicy === "Forbid" || concurrencyPolicy === "Replace" ? 1 : 2;
    return { kind, replicas: runs * (job?.parallelism ?? 1), ...podIn(job), lasts: false };
  }
  const controller = controllers[kind];
  if (controller === undefined) return undefined;
  return { kind: controller, replicas: own.replicas ?? 1, ...podIn(own), lasts: true };
}

function podIn(spec: Template | undefined): Pick<Pods, "metadata" | "pod"> {
  return { pod: spec?.template?.spec, metadata: spec?.template?.metadata ?? {} };
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object's name, namespace and annotations. */
export function metadataOf({ props }: Seen): Metadata {
  return props.metadata ?? {};
}

/** `namespace/name` of an object. */
export function idOf(resource: Seen): string {
  const metadata = metadataOf(resource);
  const namespace = known(() => metadata.namespace ?? "default");
  return `${namespace}/${known(() => metadata.name ?? resource.name)}`;
}

function known(name: () => string): string {
  try {
    return name();
  } catch (error) {
    if (error instanceof UnknownPart) return unknownName;
    throw error;
  }
}

/** Whether a resource is an object of the Kubernetes API such as `core/v1:ConfigMap`, or a patch of one. */
export function isOf({ type }: Seen, kind: string): boolean {
  return type === `kubernetes:${kind}` || type === `kubernetes:${kind}Patch`;
}

/** The entries of a ConfigMap; undefined of anything else. */
export function configMapData(resource: Seen): Readonly<Record<string, string>> | undefined {
  if (!isOf(resource, "core/v1:ConfigMap")) return undefined;
  return (resource.props.data ?? {}) as Record<string, string>;
}

/** A container, of what runs or of what prepares it. */
export type AnyContainer = PodSpec["containers"][number];

/** All containers of a pod, in the order in which they start. */
export function containersOf({ initContainers, containers }: PodSpec): readonly AnyContainer[] {
  // Missing where it is what is wrong.
  return [...(initContainers ?? []), ...((containers as PodSpec["containers"] | undefined) ?? [])];
}
