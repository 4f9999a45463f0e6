import type { ResourceValidationPolicy } from "@pulumi/policy";

interface Container {
  readonly name: string;
  readonly resources?: {
    readonly requests?: Record<string, string>;
    readonly limits?: Record<string, string>;
  };
}
interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Template {
  readonly template?: { readonly spec?: PodSpec };
}

const templated = ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job"];

/** Every container says how much memory it needs and how much it may take. */
export const containerMemory: ResourceValidationPolicy = {
  name: "container-memory",
  description: "Every container has a memory request and a memory limit.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, reportViolation) => {
    const pod = podSpecOf(type, props);
    for (const { name, resources } of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
      if (resources?.requests?.memory === undefined) {
        reportViolation(
          `container ${name} has no memory request: the scheduler takes it for 0 and puts it on a full board. Set resources.requests.memory.`,
        );
      }
      if (resources?.limits?.memory === undefined) {
        reportViolation(
          `container ${name} has no memory limit: a leak takes the whole board with it. Set resources.limits.memory.`,
        );
      }
    }
  },
};

/** The pod spec within any kind of the Kubernetes API that makes pods. */
function podSpecOf(type: string, props: Record<string, unknown>): PodSpec | undefined {
  const [provider, , kind = ""] = type.split(":");
  const spec = props.spec;
  if (provider !== "kubernetes" || spec === undefined) return undefined;
  if (kind === "Pod") return spec as PodSpec;
  if (kind === "CronJob")
    return (spec as { jobTemplate?: { spec?: Template } }).jobTemplate?.spec?.template?.spec;
  return templated.includes(kind) ? (spec as Template).template?.spec : undefined;
}
