import { agentPods } from "../app/isolation.ts";
import { controlPlaneTaint } from "../board/taints.ts";
import { temporaryFiles, withDisk } from "../workload/disk.ts";
import { restrictedContainer } from "../workload/security.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import type { Container, Workload } from "../workload/workload.ts";
import { healthPort, runDirectory, socketDirectory } from "./agentConfig.ts";
import { agentUser, boardProbe, extraMemory, socketOwner, traceAgent } from "./agentSidecars.ts";
import { dogstatsdPort } from "./ports.ts";
import type { AgentOptions, DatadogSite } from "./settings.ts";
import { agentImage } from "./images.ts";

/** What the agent's objects are called. */
export const datadogAgent = {
  /** Its DaemonSet, service account, cluster role and ConfigMap. */
  ...agentPods,
  secret: { name: "datadog-api-key", key: "api-key" },
  configFile: "datadog.yaml",
  /** What tells of the board itself. */
  boardScript: "board.sh",
} as const;

/** What the agent's pods need to know. */
export interface DatadogWorkloadArgs extends Partial<AgentOptions> {
  /** The Datadog site that the account is on. Default: `datadoghq.com`. */
  readonly site?: DatadogSite;
  /**
   * Value of the tags `cluster_name` and `kube_cluster_name` of everything that the agents send. Lower-case letters,
   * digits and hyphens.
   */
  readonly clusterName: string;
}

/** The Datadog agent on every board, as a document. */
export function datadogWorkload(args: DatadogWorkloadArgs): Workload {
  return {
    name: datadogAgent.name,
    namespace: datadogAgent.namespace,
    kind: "DaemonSet",
    replicas: 1,
    pod: {
      priorityClassName: "bramble-agent" satisfies PriorityClassName,
      // The control plane is the board that most needs watching.
      tolerations: [{ ...controlPlaneTaint, operator: "Exists" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      serviceAccountName: datadogAgent.name,
      enableServiceLinks: false,
      // Time to send what it has gathered.
      terminationGracePeriodSeconds: 30,
      securityContext: {
        runAsNonRoot: true,
        // dd-agent in the image. What it then lacks is the count of each container's open files; the container
        // runtime's socket, which is the whole board's root, it is not given either: the kubelet names the
        // containers and the cgroups hold their figures.
        runAsUser: agentUser,
        seccompProfile: { type: "RuntimeDefault" },
      },
      initContainers: [socketOwner],
      containers: [agent(args), boardProbe, ...(args.traces ? [traceAgent(environment(args), mounts)] : [])],
      volumes: [
        { name: "config", configMap: { name: datadogAgent.name } },
        { name: "run", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
        { name: "proc", hostPath: { path: "/proc", type: "Directory" } },
        { name: "cgroup", hostPath: { path: "/sys/fs/cgroup", type: "Directory" } },
        { name: "socket", hostPath: { path: socketDirectory, type: "DirectoryOrCreate" } },
        ...(args.logs ? [{ name: "logs", hostPath: { path: logDirectory, type: "Directory" } }] : []),
      ],
    },
  };
}

const logDirectory = "/var/log/pods";
const { configFile } = datadogAgent;
const mounts = [
  { name: "config", mountPath: `/etc/datadog-agent/${configFile}`, subPath: configFile, readOnly: true },
  { name: "run", mountPath: runDirectory },
  { name: "tmp", mountPath: "/tmp" },
];

function agent(args: DatadogWorkloadArgs): Container {
  const extra = (args.processes ? extraMemory.processes : 0) + (args.logs ? extraMemory.logs : 0);
  return {
    name: "agent",
    image: agentImage,
    // The core agent alone; the image's own command also starts those for traces and processes.
    command: ["agent", "run"],
    env: environment(args),
    // A port of the board itself, so that a program reaches the agent of its own board at status.hostIP. It is
    // open to the LAN as well, and DogStatsD knows no passwords.
    ports: [
      { name: "dogstatsd", containerPort: dogstatsdPort, hostPort: dogstatsdPort, protocol: "UDP" },
      { name: "health", containerPort: healthPort },
    ],
    // Datadog's documentation says 130 MB (124 MiB) resident; its sample manifest requests 128Mi. 16 more for
    // a board with many pods, which leaves a Raspberry Pi 3 (some 440 MiB allocatable, 110 of them for flannel
    // and kube-proxy) 187 MiB for apps. The limit is what the agents of 2018 lived with, and leaves room for the
    // Python interpreter on the board where kube-state-metrics is.
    resources: withDisk(
      {
        requests: { cpu: "50m", memory: `${144 + extra}Mi` },
        limits: { memory: `${256 + 2 * extra}Mi` },
      },
      // Its own folder holds its identity, and how far it has read each log.
      temporaryFiles,
    ),
    startupProbe: probe("/startup", { periodSeconds: 10, failureThreshold: 60 }),
    readinessProbe: probe("/ready", { periodSeconds: 15, failureThreshold: 6 }),
    livenessProbe: probe("/live", { periodSeconds: 30, failureThreshold: 6 }),
    securityContext: {
      ...restrictedContainer,
      // The logs of containers are root's, and readable to nobody else.
      ...(args.logs && { runAsUser: 0, runAsNonRoot: false }),
    },
    volumeMounts: [
      ...mounts,
      { name: "socket", mountPath: socketDirectory },
      { name: "proc", mountPath: "/host/proc", readOnly: true },
      { name: "cgroup", mountPath: "/host/sys/fs/cgroup", readOnly: true },
      ...(args.logs ? [{ name: "logs", mountPath: logDirectory, readOnly: true }] : []),
    ],
  };
}

function environment({ site = "datadoghq.com", clusterName }: DatadogWorkloadArgs) {
  const { secret } = datadogAgent;
  return [
    { name: "DD_API_KEY", valueFrom: { secretKeyRef: { name: secret.name, key: secret.key } } },
    { name: "DD_SITE", value: site },
    { name: "DD_CLUSTER_NAME", value: clusterName },
    // The board's name as it is in the settings; found by itself it would get the cluster's name appended.
    { name: "DD_HOSTNAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    { name: "DD_KUBERNETES_KUBELET_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
    // Go's part only. What is left below the limit is for Python and the pages of the program.
    { name: "GOMEMLIMIT", value: "144MiB" },
  ];
}

function probe(path: string, timing: { periodSeconds: number; failureThreshold: number }) {
  return { httpGet: { path, port: "health" }, timeoutSeconds: 10, ...timing };
}
