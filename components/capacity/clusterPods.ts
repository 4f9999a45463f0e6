import http from "node:http";
import https, { type RequestOptions } from "node:https";
import type { KubeConfig, PodMetric, V1Node, V1Pod } from "@kubernetes/client-node";
import type { MemoryUse } from "./otherPods.ts";

/** Every pod of a cluster, and what their containers use. */
export interface ClusterPods {
  readonly pods: readonly V1Pod[];
  /** Empty where the cluster has no metrics, or does not give them to the kubeconfig's user. */
  readonly use: MemoryUse;
  /** What boards say of a reboot that they need, by name (board/bootstrap/rebootDue.sh). Empty where nobody may read nodes. */
  readonly rebootsDue: ReadonlyMap<string, string>;
}

/** The pods of a cluster could not be read. The message says why, and holds nothing of the kubeconfig but the address. */
export class UnreadableClusterError extends Error {
  override name = "UnreadableClusterError";
}

/** Seconds for all requests together: a board that is up answers in less than one. */
const patience = 5;
/** Pods in an answer: about 2 MB. */
const pageSize = 250;

/**
 * Reads every pod of a cluster that has not ended. Changes nothing, and takes some seconds at most.
 *
 * @param kubeconfig its text. A program or service that it names for the login is not run: it may ask the user
 * @param limit seconds after which the cluster counts as unreachable
 * @throws UnreadableClusterError
 */
export async function readPods(kubeconfig: string, limit = patience): Promise<ClusterPods> {
  const get = await clientOf(kubeconfig, limit);
  // Who can't have metrics has pods all the same.
  const [pods, use, rebootsDue] = await Promise.all([
    listPods(get),
    memoryUse(get).catch(() => new Map<string, string>()),
    listRebootsDue(get).catch(() => new Map<string, string>()),
  ]);
  return { pods, use, rebootsDue };
}

/** Asks for a list. */
type Get = (
  path: string,
) => Promise<{ readonly items: readonly unknown[]; readonly metadata?: { readonly continue?: string } }>;

async function listPods(get: Get): Promise<V1Pod[]> {
  const pods: V1Pod[] = [];
  let token = "";
  do {
    const selector = "status.phase!=Succeeded,status.phase!=Failed";
    const query = new URLSearchParams({ fieldSelector: selector, limit: `${pageSize}`, continue: token });
    const { items, metadata } = await get(`/api/v1/pods?${query.toString()}`);
    pods.push(...(items as V1Pod[]));
    token = metadata?.continue ?? "";
  } while (token !== "");
  return pods;
}

async function memoryUse(get: Get): Promise<MemoryUse> {
  const { items } = await get("/apis/metrics.k8s.io/v1beta1/pods");
  const entries = (items as PodMetric[]).flatMap(({ metadata: { namespace, name }, containers }) =>
    containers.map((each) => [`${namespace}/${name}/${each.name}`, each.usage.memory] as const),
  );
  return new Map(entries);
}

async function listRebootsDue(get: Get): Promise<Map<string, string>> {
  const { items } = await get("/api/v1/nodes");
  const entries = (items as V1Node[]).flatMap(({ metadata: { name = "", annotations = {} } = {} }) => {
    const due = annotations["bramble/reboot-due"];
    return due === undefined ? [] : [[name, due] as const];
  });
  return new Map(entries);
}

async function clientOf(kubeconfig: string, limit: number): Promise<Get> {
  const config = await parsed(kubeconfig);
  const { server } = config?.getCurrentCluster() ?? {};
  if (config === undefined || server === undefined) {
    throw new UnreadableClusterError("its kubeconfig has no current context with a cluster");
  }
  const fail = (why: string): never => {
    throw new UnreadableClusterError(`${server}: ${why}`);
  };
  const user = config.getCurrentUser();
  if (user?.exec || user?.authProvider) {
    fail("its kubeconfig logs in with a program, which is not run here. Use one with a certificate or token");
  }
  const options: RequestOptions = { headers: { Accept: "application/json" } };
  await config.applyToHTTPSOptions(options).catch((error: unknown) => fail(reasonOf(error)));
  // One limit for all requests.
  const signal = AbortSignal.timeout(limit * 1000);
  return async (path) => {
    const answered = request(server + path, { ...options, signal });
    const { status, body } = await answered.catch((error: unknown) =>
      fail(signal.aborted ? `no answer within ${limit} s` : reasonOf(error)),
    );
    const answer = jsonOf(body) as { items?: unknown[]; message?: string } | undefined;
    const { items, message = "not a Kubernetes API" } = answer ?? {};
    if (status !== 200 || !Array.isArray(items)) return fail(`${message} (status ${status})`);
    return { ...answer, items };
  };
}

/** Undefined if it is none. The parser's own words would quote a line of it. */
async function parsed(text: string): Promise<KubeConfig | undefined> {
  if (text.trim() === "") return undefined;
  // Half a second that a program without a cluster does not spend.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
    return config;
  } catch {
    return undefined;
  }
}

/** Node's own client, since it ends the connection with the time limit; fetch keeps the process waiting for it. */
async function request(url: string, options: RequestOptions): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const { protocol } = new URL(url);
  const client = protocol === "http:" ? http : https;
  client.get(url, options, resolve).once("error", reject);
  const answer = await promise;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  // Of a name with several addresses, the first.
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
