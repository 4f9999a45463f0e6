import { withDisk } from "../workload/disk.ts";
import { restrictedContainer } from "../workload/security.ts";
import type { Container } from "../workload/workload.ts";
import { socketDirectory } from "./agentConfig.ts";
import { dogstatsdPort, tracePort } from "./ports.ts";
import { agentImage } from "./images.ts";

/** MiB that a part adds to the agent's request, and twice as much to its limit. Estimates: they were not measured. */
export const extraMemory = { processes: 32, logs: 48, traces: 64 } as const;

/** dd-agent in the image. */
export const agentUser = 100;

const scriptPath = "/etc/bramble/board.sh";

/** Gives the agent the directory for its socket, which the kubelet makes as root's. */
export const socketOwner: Container = {
  name: "socket-owner",
  image: agentImage,
  command: ["chown", `${agentUser}:0`, socketDirectory],
  resources: withDisk({ requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "16Mi" } }),
  securityContext: {
    ...restrictedContainer,
    runAsUser: 0,
    runAsNonRoot: false,
    capabilities: { drop: ["ALL"], add: ["CHOWN"] },
  },
  volumeMounts: [{ name: "socket", mountPath: socketDirectory }],
};

/**
 * Tells of the board itself: throttling, undervoltage, heat. A shell that sleeps: 3.2 MiB resident, 0.3 of them
 * anonymous (bash 5.2, amd64).
 */
export const boardProbe: Container = {
  name: "board",
  image: agentImage,
  command: ["bash", scriptPath, String(dogstatsdPort)],
  // It runs once there is a shell.
  startupProbe: {
    exec: { command: ["true"] },
    periodSeconds: 10,
    timeoutSeconds: 10,
    failureThreshold: 60,
  },
  resources: withDisk({ requests: { cpu: "5m", memory: "4Mi" }, limits: { memory: "16Mi" } }),
  securityContext: restrictedContainer,
  volumeMounts: [{ name: "config", mountPath: scriptPath, subPath: "board.sh", readOnly: true }],
};

/** The agent's part for traces, which is a program of its own. */
export function traceAgent(
  env: Container["env"],
  volumeMounts: NonNullable<Container["volumeMounts"]>,
): Container {
  const probe = { tcpSocket: { port: "traces" }, timeoutSeconds: 10 };
  return {
    name: "trace-agent",
    image: agentImage,
    command: ["trace-agent", "run"],
    env: [...(env ?? []), { name: "DD_APM_ENABLED", value: "true" }],
    ports: [{ name: "traces", containerPort: tracePort, hostPort: tracePort }],
    resources: withDisk({
      requests: { cpu: "10m", memory: `${extraMemory.traces}Mi` },
      limits: { memory: `${2 * extraMemory.traces}Mi` },
    }),
    livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 6 },
    startupProbe: { ...probe, periodSeconds: 10, failureThreshold: 60 },
    securityContext: restrictedContainer,
    volumeMounts,
  };
}
