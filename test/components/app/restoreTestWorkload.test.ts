import { describe, expect, it } from "vitest";
import type { BackupPlan, BackupTarget } from "../../../components/app/backupTarget.ts";
import type { BackupSource } from "../../../components/app/backupWorkload.ts";
import { allowedAge, restoreTestWorkload } from "../../../components/app/restoreTestWorkload.ts";
import { gogsSource } from "../../../components/gogs/gogsBackup.ts";
import { memoryRequest } from "../../../components/capacity/podNeeds.ts";
import { etcdSource } from "../../../components/storage/etcdBackup.ts";
import { inputsOf, registeredBy } from "../registered.ts";

const gogs = gogsSource({ claim: "gogs-data", board: "pi3-2", path: "/var/lib/bramble/gogs" });
const etcd = etcdSource({ board: "pi4-1", directory: "/var/lib/bramble/snapshots" });
const onBoard: BackupTarget = { board: "pi3-3", directory: "/var/lib/bramble-backups" };
const onNfs: BackupTarget = { nfs: { server: "nas.lan", path: "/backups" } };
const inBucket: BackupTarget = { s3: { endpoint: "https://s3.lan", bucket: "b", prefix: "p" } };

const planFor = (target: BackupTarget, changes: Partial<BackupPlan> = {}): BackupPlan => ({
  target,
  schedule: "17 3 * * *",
  keep: { daily: 7, weekly: 5, monthly: 12 },
  test: "47 4 * * 0",
  statsdPort: 8125,
  ...changes,
});
const backedUp = (target: BackupTarget, sources: readonly BackupSource[]) =>
  sources.map((source) => ({ source, plan: planFor(target) }));
const podOf = (target: BackupTarget, ...sources: readonly BackupSource[]) =>
  restoreTestWorkload(backedUp(target, sources))!.pod;
const containers = ({ initContainers = [], containers: last }: ReturnType<typeof podOf>) => [
  ...initContainers,
  ...last,
];

describe("restoreTestWorkload", () => {
  it("is one pod for all apps, which takes the memory of one restore", () => {
    const pod = podOf(onBoard, gogs, etcd);
    expect(containers(pod).map(({ name }) => name)).toEqual([
      "restore-gogs",
      "database-gogs",
      "restore-etcd",
      "verdicts",
    ]);
    expect(memoryRequest(pod)).toBe(memoryRequest(podOf(onBoard, gogs)));
    expect(memoryRequest(pod)).toBe(48);
    expect(restoreTestWorkload(backedUp(onBoard, [gogs]))).toMatchObject({
      schedule: "47 4 * * 0",
      kind: "CronJob",
      replicas: 1,
    });
  });

  it("is none without a schedule for it, or without backups", () => {
    const { test: _, ...untested } = planFor(onBoard);
    expect(restoreTestWorkload([{ source: gogs, plan: untested }])).toBeUndefined();
    expect(restoreTestWorkload([])).toBeUndefined();
  });

  it("mounts no volume with data, and repositories to read only", () => {
    const { volumes = [], ...pod } = podOf(onNfs, gogs);
    const claims = volumes.flatMap(({ name, persistentVolumeClaim }) =>
      persistentVolumeClaim ? [name] : [],
    );
    expect(claims).toEqual(["repositories"]);
    for (const { volumeMounts = [] } of containers(pod)) {
      for (const { name, readOnly } of volumeMounts) {
        const isOwn = /^(restored-|verdicts)/.test(name);
        expect([name, isOwn || readOnly]).toEqual([name, true]);
      }
    }
  });

  it("gives each app its own user, Secrets and folder, and no other's", () => {
    const pod = podOf(onBoard, gogs, etcd);
    const [restoreGogs, databaseGogs, restoreEtcd, verdicts] = containers(pod);
    const mounts = [restoreGogs, databaseGogs, restoreEtcd, verdicts].map((container) =>
      container?.volumeMounts?.map(({ name }) => name).sort(),
    );
    expect(mounts).toEqual([
      ["backup-password-gogs", "backup-scripts", "restored-gogs", "verdicts"],
      ["backup-scripts", "restored-gogs", "verdicts"],
      ["backup-password-etcd", "backup-scripts", "restored-etcd", "verdicts"],
      ["backup-scripts", "verdicts"],
    ]);
    expect(restoreGogs?.envFrom).toEqual([{ secretRef: { name: "backup-access-gogs" } }]);
    expect(restoreGogs?.securityContext).toMatchObject({ runAsUser: 1000, runAsNonRoot: true });
    expect(restoreEtcd?.securityContext).toMatchObject({ runAsUser: 0, runAsNonRoot: false });
    for (const { securityContext, resources } of containers(pod)) {
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(resources).toHaveProperty("limits.memory");
    }
  });

  it("restores files to their owners", () => {
    const wiki = { ...gogs, app: "wiki", user: 1001, group: 1002 };
    const photos = { ...gogs, app: "photos", user: 0, hasOwners: true };
    const ofFirst = (source: BackupSource) => containers(podOf(onBoard, source))[0]?.securityContext;
    expect(ofFirst(wiki)).toMatchObject({
      runAsUser: 1001,
      runAsGroup: 1002,
      capabilities: { drop: ["ALL"] },
    });
    expect(ofFirst(wiki)?.capabilities).not.toHaveProperty("add");
    expect(ofFirst(photos)?.capabilities?.add).toEqual(["CHOWN", "DAC_OVERRIDE", "FOWNER"]);
    expect(ofFirst(etcd)?.capabilities).not.toHaveProperty("add");
  });

  it.each([
    ["on the board with the backups", onBoard, { "kubernetes.io/hostname": "pi3-3" }],
    ["wherever there is room", onNfs, undefined],
    ["wherever there is room", inBucket, undefined],
  ])("runs %s", (_, target, nodeSelector) => {
    const pod = podOf(target, gogs);
    expect(pod.nodeSelector).toEqual(nodeSelector);
    expect(pod.tolerations).toBeUndefined();
    expect(pod.priorityClassName).toBe("bramble-observing");
  });

  it("has no secret in a command line or the plain environment", () => {
    const text = JSON.stringify(containers(podOf(inBucket, gogs)).map(({ command, env }) => [command, env]));
    expect(text).not.toMatch(/AWS_(ACCESS|SECRET)|RESTIC_PASSWORD"/);
  });
});

describe("the age that is allowed", () => {
  it.each([
    ["17 3 * * *", 48],
    ["17 3 * * 0", 14 * 24],
    ["17 * * * *", 24],
  ])("with backups at %s is %i hours", (schedule, hours) => {
    expect(allowedAge(planFor(onBoard, { schedule }))).toBe(hours * 3600);
  });
});

describe("RestoreTest", () => {
  const register = (target: BackupTarget, ...sources: readonly BackupSource[]) =>
    registeredBy(async () => {
      const { RestoreTest } = await import("../../../components/app/restoreTest.ts");
      const apps = backedUp(target, sources);
      const opening = { password: "the one that was kept", access: { RESTIC_REST_PASSWORD: "account" } };
      const secrets = { gogs: opening, etcd: opening };
      new RestoreTest("restore-test", { workload: restoreTestWorkload(apps)!, backedUp: apps, secrets });
    });

  it("has every object that its pod names", async () => {
    const registered = await register(onNfs, gogs, etcd);
    const there = registered.flatMap(
      ({ inputs }) => (inputs.metadata as { name?: string } | undefined)?.name ?? [],
    );
    const { volumes = [] } = podOf(onNfs, gogs, etcd);
    const named = volumes.flatMap(
      ({ secret, configMap, persistentVolumeClaim }) =>
        secret?.secretName ?? configMap?.name ?? persistentVolumeClaim?.claimName ?? [],
    );
    expect(named).toHaveLength(4);
    expect(there).toEqual(expect.arrayContaining(named));
    const scripts = inputsOf(registered, "ConfigMap", "restore-test-scripts").data as Record<string, string>;
    const used = JSON.stringify(containers(podOf(onNfs, gogs)).map(({ command }) => command));
    for (const file of used.matchAll(/\/etc\/backup\/([\w.]+)/g))
      expect(Object.keys(scripts)).toContain(file[1]);
  });

  it("allows root in its namespace only for snapshots of etcd", async () => {
    const standard = async (...sources: BackupSource[]) =>
      inputsOf(await register(onBoard, ...sources), "Namespace", "restore-test-namespace").metadata;
    expect(await standard(gogs)).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    });
    expect(await standard(gogs, etcd)).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "baseline" },
    });
  });
});
