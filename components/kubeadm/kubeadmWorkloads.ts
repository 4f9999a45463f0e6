import { controlPlaneTaint } from "../board/taints.ts";
import { memoryPlan } from "../board/memoryPlan.ts";
import { flannelMemory } from "../flannel/flannelWorkload.ts";
import { labelsOf, type PodSpec, type StaticPod, type Workload } from "../workload/workload.ts";

/**
 * Each control plane program: its memory in MiB, anonymous and file pages, etcd's from the 2 GiB board of
 * docs/memory.md, the others' with bramble's own settings and the objects of a home, as measured natively there
 * (24 pods); and the CPU request of kubeadm's own manifest (cmd/kubeadm/app/phases/controlplane/manifests.go,
 * etcd/local.go).
 */
const controlPlanePrograms = {
  "kube-apiserver": { memory: 223 + 85, cpu: "250m" },
  etcd: { memory: 39 + 29, cpu: "100m" },
  "kube-controller-manager": { memory: 45 + 71, cpu: "200m" },
  "kube-scheduler": { memory: 16 + 50, cpu: "100m" },
};

/**
 * Where a program belongs that reads from the API server all the time: on the control plane if that has room,
 * which leaves the small boards to the apps; else anywhere.
 */
export const besideApiServer: Pick<PodSpec, "affinity" | "tolerations"> = {
  tolerations: [{ ...controlPlaneTaint, operator: "Exists" }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          preference: { matchExpressions: [{ key: controlPlaneTaint.key, operator: "Exists" }] },
        },
      ],
    },
  },
};

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
  return Object.entries(controlPlanePrograms).map(([name, { memory, cpu }]) => ({
    name: `${name}-${board}`,
    namespace: "kube-system",
    kind: "StaticPod",
    replicas: 1,
    pod: {
      nodeName: board,
      hostNetwork: true,
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists", effect: "NoExecute" }],
      containers: [container(name, memory, cpu)],
    },
  }));
}

/** MiB: 10 anonymous + 49 file on the 1 GiB board of docs/memory.md. kubeadm's manifest requests nothing. */
export const kubeProxyMemory = 59;

const kubeProxy: Workload = {
  name: "kube-proxy",
  namespace: "kube-system",
  kind: "DaemonSet",
  replicas: 1,
  pod: {
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists" }],
    containers: [container("kube-proxy", kubeProxyMemory)],
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
    // The requests of kubeadm's own manifest (cmd/kubeadm/app/phases/addons/dns/manifests.go).
    containers: [container("coredns", 70, "100m")],
  },
};

function container(name: string, memory: number, cpu?: string): PodSpec["containers"][number] {
  const requests = { memory: `${memory}Mi`, ...(cpu !== undefined && { cpu }) };
  return { name, image: `registry.k8s.io/${name}`, resources: { requests } };
}

/**
 * MiB in which API server, etcd, controller manager and scheduler run with bramble's settings. With 40 less the
 * kernel reads their pages from the card again and again, and in one of two runs the API was gone, as it was with
 * stock settings (`npm run bench -- control-plane`, docs/memory.md).
 */
const leastPrograms = 480;

/** MiB of what else is on every control plane. */
const besides = kubeProxyMemory + flannelMemory;

/**
 * MiB of MemTotal below which a board does not stay up as a control plane: the least for its programs and what
 * the plan takes off before. The budget asks for more, since it counts the programs as large as they become.
 */
export function leastControlPlane(): number {
  let capacity = leastPrograms + besides;
  while (memoryPlan(capacity).allocatable < leastPrograms + besides) capacity++;
  return capacity;
}
