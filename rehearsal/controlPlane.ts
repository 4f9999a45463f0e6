import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import {
  Health,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";
import type { RehearsalFolder } from "./folder.ts";
import { freePorts } from "./freePorts.ts";
import { kubernetesVersion, type ToolName } from "../tools/catalogue.ts";
import { lastLines } from "../tools/lines.ts";
import { run } from "../tools/run.ts";

/** kwokctl's name for the cluster. */
const name = "bramble";

/** The control plane could not be started. The message stands by itself. */
export class ControlPlaneError extends Error {
  override name = "ControlPlaneError";
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok, which plays the kubelets. They
 * listen on loopback only, on free ports, and go on after this process has ended.
 *
 * @throws ControlPlaneError with the last lines of what failed; nothing is left running then
 */
export async function startControlPlane(
  folder: RehearsalFolder,
  tools: Record<ToolName, string>,
  signal: AbortSignal,
): Promise<void> {
  const programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
  // All of them: two kwokctl that start at once would choose the same.
  const [etcd, etcdPeer, kwok, ...ports] = await freePorts(3 + programs.length);
  const flags = [
    `etcd=listen-client-urls=http://127.0.0.1:${etcd}`,
    `etcd=listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
    // Nothing of a rehearsal outlasts a power cut.
    "etcd=unsafe-no-fsync=true",
    ...programs.map((program) => `${program}=bind-address=127.0.0.1`),
    `kwok-controller=server-address=127.0.0.1:${kwok}`,
  ];
  const args = [
    ...["create", "cluster", "--name", name, "--runtime", "binary", "--wait", "60s"],
    // The programs' own limits, 20 requests a second, spare API servers that others use too.
    "--disable-qps-limits",
    ...["--kubeconfig", folder.kubeconfig, "--etcd-port", `${etcd}`, "--controller-port", `${kwok}`],
    ...["--etcd-binary", tools.etcd, "--kwok-controller-binary", tools.kwok],
    ...programs.flatMap((program, i) => [
      `--${program}-binary`,
      tools[program],
      `--${program}-port`,
      `${ports[i]}`,
    ]),
    ...flags.flatMap((flag) => ["--extra-args", flag]),
  ];
  const env = { ...kwokEnvironment(folder), KWOK_KUBE_VERSION: `v${kubernetesVersion}` };
  try {
    const { ended, output } = await run(tools.kwokctl, args, { env, signal, limit: 120_000 });
    if (ended !== 0) throw new ControlPlaneError(await whyNot(folder, output));
  } catch (error) {
    await stopControlPlane(folder, tools.kwokctl);
    throw error;
  }
}

/** Ends the control plane, whatever state it is in, and removes the whole folder of the rehearsal. */
export async function stopControlPlane(folder: RehearsalFolder, kwokctl: string): Promise<void> {
  if (existsSync(clusterFolder(folder))) {
    const processes = await processIds(folder);
    // Its failure does not matter: what it left running is ended below.
    await run(kwokctl, ["delete", "cluster", "--name", name], {
      env: kwokEnvironment(folder),
      limit: 60_000,
    });
    for (const id of processes) {
      try {
        process.kill(id, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
  }
  await rm(folder.root, { recursive: true, force: true });
}

/** Whether the control plane of an earlier run is ready to be used again; /readyz asks etcd too. */
export async function isReady(folder: RehearsalFolder): Promise<boolean> {
  if (!existsSync(folder.kubeconfig)) return false;
  return new Health(connect(folder)).readyz({}).catch(() => false);
}

/** Client configuration for the rehearsal's API server. */
export function connect(folder: RehearsalFolder): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(folder.kubeconfig);
  return config;
}

/** A function that puts an object on the API server by server-side apply and returns what is there then. */
export type Apply = (object: KubernetesObject) => Promise<KubernetesObject>;

/** Applies objects to the API server of a client configuration. */
export function applyTo(config: KubeConfig): Apply {
  const api = KubernetesObjectApi.makeApiClient(config);
  const apply: Apply = (object) =>
    api.patch(object, undefined, undefined, "bramble", true, PatchStrategy.ServerSideApply);
  return (object) =>
    apply(object).catch((error: unknown) => {
      if (isCutOff(error)) return apply(object);
      throw error;
    });
}

/** On a busy machine the API server closes connections that take long to begin. Applying twice is applying once. */
function isCutOff(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "UND_ERR_SOCKET";
}

function kwokEnvironment(folder: RehearsalFolder): NodeJS.ProcessEnv {
  return { ...process.env, KWOK_WORKDIR: folder.kwok };
}

function clusterFolder(folder: RehearsalFolder): string {
  return path.join(folder.kwok, "clusters", name);
}

/** Process ids by component, of processes whose command is this control plane's: an id may have been reused. */
async function processIds(folder: RehearsalFolder): Promise<number[]> {
  const pids = path.join(clusterFolder(folder), "pids");
  const files = existsSync(pids) ? await readdir(pids) : [];
  const ids: number[] = [];
  for (const file of files) {
    const id = Number((await readFile(path.join(pids, file), "utf8")).trim());
    const { output } = await run("ps", ["-o", "command=", "-p", `${id}`]);
    if (output.includes(clusterFolder(folder))) ids.push(id);
  }
  return ids;
}

/** kwokctl's own last words, and those of each program's log. */
async function whyNot(folder: RehearsalFolder, output: string): Promise<string> {
  const logs = path.join(clusterFolder(folder), "logs");
  const files = existsSync(logs) ? await readdir(logs) : [];
  const ends = await Promise.all(
    files.map(async (file) => `${file}:\n${lastLines(await readFile(path.join(logs, file), "utf8"), 5)}`),
  );
  return [`the control plane did not start. kwokctl:\n${lastLines(output, 5)}`, ...ends].join("\n");
}
