import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { registerAccess } from "../workload/access.ts";
import { configHash } from "../workload/podFiles.ts";
import { registerNamespace } from "../workload/namespace.ts";
import { registerWorkload } from "../workload/workload.ts";
import {
  cniConf,
  defaultPodSubnet,
  flannel,
  flannelFiles,
  flannelWorkload,
  netConf,
} from "./flannelWorkload.ts";

/** What the pod network needs to know. */
export interface FlannelArgs {
  /** The pods' IPv4 range, the same as kubeadm's `podSubnet`. Default: `10.244.0.0/16`. */
  readonly podSubnet?: string;
}

/**
 * The pod network: flannel with VXLAN on every board. Pods of a board get addresses from the /24 that the
 * controller-manager gave it; between boards their packets travel in UDP datagrams to port 8472.
 */
export class Flannel extends ComponentResource {
  constructor(name: string, args: FlannelArgs, opts?: ComponentResourceOptions) {
    super("bramble:cluster:Flannel", name, args, opts);
    const { account, namespace } = flannel;

    // Privileged: it has the board's network and writes the board's CNI configuration.
    const owner = registerNamespace(`${name}-namespace`, namespace, "privileged", { parent: this });
    const access = registerAccess(
      name,
      { name: account, namespace },
      [
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        // For its annotations, by which the boards find each other, and the condition NetworkUnavailable.
        { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
      ],
      { parent: this, namespace: owner },
    );

    const data = {
      [flannelFiles.cni]: JSON.stringify(cniConf, undefined, 2),
      [flannelFiles.network]: JSON.stringify(netConf(args.podSubnet ?? defaultPodSubnet), undefined, 2),
    };
    const config = new core.v1.ConfigMap(
      `${name}-config`,
      { metadata: { name: flannel.configMap, namespace }, data },
      { parent: this, dependsOn: [owner] },
    );
    registerWorkload(
      `${name}-daemonset`,
      flannelWorkload(),
      { parent: this, dependsOn: [access, config] },
      { "bramble/config-hash": configHash(...Object.values(data)) },
    );
    this.registerOutputs({});
  }
}
