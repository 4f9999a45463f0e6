import { describe, expect, it } from "vitest";
import { memoryRequest } from "../../../components/capacity/podNeeds.ts";
import { otherPodsIn, type OwnPods } from "../../../components/capacity/otherPods.ts";
import { kubeadmWorkloads } from "../../../components/kubeadm/kubeadmWorkloads.ts";
import { livePod, type PodChange } from "./live.ts";

const own: OwnPods = {
  stack: "home",
  boards: [{ name: "a" }, { name: "b", dead: false }, { name: "gone", dead: true }],
  loads: [
    ...kubeadmWorkloads(["a"]),
    { name: "gogs", namespace: "gogs", kind: "StatefulSet", replicas: 1, pod: { containers: [] } },
    { name: "gogs-backup", namespace: "gogs", kind: "CronJob", replicas: 1, pod: { containers: [] } },
  ],
};
const hash = { "pod-template-hash": "5c4f7d9b8" };
const marked = (stack: string) => ({ "bramble/stack": stack });
const look = (change: PodChange, use = new Map<string, string>()) => otherPodsIn([livePod(change)], use, own);
const nobody = { staying: [], leaving: [], placed: [] };

describe("what is not bramble's", () => {
  it.each<[string, string, PodChange]>([
    ["media/jellyfin", "Deployment", { owner: ["ReplicaSet", "jellyfin-5c4f7d9b8"], labels: hash }],
    ["media/jellyfin", "Deployment", { owner: ["ReplicaSet", "jellyfin"] }],
    ["media/db", "StatefulSet", { owner: ["StatefulSet", "db"] }],
    ["media/logs", "DaemonSet", { owner: ["DaemonSet", "logs"] }],
    ["media/scan", "Job", { owner: ["Job", "scan-29384738"] }],
    ["media/import", "Job", { owner: ["Job", "import"] }],
    ["media/db-1", "Deployment", { owner: ["Cluster", "db-1"] }],
    ["media/shell", "Pod", { name: "shell" }],
    ["media/vip-a", "StaticPod", { name: "vip-a", owner: ["Node", "a"] }],
    // In a namespace of bramble's, too.
    ["gogs/debug", "Pod", { namespace: "gogs", name: "debug" }],
    ["media/gogs", "StatefulSet", { owner: ["StatefulSet", "gogs"] }],
    ["media/x", "Pod", { name: "x", annotations: marked("another") }],
  ])("is %s, a %s", (name, kind, change) => {
    const { staying, leaving } = look(change);
    expect(staying).toEqual([expect.objectContaining({ name, kind, board: "a" })]);
    expect(leaving).toEqual([]);
  });

  it("is tied to no board by where it runs", () => {
    expect(look({}).staying[0]?.pod).not.toHaveProperty("nodeName");
  });

  it.each<[string, PodChange]>([
    ["has no board yet", { board: undefined, phase: "Pending" }],
    ["is on a node that the settings do not have", { board: "elsewhere" }],
    ["is left over on a dead board", { board: "gone" }],
    ["has succeeded", { phase: "Succeeded" }],
    ["has failed", { phase: "Failed" }],
    ["is about to end", { deletionTimestamp: "2026-11-22T00:00:00Z" }],
  ])("is not counted where it %s", (_, change) => {
    expect(look(change)).toEqual(nobody);
  });
});

describe("what is the stack's own", () => {
  it.each<[string, PodChange]>([
    ["a workload of the settings", { namespace: "gogs", name: "gogs-0", owner: ["StatefulSet", "gogs"] }],
    ["a run of a CronJob", { namespace: "gogs", name: "x", owner: ["Job", "gogs-backup-29384738"] }],
    ["a static pod", { namespace: "kube-system", name: "etcd-a", owner: ["Node", "a"] }],
    ["kube-proxy", { namespace: "kube-system", name: "kube-proxy-x", owner: ["DaemonSet", "kube-proxy"] }],
    [
      "CoreDNS",
      { namespace: "kube-system", name: "x", owner: ["ReplicaSet", "coredns-5c4f7d9b8"], labels: hash },
    ],
  ])("is counted with the settings if it is %s", (_, change) => {
    for (const annotations of [undefined, marked("home")]) {
      const { staying, leaving, placed } = look({ ...change, ...(annotations && { annotations }) });
      expect([staying, leaving, placed.map(({ board }) => board)]).toEqual([[], [], ["a"]]);
    }
  });

  it("leaves if the settings have it no more", () => {
    const { staying, leaving } = look({ owner: ["StatefulSet", "old"], annotations: marked("home") });
    expect(staying).toEqual([]);
    expect(leaving).toEqual([expect.objectContaining({ name: "media/old" })]);
  });
});

describe("memory", () => {
  const use = new Map([
    ["media/x/app", "51200Ki"],
    ["media/x/helper", "10Mi"],
    ["media/x/start", "99Mi"],
  ]);
  const containers = (...names: string[]) => names.map((name) => ({ name }));
  const counted = (change: PodChange, measured = use) => {
    const [pod] = look({ name: "x", ...change }, measured).staying;
    return [pod && memoryRequest(pod.pod), pod?.source];
  };

  it.each<[string, PodChange, number, string]>([
    ["the request, whatever is used", { memory: "64Mi" }, 64, "request"],
    ["what is used, where nothing is requested", {}, 50, "measurement"],
    [
      "the limit, which stands for the request",
      { spec: { containers: [{ name: "app", resources: { limits: { memory: "80Mi" } } }] } },
      80,
      "request",
    ],
    [
      "each container by itself",
      {
        spec: {
          containers: [
            { name: "app", resources: { requests: { memory: "64Mi", cpu: "10m" } } },
            { name: "helper", resources: { requests: { cpu: "10m" } } },
          ],
        },
      },
      74,
      "measurement",
    ],
    [
      "a sidecar, and no init container that has ended",
      {
        spec: {
          initContainers: [{ name: "start" }, { name: "helper", restartPolicy: "Always" }],
          containers: containers("app"),
        },
      },
      60,
      "measurement",
    ],
    [
      "the pod's own request",
      { spec: { resources: { requests: { memory: "32Mi" } }, containers: containers("app") } },
      32,
      "request",
    ],
    ["nothing of what was not measured", { spec: { containers: containers("app", "new") } }, 50, "unknown"],
  ])("counted is %s", (_, change, memory, source) => {
    expect(counted(change)).toEqual([memory, source]);
  });

  it("is unknown without metrics", () => {
    expect(counted({}, new Map())).toEqual([0, "unknown"]);
  });
});
