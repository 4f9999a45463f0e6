// Whether the controller manager lives through a start of its board, where the API server takes its time.
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { controllerManagerPatch } from "../../../components/kubeadm/controllerManagerPatch.ts";
import { NativeBoard } from "./nativeBoard.ts";

/** Seconds for which the API server is late: longer than the controller manager waits for it. */
const late = 14;

let board: NativeBoard;
afterEach(() => board.end());

/** What the kubelet does before it starts the pod's next container. */
async function sidecarStarted(): Promise<void> {
  const { httpGet, periodSeconds = 0 } = controllerManagerPatch.spec.initContainers[0]!.startupProbe!;
  const { host, path: page, scheme } = httpGet!;
  expect([scheme, httpGet!.port]).toEqual(["HTTPS", 6443]);
  const succeeds = () =>
    new Promise<boolean>((resolve) => {
      const options = { host, port: board.ports.apiServer, path: page, rejectUnauthorized: false };
      request(options, (response) => {
        resolve(response.resume().statusCode === 200);
      })
        .on("error", () => {
          resolve(false);
        })
        .end();
    });
  while (!(await succeeds())) await sleep(periodSeconds * 1000);
}

/** Starts a board; its controller manager, which may wait for something, is tried once. */
async function boot(controlPlanes: number, waiting: () => Promise<void>) {
  board = await NativeBoard.of(controlPlanes);
  board.start("etcd");
  const manager = waiting().then(() => board.start("kube-controller-manager"));
  await sleep(late * 1000);
  board.start("kube-apiserver");
  const { child, said } = await manager;
  await sidecarStarted();
  await sleep(12_000);
  return { code: child.exitCode, said: said() };
}

const atOnce = () => Promise.resolve();

it("alone, it gives up a late API server, which is why it is kept waiting", async () => {
  const { code, said } = await boot(1, atOnce);
  expect(code).toBe(1);
  expect(said).toContain("failed to wait for apiserver being healthy");
}, 120_000);

it.each([
  ["kept waiting, it does not exit", 1, sidecarStarted],
  ["with others to elect, it waits for its lease by itself", 3, atOnce],
] as const)(
  "%s",
  async (_, controlPlanes, waiting) => {
    const { code, said } = await boot(controlPlanes, waiting);
    expect(code).toBeNull();
    expect(said).toMatch(/Caches are synced|Starting controller/i);
  },
  120_000,
);
