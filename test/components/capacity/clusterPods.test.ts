import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { readPods, UnreadableClusterError } from "../../../components/capacity/clusterPods.ts";
import { livePod } from "./live.ts";

const token = "t0k3n-that-nobody-may-see";

/** A kubeconfig for a server on loopback. */
function kubeconfig(port: number, user: object = { token }, scheme = "http"): string {
  const server = `${scheme}://127.0.0.1:${port}`;
  return stringify({
    "current-context": "home",
    contexts: [{ name: "home", context: { cluster: "home", user: "me" } }],
    clusters: [{ name: "home", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "me", user }],
  });
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** An API server of so many pods, and the requests that it got. */
async function apiServer(pods: number, metrics: RequestListener) {
  const requests: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    requests.push(url);
    expect(request.headers.authorization).toBe(`Bearer ${token}`);
    if (url.pathname !== "/api/v1/pods") {
      metrics(request, response);
      return;
    }
    const { limit, continue: from } = Object.fromEntries(url.searchParams);
    const end = Math.min(pods, Number(from) + Number(limit));
    const items = Array.from({ length: end - Number(from) }, (_, i) =>
      livePod({ name: `pod-${Number(from) + i}` }),
    );
    response.end(JSON.stringify({ items, metadata: end < pods ? { continue: `${end}` } : {} }));
  });
  return { requests, port: await listening(server) };
}

const answering =
  (status: number, body: string): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(body);
const why = (config: string, limit?: number) =>
  readPods(config, limit).then(
    () => "read",
    (error: unknown) => {
      expect(error).toBeInstanceOf(UnreadableClusterError);
      const { message } = error as Error;
      expect(message).not.toContain(token);
      return message;
    },
  );

it("reads all pages, and what each container uses", async () => {
  const list = {
    items: [
      {
        metadata: { namespace: "media", name: "pod-0" },
        containers: [
          { name: "app", usage: { cpu: "1m", memory: "51200Ki" } },
          { name: "helper", usage: { cpu: "1m", memory: "8Mi" } },
        ],
      },
    ],
  };
  const { port, requests } = await apiServer(601, answering(200, JSON.stringify(list)));
  const { pods, use } = await readPods(kubeconfig(port));
  expect(new Set(pods.map(({ metadata }) => metadata?.name)).size).toBe(601);
  expect([...use]).toEqual([
    ["media/pod-0/app", "51200Ki"],
    ["media/pod-0/helper", "8Mi"],
  ]);
  const pages = requests.filter(({ pathname }) => pathname === "/api/v1/pods");
  expect(pages.map(({ searchParams }) => searchParams.get("continue"))).toEqual(["", "250", "500"]);
});

it.each([
  ["has no metrics", answering(404, "404 page not found")],
  ["keeps them to itself", answering(403, JSON.stringify({ message: "forbidden" }))],
  ["has metrics that do not answer", () => undefined],
])("reads the pods of a cluster that %s", async (_, metrics) => {
  const { port } = await apiServer(3, metrics);
  const { pods, use } = await readPods(kubeconfig(port), 3);
  expect([pods.length, use.size]).toEqual([3, 0]);
});

it("says what an API server refuses", async () => {
  const message = 'pods is forbidden: User "me" cannot list resource "pods" at the cluster scope';
  const port = await listening(createServer(answering(403, JSON.stringify({ message }))));
  expect(await why(kubeconfig(port))).toBe(`http://127.0.0.1:${port}: ${message} (status 403)`);
});

it.each(["<p>It works!</p>", "{}", "null", '{"items":{}}'])(
  "says that something else answers with %s",
  async (body) => {
    const port = await listening(createServer(answering(200, body)));
    expect(await why(kubeconfig(port))).toContain("not a Kubernetes API (status 200)");
  },
);

it("says that the address is none", async () => {
  expect(await why(kubeconfig(1).replace("127.0.0.1:1", "[nowhere"))).toBe("http://[nowhere: Invalid URL");
});

it("says that nobody listens", async () => {
  const gone = createTcpServer();
  const port = await listening(gone);
  await new Promise((resolve) => gone.close(resolve));
  expect(await why(kubeconfig(port))).toBe(
    `http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
});

it.each(["http", "https"])(
  "waits no longer than it may for one that does not answer by %s",
  async (scheme) => {
    const port = await listening(createTcpServer(() => undefined));
    const begin = performance.now();
    expect(await why(kubeconfig(port, { token }, scheme), 0.5)).toBe(
      `${scheme}://127.0.0.1:${port}: no answer within 0.5 s`,
    );
    expect(performance.now() - begin).toBeLessThan(10_000);
  },
);

it("waits no longer for one that ends in the middle of an answer", async () => {
  const port = await listening(createServer((_, response) => void response.write('{"items":[')));
  expect(await why(kubeconfig(port), 0.5)).toContain("no answer within 0.5 s");
});

it("lets the process end with the time limit", { timeout: 60_000 }, async () => {
  const port = await listening(createTcpServer(() => undefined));
  const module = new URL("../../../components/capacity/clusterPods.ts", import.meta.url).href;
  const program = `import { readPods } from ${JSON.stringify(module)};
    let end = Infinity;
    process.on("exit", () => console.log("late " + (performance.now() - end > 5000)));
    await readPods(${JSON.stringify(kubeconfig(port, { token }, "https"))}, 0.5).catch(({ message }) => console.log(message));
    end = performance.now();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(child, "close");
  expect(said).toMatch(/no answer within 0.5 s\nlate false/);
});

it.each<[string, string]>([
  ["is empty", ""],
  ["is no YAML", `users: [{ token: ${token}`],
  ["is something else", `token: ${token}`],
  ["is a line", token],
  ["has no current context", kubeconfig(1).replace("current-context: home", "x: y")],
  ["has a context without its cluster", kubeconfig(1).replace("cluster: home", "cluster: other")],
  ["has a cluster without an address", kubeconfig(1).replace(/server: .*/, "x: y")],
])("knows no cluster of a kubeconfig that %s", async (_, text) => {
  expect(await why(text)).toBe("its kubeconfig has no current context with a cluster");
});

it.each<[string, object]>([
  ["a plugin", { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/nowhere/login" } }],
  ["a service", { "auth-provider": { name: "oidc", config: { "id-token": token } } }],
])("runs no login of %s", async (_, user) => {
  expect(await why(kubeconfig(1, user))).toBe(
    "http://127.0.0.1:1: its kubeconfig logs in with a program, which is not run here. Use one with a certificate or token",
  );
});

it("says which file of a kubeconfig is not there", async () => {
  const user = { "client-certificate": "/nowhere/client.crt", "client-key": "/nowhere/client.key" };
  expect(await why(kubeconfig(1, user))).toContain("/nowhere/client.crt");
});
