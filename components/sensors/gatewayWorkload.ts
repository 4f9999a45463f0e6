import { dogstatsdPort as agentPort } from "../datadog/ports.ts";
import { withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import type { Workload } from "../workload/workload.ts";

/** Where the sensor gateway is in the cluster. */
export const sensorGateway = {
  namespace: "sensors",
  /** Name of the Deployment, its pods, its Service and what it mounts. */
  name: "sensor-gateway",
  /** Files in its ConfigMap: the code, and the list of devices. */
  codeFile: "gateway.cjs",
  devicesFile: "devices.json",
  /** File in its Secret. */
  secretsFile: "secrets.json",
  /** Ports on which it listens: its own defaults. */
  port: 8080,
  statsdPort: 8125,
  /** UDP port of its board that leads to it by default. Fixed, because it is flashed into devices. */
  statsdNodePort: 30_125,
} as const;

/** The ranges that readings by UDP may come from by default. */
export const defaultNetworks = ["192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12"] as const;

/** UID and GID of the user `node` in the image (Dockerfile of nodejs/docker-node). */
const nodeUser = 1000;
const codeDirectory = "/srv/sensor-gateway";
const secretsDirectory = "/run/secrets/sensor-gateway";

/**
 * What keeps the gateway small. Without compiled code (`--jitless`) it needs 54 MiB instead of 75 and three times
 * the CPU time for a request, of which it has plenty: `npm run bench -- gateway`. Without a limit V8 takes 64-bit
 * defaults for its heap, far above the container's memory. Arguments, because NODE_OPTIONS refuses
 * `--optimize-for-size`.
 */
export const nodeFlags = ["--jitless", "--optimize-for-size", "--max-old-space-size=16"];

/** What the pod of the sensor gateway needs to know. */
export interface SensorGatewayWorkloadArgs {
  /** UDP port on which every board's Datadog agent takes DogStatsD datagrams. Default: 8125. */
  readonly dogstatsdPort?: number;
  /** Its namespace. Default: `sensors`; another one for each further gateway of a cluster. */
  readonly namespace?: string | undefined;
  /** The board that it runs on. Default: any. Needed if devices send by UDP. */
  readonly board?: string;
  /** The ranges that readings by UDP may come from. Default: the private IPv4 ones. */
  readonly networks?: readonly string[];
}

/** The sensor gateway as a document. */
export function sensorGatewayWorkload({
  dogstatsdPort = agentPort,
  namespace = sensorGateway.namespace,
  board,
  networks = defaultNetworks,
}: SensorGatewayWorkloadArgs): Workload {
  const { name, codeFile, devicesFile, secretsFile, port, statsdPort } = sensorGateway;
  const healthz = { path: "/healthz", port: "http" };
  return {
    name,
    namespace,
    kind: "Deployment",
    // One: it alone knows how many readings a device sent.
    replicas: 1,
    pod: {
      priorityClassName: "bramble-observing" satisfies PriorityClassName,
      ...(board !== undefined && { nodeSelector: { "kubernetes.io/hostname": board } }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // The gateway gives requests under way 5 s.
      terminationGracePeriodSeconds: 15,
      securityContext: {
        ...restrictedPod(nodeUser),
        // Lets it read the secrets, which are for owner and group only.
        fsGroup: nodeUser,
      },
      containers: [
        {
          name: "gateway",
          image: images.node,
          command: ["node", ...nodeFlags, `${codeDirectory}/${codeFile}`],
          env: [
            { name: "DEVICES_FILE", value: `${codeDirectory}/${devicesFile}` },
            { name: "SECRETS_FILE", value: `${secretsDirectory}/${secretsFile}` },
            { name: "STATSD_NETWORKS", value: networks.join(",") },
            // The agent of the very board that the pod is on: a datagram crosses no network.
            { name: "DOGSTATSD_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
            { name: "DOGSTATSD_PORT", value: String(dogstatsdPort) },
          ],
          ports: [
            { name: "http", containerPort: port },
            { name: "statsd", containerPort: statsdPort, protocol: "UDP" },
          ],
          // Measured by test/components/sensors/run.test.ts and the benchmark: 54 MiB resident with 64 devices, 60
          // under the benchmark's load, 40 of them pages of the node binary.
          resources: withDisk({ requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "96Mi" } }),
          startupProbe: { httpGet: healthz, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
          // The page that people see.
          readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
          livenessProbe: { httpGet: healthz, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 },
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: "code", mountPath: codeDirectory, readOnly: true },
            { name: "secrets", mountPath: secretsDirectory, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "code", configMap: { name } },
        { name: "secrets", secret: { secretName: name, defaultMode: 0o440 } },
      ],
    },
  };
}
