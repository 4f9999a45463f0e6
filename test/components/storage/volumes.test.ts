import { beforeAll, describe, expect, it } from "vitest";
import { claimName } from "../../../components/app/volumes.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const directory = { claim: "gogs-data", board: "pi3-2", path: "/var/lib/bramble/gogs" };

describe("claimName", () => {
  it("is the same for the same directory", () => {
    expect(claimName({ ...directory })).toBe(claimName(directory));
    expect(claimName(directory)).toMatch(/^gogs-data-[0-9a-f]{8}$/);
  });

  it.for([
    ["board", { ...directory, board: "pi3-3" }],
    ["path", { ...directory, path: "/mnt/disk/gogs" }],
  ] as const)("is another one on another %s, so that the old claim need not go first", ([, other]) => {
    expect(claimName(other)).not.toBe(claimName(directory));
  });
});

describe("DataVolume", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { DataVolume } = await import("../../../components/app/volumes.ts");
      new DataVolume("data", { ...directory, namespace: "gogs", size: "8Gi" });
    });
  });
  const volume = () => inputsOf(registered, "PersistentVolume", "data-volume");
  const claim = () => inputsOf(registered, "PersistentVolumeClaim", "data-claim");

  it("is a directory of the board, and can be mounted only there", () => {
    expect(volume().spec).toMatchObject({
      local: { path: "/var/lib/bramble/gogs" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["pi3-2"] }] },
          ],
        },
      },
    });
    expect(volume().spec).not.toHaveProperty("hostPath");
  });

  it("keeps the files when its claim goes", () => {
    expect(volume().spec).toMatchObject({ persistentVolumeReclaimPolicy: "Retain" });
  });

  it("and its claim are bound to each other alone", () => {
    const { metadata, spec } = claim() as { metadata: { name: string }; spec: { volumeName: string } };
    expect(volume().spec).toMatchObject({ claimRef: { namespace: "gogs", name: metadata.name } });
    expect(volume().metadata).toEqual({ name: spec.volumeName });
    expect(metadata.name).toBe(claimName(directory));
    for (const each of [volume().spec, spec]) {
      // Anything but an empty class would have a provisioner make another volume.
      expect(each).toMatchObject({ storageClassName: "", accessModes: ["ReadWriteOnce"] });
    }
  });
});

describe("a DataVolume on NFS", () => {
  const nfs = { server: "nas.lan", path: "/backups" };
  const register = (patience?: number) =>
    registeredBy(async () => {
      const { DataVolume } = await import("../../../components/app/volumes.ts");
      new DataVolume("data", { claim: "backups", nfs, namespace: "gogs", size: "8Gi", patience });
    });
  const options = (registered: Registered[]) =>
    (inputsOf(registered, "PersistentVolume", "data-volume").spec as { mountOptions: string[] }).mountOptions;

  it("is tied to no board, and can be mounted on several", async () => {
    const { spec } = inputsOf(await register(), "PersistentVolume", "data-volume");
    expect(spec).toMatchObject({
      nfs,
      accessModes: ["ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
    });
    expect(spec).not.toHaveProperty("nodeAffinity");
  });

  it("waits for its server for ever, unless it holds backups", async () => {
    expect(options(await register()).join()).not.toContain("soft");
    expect(options(await register(600))).toEqual(expect.arrayContaining(["softerr", "timeo=2000"]));
  });
});
