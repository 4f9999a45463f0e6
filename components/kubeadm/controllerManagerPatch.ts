import { sandboxImage } from "../board/packages.ts";
import type { Container } from "../workload/workload.ts";

/** Seconds between two looks whether the API server is ready. */
const period = 3;
/** Seconds after which waiting begins anew, which changes nothing: there is nothing else to do. */
const longestWait = 24 * 3600;

/**
 * What has the controller manager start once the API server of its board is ready: a sidecar that does nothing, and
 * that the kubelet takes for started when the API server answers. A pod's containers start one after the other as long as
 * they are init containers, and the image of the controller manager has no shell to wait in.
 *
 * Without leader election it gives up when the API server has not become healthy within 10 s of its own start
 * (`WaitForAPIServer` in cmd/kube-controller-manager/app/controllermanager.go), while a board's takes a minute or more: so
 * it exited two or three times at each boot and each `kubeadm init`, the kubelet waiting ever longer in between. With it,
 * it waits for its lease.
 */
const apiServerReady: Container = {
  name: "api-server-ready",
  // Every board has it: it holds the pod's network, too. 0.7 MiB resident, 0.05 of them anonymous (3.10.2, amd64).
  image: sandboxImage,
  restartPolicy: "Always",
  startupProbe: {
    // Whether it is healthy everybody may ask, as kubeadm's own probes do. The kubelet does not verify the certificate.
    httpGet: { host: "127.0.0.1", port: 6443, path: "/readyz", scheme: "HTTPS" },
    periodSeconds: period,
    timeoutSeconds: 15,
    failureThreshold: longestWait / period,
  },
};

/** Laid over kubeadm's manifest of the controller manager, as a strategic merge. */
export const controllerManagerPatch = { spec: { initContainers: [apiServerReady] } };
