import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { planBoards } from "../../../components/board/board.ts";
import { directoriesOf, loadsOf, partsOf } from "../../../settings/apps.ts";
import { settingsOf } from "../../../settings/settings.ts";
import type { StackConfig } from "../../../settings/stackFile.ts";
import { type Registered, registeredBy } from "../registered.ts";
import { type Change, type Config, file, set, setBoard } from "../../settings/files.ts";

const blog = { name: "blog", size: "8Gi" };
const of = (storage: Config, change: Change = () => undefined) => {
  const text = file((config) => {
    set("storage", storage)(config);
    change(config);
  });
  const { config } = parse(text) as { config: StackConfig };
  return settingsOf("home", config, () => true);
};

/** What the volumes of these settings register. */
async function registered(storage: Config): Promise<Registered[]> {
  const parsed = of(storage);
  return registeredBy(async () => {
    const { partsOf } = await import("../../../settings/apps.ts");
    const part = partsOf(parsed, "home", planBoards(parsed.boards)).find(({ name }) => name === "volumes");
    part?.register("volumes", { opts: {}, backedUp: [] });
  });
}
const ofKind = (all: readonly Registered[], kind: string) =>
  all.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs);

describe("volumes for what others deploy", () => {
  it("are not there unless they are asked for", async () => {
    expect(await registered({})).toEqual([]);
    expect(directoriesOf(of({})).map(({ section }) => section)).not.toContain("storage");
  });

  it("are directories of boards, which keep their files", async () => {
    const other = { name: "media", size: "1Ti", board: "pi3-1" };
    const volumes = ofKind(await registered({ volumes: [blog, other] }), "PersistentVolume");
    const where = volumes.map(({ spec }) => spec as { local: object; nodeAffinity: unknown });
    expect(where.map(({ local }) => local)).toEqual([
      { path: "/var/lib/bramble/volumes/blog" },
      { path: "/var/lib/bramble/volumes/media" },
    ]);
    expect(where.map(({ nodeAffinity }) => JSON.stringify(nodeAffinity))).toEqual([
      expect.stringContaining('"values":["pi3-2"]'),
      expect.stringContaining('"values":["pi3-1"]'),
    ]);
    for (const { spec } of volumes) {
      expect(spec).toMatchObject({ persistentVolumeReclaimPolicy: "Retain", storageClassName: "bramble" });
      expect(spec).not.toHaveProperty("claimRef");
      expect(spec).not.toHaveProperty("hostPath");
    }
    expect(directoriesOf(of({ volumes: [blog] }))).toContainEqual(
      expect.objectContaining({ section: "storage", board: "pi3-2", path: "/var/lib/bramble/volumes/blog" }),
    );
  });

  it("have one class, which is the default one only if asked for", async () => {
    const isDefault = async (storage: Config) => {
      const [{ metadata } = {}, ...more] = ofKind(await registered(storage), "StorageClass");
      expect(more).toEqual([]);
      return (metadata as { annotations: object }).annotations;
    };
    const annotation = "storageclass.kubernetes.io/is-default-class";
    expect(await isDefault({ volumes: [blog] })).toEqual({ [annotation]: "false" });
    expect(await isDefault({ volumes: [blog], defaultClass: true })).toEqual({ [annotation]: "true" });
  });

  it("are on the disk of a board that has one for data", () => {
    const withDisk = of({ volumes: [blog] }, setBoard(2, { disk: { id: "usb-x" } }));
    expect(directoriesOf(withDisk).map(({ path }) => path)).toContain(
      "/var/lib/bramble-disk/data/volumes/blog",
    );
  });

  it("cost no memory", () => {
    const loads = (storage: Config) => {
      const parsed = of(storage);
      const boards = planBoards(parsed.boards);
      return loadsOf(partsOf(parsed, "home", boards), boards);
    };
    expect(loads({ volumes: [blog] })).toEqual(loads({}));
  });
});
