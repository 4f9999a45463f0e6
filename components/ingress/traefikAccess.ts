import { core, rbac } from "@pulumi/kubernetes";
import type { CustomResourceOptions, Input, Resource } from "@pulumi/pulumi";
import type { Entrance } from "../app/entrance.ts";
import { bindingTo } from "../workload/access.ts";

const read = ["get", "list", "watch"];

// Traefik's provider waits for all of them at its start, whether an Ingress uses them or not
// (https://github.com/traefik/traefik/blob/v3.7.9/pkg/provider/kubernetes/ingress/client.go).
const clusterRules = [
  { apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"], verbs: read },
  { apiGroups: [""], resources: ["nodes"], verbs: read },
];
const routeRules = [
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: read },
  { apiGroups: [""], resources: ["services", "secrets"], verbs: read },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
];

/**
 * Registers Traefik's account and roles. What the entrance may read in the whole cluster is little: whoever
 * takes it over, from the internet, must not find every Secret of the cluster. The rest each route grants for
 * its own namespace.
 */
export function registerTraefikAccess(
  name: string,
  entrance: Entrance,
  namespace: Input<string>,
  opts: CustomResourceOptions,
): Resource[] {
  const account = new core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: { name: entrance.name, namespace }, automountServiceAccountToken: false },
    opts,
  );
  const role = new rbac.v1.ClusterRole(
    `${name}-role`,
    { metadata: { name: entrance.clusterName }, rules: clusterRules },
    opts,
  );
  const binding = new rbac.v1.ClusterRoleBinding(
    `${name}-role-binding`,
    { metadata: { name: entrance.clusterName }, ...bindingTo("ClusterRole", role.metadata.name, entrance) },
    opts,
  );
  const routes = new rbac.v1.ClusterRole(
    `${name}-routes-role`,
    { metadata: { name: entrance.routeRole }, rules: routeRules },
    opts,
  );
  return [account, binding, routes];
}
