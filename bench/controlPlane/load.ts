// A steady load: what a small cluster asks of its API server.
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "./programs.ts";

const boards = 4;
const replicas = 20;
const namespace = "default";
/** Seconds between two looks at everything, and between two pods that are replaced. */
const lookEvery = 3;
const replaceEvery = 10;
/** Seconds after which an answer is given up: client-go's own limit for the leader's lease is 10. */
const patience = 60;

/**
 * Asks the API server.
 *
 * @throws Error on a status other than 2xx, or no answer within `patience`
 */
export type Client = (method: string, path: string, body?: object) => Promise<unknown>;

/** A client of the API server, whose requests end with the signal. */
export function clientOf({ server, token }: Place, signal: AbortSignal): Client {
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(patience * 1000)]);
      const options = { agent, method, headers, signal: limit };
      const request = https.request(`${server}${path}`, options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.once("error", reject);
        response.once("end", () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(text.startsWith("{") ? JSON.parse(text) : text);
          else reject(new Error(`${method} ${path}: ${statusCode} ${text.slice(0, 200)}`));
        });
      });
      request.once("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** Whether the API server became ready within the seconds given. */
export async function becomesReady(client: Client, seconds: number, signal: AbortSignal): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await client("GET", "/readyz").catch(() => undefined);
    if (answer !== undefined) return true;
    await sleep(500, undefined, { signal });
  }
  return false;
}

/** Makes the boards and what runs on them. Tries again what fails, for the seconds given. */
export async function populate(client: Client, seconds: number, signal: AbortSignal): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (const [path, object] of objects()) {
    while (Date.now() < end) {
      const done = await client("POST", path, object).then(
        () => true,
        (error: unknown) => error instanceof Error && error.message.includes(" 409 "),
      );
      if (done) break;
      await sleep(1000, undefined, { signal });
    }
  }
}

function objects(): [string, object][] {
  const nodes = Array.from({ length: boards }, (_, index): [string, object] => [
    "/api/v1/nodes",
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: `board-${index}`, annotations: { "kwok.x-k8s.io/node": "fake" } },
      status: {
        capacity: { cpu: "4", memory: "1Gi", pods: "14" },
        allocatable: { cpu: "4", memory: "600Mi", pods: "14" },
      },
    },
  ]);
  const labels = { app: "load" };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "load", labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "load", image: "load" }] } },
    },
  };
  return [...nodes, [`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment]];
}

/** Seconds that each look took, and how many failed. */
export interface Latencies {
  seconds: number[];
  failures: number;
}

/** Lists pods, nodes and events again and again, and replaces a pod now and then, for the seconds given. */
export async function load(client: Client, seconds: number, signal: AbortSignal): Promise<Latencies> {
  const end = Date.now() + seconds * 1000;
  const result: Latencies = { seconds: [], failures: 0 };
  const looks = every(lookEvery, end, signal, async () => {
    const start = performance.now();
    try {
      for (const kind of ["pods", "nodes", "events"]) await client("GET", `/api/v1/${kind}`);
    } catch {
      result.failures++;
    }
    result.seconds.push((performance.now() - start) / 1000);
  });
  const replacements = every(replaceEvery, end, signal, async () => {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const list = (await client("GET", `${pods}?limit=1`)) as {
      items: { metadata: { name: string } }[];
    };
    const name = list.items[0]?.metadata.name;
    if (name !== undefined) await client("DELETE", `${pods}/${name}`);
  });
  await Promise.all([looks, replacements]);
  return result;
}

async function every(
  seconds: number,
  end: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (Date.now() < end) {
    const next = Date.now() + seconds * 1000;
    // What fails is counted by the looks.
    await work().catch(() => undefined);
    await sleep(Math.max(0, Math.min(next, end) - Date.now()), undefined, { signal });
  }
}
