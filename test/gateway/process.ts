import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gatewayBundle } from "../../components/sensors/bundle.ts";
import { sensorGateway, sensorGatewayWorkload } from "../../components/sensors/gatewayWorkload.ts";
import type { Device } from "../../gateway/devices.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";
import { password, tokenOf } from "./gatewayOf.ts";

// The Node of package.json, which has the major version of the image.
const node = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

/** The bundle, running as its pod runs it. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly httpPort: number;
  readonly statsdPort: number;
  /** What it printed so far. */
  readonly output: () => string;
  /** Most memory that it ever had resident, in MiB. Linux only. */
  readonly peak: () => number;
  /** Milliseconds from its start until it said that it listens. */
  readonly startedIn: number;
  /** Ends it, if it has not ended, and removes its files. */
  stop(): Promise<void>;
}

/** Starts command and environment of the workload's container, with its mounts in a temporary directory. */
export async function startGatewayProcess(
  devices: readonly Device[],
  dogstatsdPort: number,
  networks = ["127.0.0.0/8"],
): Promise<GatewayProcess> {
  const directory = mkdtempSync(join(tmpdir(), "sensor-gateway-"));
  const tokens = Object.fromEntries(devices.map(({ sensor }) => [sensor, tokenOf(sensor)]));
  writeFileSync(join(directory, sensorGateway.codeFile), gatewayBundle());
  writeFileSync(join(directory, sensorGateway.devicesFile), JSON.stringify(devices));
  writeFileSync(join(directory, sensorGateway.secretsFile), JSON.stringify({ page: password, tokens }));
  const [httpPort = 0, statsdPort = 0] = await freePorts(2);
  const { args, environment } = asPod(directory, dogstatsdPort, networks);
  const started = performance.now();
  const child = spawn(node, args, {
    // The ports, which no pod sets, so that tests can run side by side.
    env: { ...environment, HTTP_PORT: String(httpPort), STATSD_PORT: String(statsdPort) },
    stdio: "pipe",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  while (!output.includes("listening")) {
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const startedIn = performance.now() - started;
  return {
    child,
    httpPort,
    statsdPort,
    startedIn,
    output: () => output,
    peak: () =>
      Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(child.pid)}/status`, "utf8"))?.[1]) /
      1024,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(directory, { recursive: true });
    },
  };
}

function asPod(directory: string, dogstatsdPort: number, networks: readonly string[]) {
  const container = sensorGatewayWorkload({ dogstatsdPort, networks }).pod.containers[0];
  const [command, ...args] = container?.command ?? [];
  if (command !== "node") throw new Error(`the pod runs ${String(command)}`);
  const here = (text: string) =>
    (container?.volumeMounts ?? []).reduce(
      (result, { mountPath }) => result.replace(mountPath, directory),
      text,
    );
  const environment = Object.fromEntries(
    (container?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      valueFrom?.fieldRef?.fieldPath === "status.hostIP" ? "127.0.0.1" : here(value ?? ""),
    ]),
  );
  return { args: args.map(here), environment };
}
