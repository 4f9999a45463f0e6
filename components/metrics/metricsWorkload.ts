import { withDisk } from "../workload/disk.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { Workload } from "../workload/workload.ts";
import { besideApiServer } from "../kubeadm/kubeadmWorkloads.ts";
import { metricsImages } from "./images.ts";

/** Where metrics-server is. The name is also that of its Service, service account and bindings. */
export const metricsServer = { name: "metrics-server", namespace: "kube-system", port: 10250 } as const;

/** metrics-server as a document, after the manifest of its release (manifests/base). */
export function metricsServerWorkload(): Workload {
  const { name, namespace, port } = metricsServer;
  const live = { path: "/livez", port: "https", scheme: "HTTPS" };
  return {
    name,
    namespace,
    kind: "Deployment",
    replicas: 1,
    pod: {
      ...besideApiServer,
      // Upstream's is system-cluster-critical; here `kubectl top` gives way to what people use.
      priorityClassName: "bramble-observing" satisfies PriorityClassName,
      nodeSelector: { "kubernetes.io/os": "linux" },
      serviceAccountName: name,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 15,
      securityContext: restrictedPod(65_534),
      containers: [
        {
          name,
          image: metricsImages.metricsServer,
          args: [
            // It signs its own certificate there when it starts.
            "--cert-dir=/tmp",
            `--secure-port=${port}`,
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            // kubeadm's kubelets sign their own serving certificates, for the board's name only and not for its
            // address (InitializeTLS in cmd/kubelet/app/server.go): no authority could vouch for them. With
            // serverTLSBootstrap somebody would have to approve every board's request, again at each renewal.
            // So who can pose as a board on the LAN gets this service account's token, which reads metrics,
            // nodes and pods, and nothing else.
            "--kubelet-insecure-tls",
            // Only `kubectl top` reads them; upstream's 15 s is for autoscaling.
            "--metric-resolution=60s",
          ],
          env: [{ name: "GOMEMLIMIT", value: "80MiB" }],
          ports: [{ name: "https", containerPort: port }],
          // Measured natively, amd64, v0.9.0: 68 MiB resident after four rounds of 16 boards with 20 pods each,
          // 64 before the first: 18 its own, 50 pages of the program. (Its README's 200Mi are for 100 boards.)
          resources: withDisk({ requests: { cpu: "10m", memory: "72Mi" }, limits: { memory: "128Mi" } }),
          startupProbe: { httpGet: live, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 60 },
          // Ready when it has seen the kubelets once, that is, after a minute.
          readinessProbe: {
            httpGet: { ...live, path: "/readyz" },
            periodSeconds: 15,
            timeoutSeconds: 10,
            failureThreshold: 4,
          },
          livenessProbe: { httpGet: live, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 6 },
          securityContext: restrictedContainer,
          volumeMounts: [{ name: "certificate", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "certificate", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
    },
  };
}
