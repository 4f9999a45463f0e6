import { withDisk } from "../workload/disk.ts";
import { restrictedContainer } from "../workload/security.ts";
import type { Container, Workload } from "../workload/workload.ts";
import { flannelImages } from "./images.ts";

/** What flannel's objects are called: as in its own manifest, so that its documentation applies. */
export const flannel = {
  name: "kube-flannel-ds",
  namespace: "kube-flannel",
  /** Its service account, cluster role and cluster role binding. */
  account: "flannel",
  configMap: "kube-flannel-cfg",
} as const;

/** The pods' IPv4 range by default: what flannel's own document has. */
export const defaultPodSubnet = "10.244.0.0/16";

/** Files of flannel's ConfigMap. */
export const flannelFiles = { cni: "cni-conf.json", network: "net-conf.json" } as const;

/** What the board's container runtime does to connect a pod: flannel's plugin, which delegates to `bridge`. */
export const cniConf = {
  name: "cbr0",
  cniVersion: "0.3.1",
  plugins: [
    { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

/**
 * What flanneld reads.
 *
 * @param podSubnet the pods' IPv4 range, which must be the `podSubnet` that kubeadm was given: every board's
 *   part of it comes from the controller-manager
 */
export function netConf(podSubnet: string): object {
  return { Network: podSubnet, EnableNFTables: false, Backend: { Type: "vxlan" } };
}

const configDirectory = "/etc/kube-flannel";
const config = { name: "config", mountPath: configDirectory, readOnly: true };

/** flannel as a document, after the manifest of its release (Documentation/kube-flannel.yml). */
export function flannelWorkload(): Workload {
  return {
    name: flannel.name,
    namespace: flannel.namespace,
    kind: "DaemonSet",
    replicas: 1,
    pod: {
      // The network is there before any other pod, and stays when a board is full.
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      hostNetwork: true,
      serviceAccountName: flannel.account,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      initContainers: [
        installer(
          "install-cni-plugin",
          flannelImages.cniPlugin,
          ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
          [{ name: "cni-plugins", mountPath: "/opt/cni/bin" }],
        ),
        installer(
          "install-cni-conf",
          flannelImages.flannel,
          [
            "/opt/bin/install-conf",
            `${configDirectory}/${flannelFiles.cni}`,
            "/etc/cni/net.d/10-flannel.conflist",
          ],
          [{ name: "cni-conf", mountPath: "/etc/cni/net.d" }, config],
        ),
      ],
      containers: [flanneld],
      volumes: [
        { name: "config", configMap: { name: flannel.configMap } },
        { name: "run", hostPath: { path: "/run/flannel", type: "DirectoryOrCreate" } },
        { name: "cni-plugins", hostPath: { path: "/opt/cni/bin", type: "DirectoryOrCreate" } },
        { name: "cni-conf", hostPath: { path: "/etc/cni/net.d", type: "DirectoryOrCreate" } },
        { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
      ],
    },
  };
}

/** Copies one file to the board. As root, since the board's directories are root's. */
function installer(
  name: string,
  image: string,
  command: string[],
  volumeMounts: Container["volumeMounts"],
): Container {
  return {
    name,
    image,
    command,
    // A copy of 3 MB at most, and page cache that can be reclaimed.
    resources: withDisk({ requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } }),
    securityContext: restrictedContainer,
    volumeMounts,
  };
}

/** On the loopback address only: nobody but the kubelet asks, and the pod has the board's addresses. */
const health = { host: "127.0.0.1", port: 8081 } as const;

/** MiB that flannel requests on each board, as its manifest does. */
export const flannelMemory = 50;

const flanneld: Container = {
  name: "kube-flannel",
  image: flannelImages.flannel,
  command: [
    "/opt/bin/flanneld",
    "--ip-masq",
    "--kube-subnet-mgr",
    // Else it takes the interface of the default route: on a board with wire and Wi-Fi that may be the other one
    // than the kubelet's --node-ip is on, and pods' packets would leave for an address that no node has.
    "--iface=$(NODE_IP)",
    `--healthz-ip=${health.host}`,
    `--healthz-port=${health.port}`,
  ],
  env: [
    // Given the name, it need not look up its own pod to find its board.
    { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    // The node's InternalIP, read anew at each start of the container: where an address changes, it follows.
    { name: "NODE_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
  ],
  // Request as in its manifest; the virtual boards of docs/memory.md show 14 MiB anonymous and 20 of file
  // pages. The limit that its manifest once had, 50Mi, killed it in a loop (flannel#963, #1415): iptables
  // runs in this container too, again and again.
  resources: withDisk({
    requests: { cpu: "50m", memory: `${flannelMemory}Mi` },
    limits: { memory: "128Mi" },
  }),
  startupProbe: {
    httpGet: { ...health, path: "/healthz" },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 120,
  },
  readinessProbe: { httpGet: { ...health, path: "/readyz" }, periodSeconds: 10, timeoutSeconds: 5 },
  livenessProbe: {
    httpGet: { ...health, path: "/healthz" },
    periodSeconds: 30,
    timeoutSeconds: 10,
    failureThreshold: 6,
  },
  // Root with two capabilities: it makes an interface, routes and iptables rules. Its root file system stays
  // writable because the image's iptables wrapper points its links at nft or legacy when it first runs.
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
  },
  volumeMounts: [
    { name: "run", mountPath: "/run/flannel" },
    { name: "xtables-lock", mountPath: "/run/xtables.lock" },
    config,
  ],
};
