import { memoryPlan } from "../../components/board/memoryPlan.ts";
import { kubeletConfiguration } from "../../components/board/kubeletConfig.ts";
import { traefikImage } from "../../components/ingress/images.ts";

export type Props = Record<string, unknown>;

/** A resource before it is registered. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly props: Props;
  /** Whether it is registered with `protect`. */
  readonly isProtected?: boolean;
}

type Deep<T> = T extends object ? { -readonly [K in keyof T]?: Deep<T[K]> } : T;
type Kubelet = Deep<ReturnType<typeof kubeletConfiguration>> & {
  memorySwap?: { swapBehavior?: string };
  mergeDefaultEvictionSettings?: boolean;
};

/** A board of bramble, in order, with one change. */
export function board(
  name: string,
  change: (kubelet: Kubelet, props: Props) => void = () => undefined,
  of: { role?: string; ram?: number; capacity?: number } = {},
): Declared {
  const { role = "worker", ram = 1024, capacity = 905 } = of;
  const kubelet = structuredClone(kubeletConfiguration(memoryPlan(capacity))) as Kubelet;
  const props: Props = { role, ram, capacity, cores: 4, arch: "arm64", kubelet };
  change(kubelet, props);
  return { type: "bramble:board:Board", name, props };
}

/** A control plane of 2 GB, in order. */
export const controlPlane = (name: string, ram = 2048, capacity = 1848) =>
  board(name, undefined, { role: "controlPlane", ram, capacity });

export interface Pod {
  containers: Container[];
  initContainers?: Container[];
  priorityClassName?: string;
  nodeSelector?: Record<string, string>;
  resources?: { limits?: Record<string, string> };
  volumes?: Props[];
  restartPolicy?: string;
}

export interface Container extends Props {
  name: string;
  image?: string;
  resources: { requests?: Record<string, string>; limits?: Record<string, string> };
  startupProbe?: Props;
  livenessProbe?: Props;
  readinessProbe?: Props;
  securityContext?: Props;
  env?: Props[];
  args?: string[];
}

function sound(): Container {
  const answer = { httpGet: { path: "/", port: 80 }, timeoutSeconds: 10 };
  return {
    name: "app",
    image: traefikImage,
    resources: {
      requests: { memory: "32Mi", cpu: "10m", "ephemeral-storage": "16Mi" },
      limits: { memory: "64Mi", "ephemeral-storage": "128Mi" },
    },
    startupProbe: { ...answer, periodSeconds: 10, failureThreshold: 60 },
    livenessProbe: { ...answer, periodSeconds: 30, failureThreshold: 6 },
  };
}

/** A pod spec, in order, with one change. */
export function pod(change: (container: Container, pod: Pod) => void = () => undefined): Pod {
  const container = sound();
  const spec: Pod = { containers: [container], priorityClassName: "bramble-app" };
  change(container, spec);
  return spec;
}

/** An object of the Kubernetes API in a namespace of its own. */
export function object(
  type: string,
  name: string,
  rest: Props,
  namespace: string | undefined = "apps",
): Declared {
  const metadata = { name, ...(namespace !== "" && { namespace }) };
  return { type: `kubernetes:${type}`, name, props: { metadata, ...rest } };
}

const labels = { app: "app" };
const template = (spec: Pod) => ({ metadata: { labels }, spec });

/** A Deployment, in order, with one change of its pod. */
export function deployment(
  name: string,
  change: (container: Container, pod: Pod) => void = () => undefined,
  namespace?: string,
): Declared {
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: template(pod(change)) };
  return object("apps/v1:Deployment", name, { spec }, namespace);
}

/** Any other controller with the same pod. */
export function controller(kind: string, name: string, change?: Parameters<typeof pod>[0]): Declared {
  const spec = pod(change);
  const selector = { matchLabels: labels };
  const job = { template: template({ ...spec, restartPolicy: "Never" }) };
  switch (kind) {
    case "Pod":
      return object("core/v1:Pod", name, { spec });
    case "Job":
      return object("batch/v1:Job", name, { spec: job });
    case "CronJob":
      return object("batch/v1:CronJob", name, {
        spec: { schedule: "0 3 * * *", concurrencyPolicy: "Forbid", jobTemplate: { spec: job } },
      });
    case "StatefulSet":
      return object("apps/v1:StatefulSet", name, {
        spec: { serviceName: name, selector, template: template(spec) },
      });
    default:
      return object(`apps/v1:${kind}`, name, { spec: { selector, template: template(spec) } });
  }
}

/** An Ingress for a host. */
export function ingress(name: string, host: string, annotations: Record<string, string> = {}): Declared {
  const backend = { service: { name, port: { number: 80 } } };
  const paths = [{ path: "/", pathType: "Prefix", backend }];
  const declared = object("networking.k8s.io/v1:Ingress", name, {
    spec: { rules: [{ host, http: { paths } }] },
  });
  Object.assign(declared.props.metadata as Props, {
    annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
  });
  return declared;
}

export const configMap = (name: string, data: Record<string, string>) =>
  object("core/v1:ConfigMap", name, { data });

/** A remote command with a pinned host. */
export function command(name: string, change: Props = {}): Declared {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  const connection = { host: "192.0.2.1", user: "pi", hostKey };
  return { type: "command:remote:Command", name, props: { create: "true", connection, ...change } };
}

const local = {
  capacity: { storage: "1Gi" },
  accessModes: ["ReadWriteOnce"],
  hostPath: { path: "/data" },
};
/** A volume on a board's disk. */
export const volume = (name: string, persistentVolumeReclaimPolicy?: string) =>
  object("core/v1:PersistentVolume", name, { spec: { ...local, persistentVolumeReclaimPolicy } }, "");

/** A claim. */
export const claim = (name: string, volumeName?: string): Declared =>
  object("core/v1:PersistentVolumeClaim", name, {
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...(volumeName !== undefined && { volumeName }),
    },
  });

/** One way to break a policy, or one that it lets pass. */
export interface Case {
  readonly policy: string;
  readonly resource: Declared;
  /** What the policy says; undefined if it is to pass. */
  readonly says?: string;
  /** Settings of the policy that differ from its defaults. */
  readonly config?: Record<string, unknown>;
}
