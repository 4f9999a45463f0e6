import { scheduling } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";

/**
 * What gives way to what when a board is full, lowest first. The network, kube-proxy and the agents of the
 * cluster itself use Kubernetes' own `system-node-critical` and `system-cluster-critical` above these.
 */
export const priorityClasses = {
  "bramble-observing": {
    value: 1_000,
    description: "Monitoring that can move: metrics, sensors. Preempted first.",
  },
  "bramble-address": {
    value: 2_000,
    description: "Keeps the home's address in DNS and can move: the DNS updater.",
  },
  "bramble-backup": {
    value: 3_000,
    description: "Backups, which can't move. Above everything that can.",
  },
  "bramble-agent": {
    value: 5_000,
    description: "Runs on every board and can't move: the Datadog agent. Above everything that can.",
  },
  "bramble-app": { value: 10_000, description: "Apps that people use: Gogs." },
  "bramble-entrance": { value: 100_000, description: "The entrance for all apps: Traefik." },
} as const;

/** Name of one of bramble's priority classes. */
export type PriorityClassName = keyof typeof priorityClasses;

/** The priority classes that bramble's workloads name. */
export class Priorities extends ComponentResource {
  constructor(name: string, opts?: ComponentResourceOptions) {
    super("bramble:cluster:Priorities", name, {}, opts);
    for (const [className, { value, description }] of Object.entries(priorityClasses)) {
      new scheduling.v1.PriorityClass(
        className,
        { metadata: { name: className }, value, description },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
