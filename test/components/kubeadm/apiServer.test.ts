// What a real API server with bramble's settings refuses.
import { request } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../userApps/stoppingCluster.ts";
import { NativeBoard } from "./nativeBoard.ts";

let board: NativeBoard;

/** Asks it as an administrator. */
function ask(
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<{ status: number; said: string }> {
  return new Promise((resolve, reject) => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = { authorization: `Bearer ${board.token}`, "content-type": type, ...more };
    const at = { host: "127.0.0.1", port: board.ports.apiServer, rejectUnauthorized: false };
    request({ ...at, method, path, headers }, (response) => {
      let said = "";
      response.setEncoding("utf8").on("data", (text: string) => (said += text));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, said });
      });
    })
      .on("error", reject)
      .end(JSON.stringify(body));
  });
}

beforeAll(async () => {
  board = await NativeBoard.of(1);
  board.start("etcd");
  board.start("kube-apiserver");
  const isReady = () =>
    ask("GET", "/readyz").then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(isReady);
}, 120_000);
afterAll(() => board.end());

it("a Service for addresses of its author's choice, and no other", async () => {
  const services = "/api/v1/namespaces/default/services";
  const service = (name: string, more: object) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...more },
  });
  const refused = await ask("POST", services, service("taking", { externalIPs: ["1.1.1.1"] }));
  expect([refused.status, refused.said]).toEqual([403, expect.stringMatching(/external IPs/)]);
  expect((await ask("POST", services, service("plain", {}))).status).toBe(201);
});

it("a board that says of another one that it needs a reboot, and not of itself", async () => {
  const nodes = "/api/v1/nodes";
  for (const name of ["one", "other"]) await ask("POST", nodes, { metadata: { name } });
  const asOne = { "impersonate-user": "system:node:one", "impersonate-group": "system:nodes" };
  const change = { metadata: { annotations: { "bramble/reboot-due": "2026-11-30T03:12:00Z linux-image" } } };
  const statuses = [];
  for (const name of ["one", "other"])
    statuses.push((await ask("PATCH", `${nodes}/${name}`, change, asOne)).status);
  expect(statuses).toEqual([200, 403]);
});

it("a pod's token after the hour that it is for", async () => {
  const namespace = "/api/v1/namespaces/default";
  for (const name of ["default", "pod"]) {
    await ask("POST", `${namespace}/serviceaccounts`, { metadata: { name } });
  }
  const spec = { serviceAccountName: "pod", containers: [{ name: "program", image: "program" }] };
  const { status: made, said: pod } = await ask("POST", `${namespace}/pods`, {
    metadata: { name: "pod" },
    spec,
  });
  expect([made, pod]).toEqual([201, expect.anything()]);
  // As a kubelet asks for it, by which the API server knows that it may extend it to a year.
  const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "pod" };
  const wanted = { spec: { expirationSeconds: 3607, boundObjectRef } };
  const { said } = await ask("POST", `${namespace}/serviceaccounts/pod/token`, wanted);
  const { status } = JSON.parse(said) as { status: { token: string } };
  const [, claims = ""] = status.token.split(".");
  const { exp, iat } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
    exp: number;
    iat: number;
  };
  expect(exp - iat).toBe(3607);
});

it.each([
  ["TLSv1.2", false],
  ["TLSv1.3", true],
] as const)("connections by %s: taken is %s", async (version, taken) => {
  const options = { host: "127.0.0.1", port: board.ports.apiServer, rejectUnauthorized: false };
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket: TLSSocket = connect({ ...options, minVersion: version, maxVersion: version }, () => {
      resolve(true);
      socket.destroy();
    }).on("error", () => {
      resolve(false);
    });
  });
  expect(isTaken).toBe(taken);
});
