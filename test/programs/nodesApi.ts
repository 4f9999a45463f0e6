// As much of a Kubernetes API as flanneld asks for, on loopback: one node, whose status it patches. The flanneld that
// is given as arguments is started beside it; once that has said where it is reached, this prints its annotations.
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "board", resourceVersion: "1", annotations: {} },
  spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"] },
};

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://api");
  if (request.method === "PATCH") {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      // With iptables there it comes to its last step, which patches conditions alone.
      const { metadata } = JSON.parse(Buffer.concat(chunks).toString()) as Partial<typeof node>;
      if (metadata) process.stdout.write(`annotations ${JSON.stringify(metadata.annotations)}\n`);
      answer(response, 200, node);
    });
  } else if (searchParams.has("sendInitialEvents")) answer(response, 400, { kind: "Status", code: 400 });
  else if (searchParams.has("watch"))
    response.writeHead(200, { "content-type": "application/json" }).write("");
  else if (pathname === "/api/v1/nodes/board") answer(response, 200, node);
  else
    answer(response, 200, {
      apiVersion: "v1",
      kind: "NodeList",
      metadata: { resourceVersion: "1" },
      items: [node],
    });
});

server.listen(0, "127.0.0.1", () => {
  const [command = "", ...args] = process.argv.slice(2);
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flanneld = spawn(command, [...args, `--kube-api-url=${api}`], {
    env: { ...process.env, NODE_NAME: "board" },
    stdio: "inherit",
  });
  flanneld.on("exit", (code) => process.exit(code ?? 1));
  process.on("SIGTERM", () => flanneld.kill());
});
