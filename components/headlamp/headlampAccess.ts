import type { AccessRule } from "../workload/access.ts";

const read = ["get", "list", "watch"];

/**
 * Kinds of objects that can be seen, by API group: those of the UI's own lists. Never Secrets; nor what a `get` turns
 * into more than reading: `pods/exec`, `pods/portforward`, `nodes/proxy`, `services/proxy`. Nor `*`, which would be all
 * of them.
 */
const seen: Readonly<Record<string, readonly string[]>> = {
  "": [
    ...["nodes", "namespaces", "events", "pods", "services", "endpoints", "configmaps", "serviceaccounts"],
    ...["persistentvolumes", "persistentvolumeclaims", "replicationcontrollers"],
    ...["limitranges", "resourcequotas"],
  ],
  "admissionregistration.k8s.io": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  "apiextensions.k8s.io": ["customresourcedefinitions"],
  apps: ["daemonsets", "deployments", "replicasets", "statefulsets"],
  autoscaling: ["horizontalpodautoscalers"],
  batch: ["cronjobs", "jobs"],
  "coordination.k8s.io": ["leases"],
  "discovery.k8s.io": ["endpointslices"],
  "events.k8s.io": ["events"],
  "metrics.k8s.io": ["nodes", "pods"],
  "networking.k8s.io": ["ingressclasses", "ingresses", "networkpolicies"],
  "node.k8s.io": ["runtimeclasses"],
  policy: ["poddisruptionbudgets"],
  "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  "scheduling.k8s.io": ["priorityclasses"],
  "storage.k8s.io": ["storageclasses"],
};

/**
 * What can be changed without becoming able to do anything: who may write a pod's template, or a Job, runs any image
 * with any Secret of the namespace, on a board's own files in some.
 */
const changes: readonly AccessRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["delete"] },
  { apiGroups: ["apps"], resources: ["deployments/scale", "statefulsets/scale"], verbs: ["get", "patch"] },
];

/** What who signs in to Headlamp may do in the whole cluster. */
export function headlampRules({ mayChange = false }: { readonly mayChange?: boolean }): AccessRule[] {
  return [
    ...Object.entries(seen).map(([apiGroup, resources]) => ({
      ...{ apiGroups: [apiGroup], resources: [...resources], verbs: read },
    })),
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ...(mayChange ? changes : []),
  ];
}
