import { labelsOf, type PodSpec, type StaticPod, type Workload } from "../workload.ts";

/**
 * MiB of each control plane program, anonymous and file pages: etcd's from the 2 GiB board of docs/memory.md, the
 * others' with bramble's own settings and the objects of a home, as measured natively there (24 pods).
 */
const controlPlanePrograms = {
  "kube-apiserver": 223 + 85,
  etcd: 39 + 29,
  "kube-controller-manager": 45 + 71,
  "kube-scheduler": 16 + 50,
};

/** The taint that kubeadm gives a control plane. */
export const controlPlaneTaint = {
  key: "node-role.kubernetes.io/control-plane",
  effect: "NoSchedule",
} as const;

/**
 * What kubeadm itself runs on a cluster, with the memory it takes in truth: kubeadm's manifests request memory
 * only for etcd and CoreDNS, so that neither the scheduler nor a budget would know of the rest.
 *
 * @param controlPlanes names of the control plane boards
 */
export function kubeadmWorkloads(controlPlanes: readonly string[]): (StaticPod | Workload)[] {
  return [...controlPlanes.flatMap(staticPods), kubeProxy, coreDns];
}

function staticPods(board: string): StaticPod[] {
  return Object.entries(controlPlanePrograms).map(([name, memory]) => ({
    name: `${name}-${board}`,
    namespace: "kube-system",
    kind: "StaticPod",
    replicas: 1,
    pod: {
      nodeName: board,
      hostNetwork: true,
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists", effect: "NoExecute" }],
      containers: [container(name, memory)],
    },
  }));
}

const kubeProxy: Workload = {
  name: "kube-proxy",
  namespace: "kube-system",
  kind: "DaemonSet",
  replicas: 1,
  pod: {
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists" }],
    // 10 anonymous + 49 file on the 1 GiB board of docs/memory.md.
    containers: [container("kube-proxy", 59)],
  },
};

const coreDns: Workload = {
  name: "coredns",
  namespace: "kube-system",
  kind: "Deployment",
  replicas: 2,
  pod: {
    priorityClassName: "system-cluster-critical",
    tolerations: [controlPlaneTaint, { key: "CriticalAddonsOnly", operator: "Exists" }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchLabels: labelsOf("coredns") },
              topologyKey: "kubernetes.io/hostname",
            },
          },
        ],
      },
    },
    // The request of kubeadm's own manifest.
    containers: [container("coredns", 70)],
  },
};

function container(name: string, memory: number): PodSpec["containers"][number] {
  return { name, image: `registry.k8s.io/${name}`, resources: { requests: { memory: `${memory}Mi` } } };
}
