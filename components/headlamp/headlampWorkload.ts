import { besideApiServer } from "../kubeadm/kubeadmWorkloads.ts";
import { temporaryFiles, withDisk } from "../workload/disk.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { Workload } from "../workload/workload.ts";
import { headlampImage } from "./images.ts";

/** Where Headlamp is in the cluster. */
export const headlamp = {
  namespace: "headlamp",
  /** Name of the Deployment, its pods, its Service, and its account, which may do nothing. */
  name: "headlamp",
  /** The account whose token people sign in with. */
  user: "headlamp-user",
} as const;

/** What Headlamp's pod needs to know. */
export interface HeadlampWorkloadArgs {
  /** Its namespace. Default: `headlamp`; another one for each further Headlamp of a cluster. */
  readonly namespace?: string | undefined;
  /** What the cluster is called in the UI: the stack's name. */
  readonly cluster: string;
}

/** Number of the user and group that the image has (charts/headlamp/values.yaml: `securityContext`). */
const user = { id: 100, group: 101 };
const port = 4466;
const temporary = "/tmp";
// A token ends by itself, so the browser keeps it for as long: 30 days, in seconds.
const session = 30 * 86_400;
const memoryLimit = 128;

/** Headlamp as a document. */
export function headlampWorkload({
  namespace = headlamp.namespace,
  cluster,
}: HeadlampWorkloadArgs): Workload {
  const page = { path: "/", port: "http" };
  return {
    name: headlamp.name,
    namespace,
    kind: "Deployment",
    replicas: 1,
    pod: {
      ...besideApiServer,
      priorityClassName: "bramble-observing" satisfies PriorityClassName,
      // It has the address and the authority of the API server from its account, and no right.
      serviceAccountName: headlamp.name,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      securityContext: restrictedPod(user.id, user.group),
      containers: [
        {
          name: "headlamp",
          image: headlampImage,
          // Without a name it would ask for kubeadm's ConfigMap. The image's entry point says where page and plugins are.
          args: ["-in-cluster", `-in-cluster-context-name=${cluster}`, `-session-ttl=${session}`],
          env: [
            // The plugin of the image shows Prometheus' metrics, through `services/proxy`, which nobody has here.
            { name: "HEADLAMP_STATIC_PLUGINS_DIR", value: "" },
            // It makes directories for plugins and for clusters of its own.
            { name: "XDG_CONFIG_HOME", value: `${temporary}/config` },
            { name: "GOMEMLIMIT", value: `${memoryLimit / 2}MiB` },
          ],
          ports: [{ name: "http", containerPort: port }],
          // Measured natively, amd64, v0.45.0 with these arguments, 4 boards, 101 pods: 45 MiB resident when started, 36 of
          // them pages of the program; 54 with a browser that shows pods and nodes; 63 after 1,200 lists of all pods, 40 at
          // a time. (The chart suggests 128Mi.)
          resources: withDisk(
            { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: `${memoryLimit}Mi` } },
            temporaryFiles,
          ),
          startupProbe: { httpGet: page, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
          readinessProbe: { httpGet: page, periodSeconds: 30, timeoutSeconds: 10 },
          livenessProbe: { httpGet: page, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 6 },
          securityContext: restrictedContainer,
          volumeMounts: [{ name: "tmp", mountPath: temporary }],
        },
      ],
      // It copies its page there when it starts (copyStaticFiles of backend/cmd/headlamp.go), to write its own address
      // into it. On the board, since in memory it would count as the container's.
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "256Mi" } }],
    },
  };
}
