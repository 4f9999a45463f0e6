// What serves the whole cluster: priority classes, pod network, NetworkPolicies, metrics.
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import * as flannel from "../components/flannel/index.ts";
import * as isolation from "../components/isolation/index.ts";
import * as metrics from "../components/metrics/index.ts";
import * as workload from "../components/workload/index.ts";

/** No args. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the analyzer wants an interface, also an empty one
export interface NoArgs {}

/** The priority classes that the pods of all components name. One in a cluster; the others depend on it. */
export class Priorities extends ComponentResource {
  constructor(name: string, args: NoArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:Priorities", name, args, opts);
    new workload.Priorities(name, { parent: this });
    this.registerOutputs({});
  }
}

/** The pod network: flannel with VXLAN on every board. One in a cluster. */
export class Flannel extends ComponentResource {
  constructor(name: string, args: flannel.FlannelArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:Flannel", name, args, opts);
    new flannel.Flannel(name, args, { parent: this });
    this.registerOutputs({});
  }
}

/** What enforces NetworkPolicies on every board, since flannel enforces none. One in a cluster. */
export class PolicyEnforcer extends ComponentResource {
  constructor(name: string, args: NoArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:PolicyEnforcer", name, args, opts);
    new isolation.PolicyEnforcer(name, { parent: this });
    this.registerOutputs({});
  }
}

/** metrics-server: what pods and boards use right now, for `kubectl top`. One in a cluster. */
export class MetricsServer extends ComponentResource {
  constructor(name: string, args: NoArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:MetricsServer", name, args, opts);
    new metrics.MetricsServer(name, { parent: this });
    this.registerOutputs({});
  }
}

/** Certificates whose days are counted. */
export interface WatchedCertificates {
  /** Address of the board that is the entrance. */
  address: string;
  /** The hosts behind it. */
  hosts: string[];
}

/** What kube-state-metrics needs to know. */
export interface KubeStateMetricsArgs {
  /** The entrance whose certificates are watched. Default: none, only the API server's. */
  entrance?: WatchedCertificates;
}

/** kube-state-metrics: the state of the cluster's objects, for the Datadog agent. One in a cluster. */
export class KubeStateMetrics extends ComponentResource {
  constructor(name: string, args: KubeStateMetricsArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:KubeStateMetrics", name, args, opts);
    new metrics.KubeStateMetrics(name, args, { parent: this });
    this.registerOutputs({});
  }
}
