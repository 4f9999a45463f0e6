import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { registerAccess } from "../workload/access.ts";
import { registerNamespace } from "../workload/namespace.ts";
import { registerWorkload } from "../workload/workload.ts";
import { enforcer, enforcerWorkload } from "./enforcerWorkload.ts";

/** What enforces NetworkPolicies on every board, since flannel enforces none. */
export class PolicyEnforcer extends ComponentResource {
  constructor(name: string, opts?: ComponentResourceOptions) {
    super("bramble:cluster:PolicyEnforcer", name, {}, opts);
    const own = { parent: this };
    // Privileged: it has the board's network.
    const namespace = registerNamespace(`${name}-namespace`, enforcer.namespace, "privileged", own);
    const watch = ["list", "watch"];
    const rules = [
      { apiGroups: [""], resources: ["pods", "namespaces"], verbs: watch },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: watch },
    ];
    const access = registerAccess(name, enforcer, rules, { ...own, namespace });
    registerWorkload(`${name}-daemonset`, enforcerWorkload(), { ...own, dependsOn: access });
    this.registerOutputs({});
  }
}
