import { beforeAll, describe, expect, it } from "vitest";
import { gogsSource } from "../../../components/gogs/gogsBackup.ts";
import { type BackupPlan, type BackupTarget, repositoryOf } from "../../../components/app/backupTarget.ts";
import { backupWorkload } from "../../../components/app/backupWorkload.ts";
import { etcdSource } from "../../../components/storage/etcdBackup.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const keep = { daily: 7, weekly: 5, monthly: 12 };
const plan = (target: BackupTarget): BackupPlan => ({
  target,
  schedule: "17 3 * * *",
  keep,
  statsdPort: 8125,
});
const onBoard = plan({ board: "pi3-3", directory: "/var/lib/bramble-backups" });
const onNfs = plan({ nfs: { server: "nas.lan", path: "/backups" } });
const source = gogsSource({ claim: "gogs-data", board: "pi3-2", path: "/var/lib/bramble/gogs" });

describe("backupWorkload", () => {
  it("runs beside the data, reads it only, and one at a time", () => {
    const { kind, pod } = backupWorkload(source, onBoard);
    expect(kind).toBe("CronJob");
    expect(pod.nodeSelector).toEqual({ "kubernetes.io/hostname": "pi3-2" });
    for (const { volumeMounts, resources, securityContext } of [...pod.initContainers!, ...pod.containers]) {
      expect(volumeMounts).toContainEqual({ name: "data", mountPath: "/source/data", readOnly: true });
      expect(resources).toHaveProperty("limits.memory");
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    }
  });

  it("writes down the state before it copies the database", () => {
    expect(backupWorkload(source, onBoard).pod.initContainers?.map(({ name }) => name)).toEqual([
      "state",
      "database",
    ]);
  });

  it("has no secret in a command line or the plain environment", () => {
    const { pod } = backupWorkload(
      source,
      plan({ s3: { endpoint: "https://s3.lan/", bucket: "b", prefix: "p" } }),
    );
    const [backup] = pod.containers;
    expect(backup?.envFrom).toEqual([{ secretRef: { name: "backup-access" } }]);
    expect(backup?.env?.map(({ name }) => name)).not.toContain("RESTIC_PASSWORD");
    expect(JSON.stringify(backup?.env)).not.toMatch(/AWS_(ACCESS|SECRET)/);
  });

  it("reads snapshots of etcd as root, without any capability, on the control plane", () => {
    const etcd = etcdSource({ board: "pi4-1", directory: "/var/lib/bramble/snapshots" });
    const { pod } = backupWorkload(etcd, onBoard);
    expect(pod.securityContext).toMatchObject({ runAsUser: 0 });
    expect(pod.containers[0]?.securityContext).toMatchObject({ capabilities: { drop: ["ALL"] } });
    expect(pod.tolerations).toMatchObject([{ key: "node-role.kubernetes.io/control-plane" }]);
  });
});

describe("repositoryOf", () => {
  it.for([
    [onBoard, "rest:http://backup-server.backup.svc:8000/gogs/"],
    [onNfs, "/repositories/gogs"],
    [plan({ s3: { endpoint: "https://s3.lan/", bucket: "b", prefix: "p" } }), "s3:https://s3.lan/b/p/gogs"],
  ] as const)("is each app's own: %#", ([{ target }, repository]) => {
    expect(repositoryOf(target, "gogs")).toBe(repository);
  });
});

describe("AppBackup", () => {
  const backedUp = (secrets: object | undefined) =>
    registeredBy(async () => {
      const { AppBackup } = await import("../../../components/app/appBackup.ts");
      const args = { source, plan: onNfs, secrets: secrets as undefined, namespace: "gogs" };
      new AppBackup("gogs", args);
    });

  it.each([
    ["none at all", undefined],
    ["those of other apps alone", { traefik: { password: "p", access: {} } }],
  ])("refuses a plan with no secrets: %s", async (_, secrets) => {
    await expect(backedUp(secrets)).rejects.toThrow(
      /has no access to the repository of "gogs", which has a backup plan. Pass the secrets of a BackupStore/,
    );
  });
});

describe("BackupStore", () => {
  const register = (given: { password?: string; target?: BackupTarget; protectPassword?: boolean }) =>
    registeredBy(async () => {
      const { BackupStore } = await import("../../../components/storage/backup.ts");
      const { AppBackup } = await import("../../../components/app/appBackup.ts");
      const args = { target: onBoard.target, apps: ["gogs", "traefik"], protectPassword: true, ...given };
      const store = new BackupStore("backup", args);
      const { secrets } = store;
      new AppBackup("gogs", { source, plan: plan(args.target), secrets, namespace: "gogs" });
    });
  let registered: Registered[];
  beforeAll(async () => {
    registered = await register({});
  });

  it("keeps passwords in Secrets alone, and they are secrets of Pulumi", () => {
    for (const name of ["gogs-password", "gogs-access"]) {
      const found = registered.find((each) => each.type.endsWith(":Secret") && each.name === name);
      expect(found?.secrets).toContain("stringData");
    }
    expect(inputsOf(registered, "Secret", "gogs-access").stringData).toEqual({
      RESTIC_REST_USERNAME: "gogs",
      RESTIC_REST_PASSWORD: "made for backup-account-gogs",
    });
    expect(inputsOf(registered, "Secret", "backup-accounts").stringData).toEqual({
      htpasswd: "gogs:hash for backup-account-gogs\ntraefik:hash for backup-account-traefik\n",
    });
  });

  it("makes no password where one is given", async () => {
    const given = await register({ password: "the one that was kept" });
    expect(given.map(({ name }) => name)).not.toContain("backup-password");
    expect(registered.map(({ name }) => name)).toContain("backup-password");
    expect(inputsOf(given, "Secret", "gogs-password").stringData).toEqual({
      password: "the one that was kept",
    });
  });

  it("runs no server where backups go elsewhere, and mounts an NFS server's directory", async () => {
    const elsewhere = await register({ target: onNfs.target });
    expect(elsewhere.filter(({ type }) => type.endsWith(":Deployment"))).toEqual([]);
    expect(inputsOf(elsewhere, "PersistentVolume", "gogs-repositories-volume").spec).toMatchObject({
      nfs: { server: "nas.lan" },
    });
  });

  it("asks for the keys of a bucket", async () => {
    const target = { s3: { endpoint: "https://s3.lan", bucket: "b", prefix: "p" } };
    await expect(register({ target })).rejects.toThrow(/accessKey|key pair/);
  });

  it("runs never twice at once", () => {
    expect(inputsOf(registered, "CronJob", "gogs-cronjob").spec).toMatchObject({
      concurrencyPolicy: "Forbid",
      timeZone: "Etc/UTC",
      jobTemplate: { spec: { backoffLimit: 3, activeDeadlineSeconds: 21_600 } },
    });
  });
});
