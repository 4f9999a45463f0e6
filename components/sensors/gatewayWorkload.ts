import { images } from "../images.ts";
import { restrictedContainer, restrictedPod } from "../security.ts";
import type { PriorityClassName } from "../priorities.ts";
import type { Workload } from "../workload.ts";

/** Where the sensor gateway is in the cluster. */
export const sensorGateway = {
  namespace: "sensors",
  /** Name of the Deployment, its pods, its Service and what it mounts. */
  name: "sensor-gateway",
  /** File of the code in its ConfigMap. */
  codeFile: "gateway.cjs",
  /** Port on which it listens: its own default. */
  port: 8080,
} as const;

/** UID and GID of the user `node` in the image (Dockerfile of nodejs/docker-node). */
const nodeUser = 1000;
const codeDirectory = "/srv/sensor-gateway";
const tokenDirectory = "/run/secrets/sensor-gateway";

/**
 * What keeps the gateway small. Measured with Node 24.21 on x64, 12,000 readings over 120 connections: 95 MiB
 * resident without them, 66 MiB with `--jitless` alone (no compilers and no compiled code; 3,000 readings in a
 * second are left of 5,000, and all sensors together can send 32), 60 MiB with all three. Without a limit V8
 * takes 64-bit defaults for its heap, far above the container's memory; the gateway ran with 10 MiB of it, and not
 * with 8. Arguments, because NODE_OPTIONS refuses `--optimize-for-size`.
 */
const nodeFlags = ["--jitless", "--optimize-for-size", "--max-old-space-size=24"];

/** What the pod of the sensor gateway needs to know. */
export interface SensorGatewayWorkloadArgs {
  /** UDP port on which every board's Datadog agent takes DogStatsD datagrams. */
  readonly dogstatsdPort: number;
}

/** The sensor gateway as a document. */
export function sensorGatewayWorkload({ dogstatsdPort }: SensorGatewayWorkloadArgs): Workload {
  const { name, namespace, codeFile, port } = sensorGateway;
  const priorityClassName: PriorityClassName = "bramble-observing";
  const healthz = { path: "/healthz", port: "http" };
  return {
    name,
    namespace,
    kind: "Deployment",
    // One: it alone knows how many sensors there are.
    replicas: 1,
    pod: {
      priorityClassName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // The gateway gives requests under way 5 s.
      terminationGracePeriodSeconds: 15,
      securityContext: {
        ...restrictedPod(nodeUser),
        // Lets it read the token, which is for owner and group only.
        fsGroup: nodeUser,
      },
      containers: [
        {
          name: "gateway",
          image: images.node,
          command: ["node", ...nodeFlags, `${codeDirectory}/${codeFile}`],
          env: [
            { name: "TOKEN_FILE", value: `${tokenDirectory}/token` },
            // The agent of the very board that the pod is on: a datagram crosses no network.
            { name: "DOGSTATSD_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
            { name: "DOGSTATSD_PORT", value: String(dogstatsdPort) },
          ],
          ports: [{ name: "http", containerPort: port }],
          // Measured: 57 MiB resident at start, 60 MiB at worst (18 MiB its own, 42 MiB pages of the node
          // binary); a heap filled to its limit adds some 15 MiB.
          resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "96Mi" } },
          startupProbe: { httpGet: healthz, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
          readinessProbe: { httpGet: healthz, periodSeconds: 10, timeoutSeconds: 5 },
          livenessProbe: { httpGet: healthz, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 },
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: "code", mountPath: codeDirectory, readOnly: true },
            { name: "token", mountPath: tokenDirectory, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "code", configMap: { name } },
        { name: "token", secret: { secretName: name, defaultMode: 0o440 } },
      ],
    },
  };
}
