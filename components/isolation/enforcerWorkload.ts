import { withDisk } from "../workload/disk.ts";
import { restrictedContainer } from "../workload/security.ts";
import type { Workload } from "../workload/workload.ts";
import { enforcerImage } from "./images.ts";

/** What the enforcer of NetworkPolicies is called: its DaemonSet, account and roles, and its namespace. */
export const enforcer = { name: "kube-network-policies", namespace: "kube-network-policies" } as const;

/** On the loopback address only: nobody but the kubelet asks, and the pod has the board's addresses. */
const metrics = { host: "127.0.0.1", port: 9080 } as const;

/**
 * The kernel's modules without which it enforces nothing, and says so in its log only: the first packet of each
 * connection of an isolated pod waits in a queue for its verdict.
 */
export const enforcerModules = ["nfnetlink_queue", "nft_queue"] as const;

/** kube-network-policies on every board, after the manifest of its release (install.yaml). */
export function enforcerWorkload(): Workload {
  const probe = { httpGet: { ...metrics, path: "/metrics" }, timeoutSeconds: 10 };
  return {
    ...enforcer,
    kind: "DaemonSet",
    replicas: 1,
    pod: {
      // As flannel: before any other pod, and still there when a board is full.
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      hostNetwork: true,
      serviceAccountName: enforcer.name,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 15,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "enforcer",
          image: enforcerImage,
          args: [
            "/bin/netpol",
            "--hostname-override=$(NODE_NAME)",
            `--metrics-bind-address=${metrics.host}:${metrics.port}`,
            // While it is not there, as in an upgrade, connections are not judged; without it none would be possible.
            "--fail-open=true",
            // The container runtime's own socket for plugins, which is as good as root. A pod is told of by the API server.
            "--disable-nri",
            "--v=0",
          ],
          env: [
            { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            { name: "GOMEMLIMIT", value: "48MiB" },
          ],
          // Measured natively, amd64, v0.9.2 with these arguments and 264 pods: 50 MiB resident, 40 of them pages of the
          // program; 52 with 3,000 to 6,000 new connections a second of isolated pods.
          resources: withDisk({
            requests: { cpu: "20m", memory: `${enforcerMemory}Mi` },
            limits: { memory: "96Mi" },
          }),
          startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
          livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 6 },
          // Root, for one capability: rules of netfilter, and its queue.
          securityContext: { ...restrictedContainer, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } },
        },
      ],
    },
  };
}

/** MiB that it requests on each board. */
export const enforcerMemory = 52;
