import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { AppPart } from "../../components/app/app.ts";
import { claimName } from "../../components/app/volumes.ts";
import { backupsOf } from "../../components/app/deployApps.ts";
import { apps } from "../../components/apps.ts";
import { planBoards } from "../../components/board/board.ts";
import type { Load } from "../../components/workload/workload.ts";
import { appParts, dataStorage, directoriesOf, loadsOf, partsOf } from "../../settings/apps.ts";
import { exampleSettings } from "../../settings/appsReference.ts";
import { settingsOf } from "../../settings/settings.ts";
import { type Config, section, settings } from "./smallCluster.ts";

const etcd = "/var/lib/bramble/snapshots";

/** The parts of the small cluster with backups of everything, changed. */
function parts(change: (config: Config) => void = () => undefined): AppPart[] {
  const config = settings((all) => {
    all["bramble:backup"] = { nfs: { server: "nas.lan", path: "/backups" }, etcd };
    change(all);
  });
  const parsed = settingsOf("home", config, () => true);
  return partsOf(parsed, "home", planBoards(parsed.boards));
}

const backedUp = (of: readonly AppPart[]) =>
  backupsOf(of)
    .map(({ source }) => source.app)
    .sort();

const claimsIn = ({ pod }: Load) =>
  (pod.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

/** Claims of volumes on which a part has data, and which no backup reads. */
function unsaved({ stage, loads = [], backup }: AppPart): string[] {
  const saved = backup && claimName(backup.source.data);
  const repositories = (claim: string) => claim.startsWith("backups-");
  return stage === "backupStore"
    ? []
    : loads.flatMap(claimsIn).filter((claim) => claim !== saved && !repositories(claim));
}

/** Boards to which an app's data ties its pods: empty where none is named. */
const boardsWithData = ({ parts }: { readonly parts: readonly AppPart[] }) =>
  parts
    .flatMap(({ stage, loads = [] }) => (stage === "backupStore" ? [] : loads))
    .filter((load) => claimsIn(load).length > 0)
    .flatMap(({ pod }) => pod.nodeSelector?.["kubernetes.io/hostname"] ?? []);

describe("every app of bramble's own", () => {
  const example = exampleSettings();

  it.each(Object.entries(apps))("%s has a page, and an example that holds with the others'", (name, app) => {
    expect(existsSync(new URL(`../../docs/${app.page}`, import.meta.url))).toBe(true);
    expect(example[name as keyof typeof apps]).toBeDefined();
  });

  it("is in the list", () => {
    const folders = globSync("*/app.ts", { cwd: new URL("../../components", import.meta.url) });
    const listed = readFileSync(new URL("../../components/apps.ts", import.meta.url), "utf8");
    const own = folders.filter((file) => file !== path.join("app", "app.ts"));
    expect(own.length).toBe(Object.keys(apps).length);
    expect(own.filter((file) => !listed.includes(`"./${file}"`))).toEqual([]);
  });

  it("with data on a board names its directories, which others may not share", () => {
    const withData = appParts(example, "home", planBoards(example.boards)).filter(
      (each) => boardsWithData(each).length > 0,
    );
    expect(withData.map(({ section }) => section)).toEqual(expect.arrayContaining(["ingress", "gogs"]));
    const storage = dataStorage(example);
    const unnamed = withData.filter(({ app, own }) => (app.directories?.(own, storage) ?? []).length === 0);
    expect(unnamed.map(({ section }) => section)).toEqual([]);
  });

  it("has directories of the user and group that its pods have, or the kubelet would change all files in them", () => {
    const ofApps = directoriesOf(example).filter(({ section }) => section !== "storage");
    const directories = new Map(ofApps.map((each) => [claimName(each), each]));
    const mounting = loadsOf(partsOf(example, "home", planBoards(example.boards)), planBoards(example.boards))
      .filter(({ kind }) => kind !== "CronJob")
      .flatMap((load) => claimsIn(load).map((claim) => ({ load, claim })));
    expect(mounting.map(({ claim }) => claim).sort()).toEqual([...directories.keys()].sort());
    for (const { load, claim } of mounting) {
      const { runAsUser, fsGroup, fsGroupChangePolicy } = load.pod.securityContext ?? {};
      expect([runAsUser, fsGroup], claim).toEqual(Array(2).fill(directories.get(claim)?.owner));
      expect(fsGroupChangePolicy, claim).toBe("OnRootMismatch");
    }
  });

  it("is refused where no board is named for its data", () => {
    const storage = { directory: "/var/lib/bramble", volumes: [], defaultClass: false };
    const nowhere = appParts({ ...example, storage }, "home", planBoards(example.boards)).filter((each) =>
      boardsWithData(each).includes(""),
    );
    expect(nowhere.map(({ section }) => section)).toContain("gogs");
    const accepted = nowhere.filter(
      ({ app, own }) => [...(app.errors?.(own, { boards: example.boards, storage }) ?? [])].length === 0,
    );
    expect(accepted.map(({ section }) => section)).toEqual([]);
  });

  it("has its data backed up where there are backups", () => {
    const all = partsOf(example, "home", planBoards(example.boards));
    expect(all.flatMap(unsaved)).toEqual([]);
    const gogs = all.find(({ name }) => name === "gogs");
    expect(gogs && unsaved({ ...gogs, backup: undefined })).toEqual([expect.stringMatching(/^gogs-data-/)]);
  });
});

describe("what is backed up", () => {
  it("is what each part says, in the budget, too", () => {
    const all = parts();
    expect(backedUp(all)).toEqual(["etcd", "gogs", "traefik"]);
    const pods = loadsOf(all, planBoards(exampleSettings().boards)).filter(({ kind }) => kind === "CronJob");
    expect(pods.map(({ name }) => name).sort()).toEqual([
      "etcd-backup",
      "gogs-backup",
      "restore-test",
      "traefik-backup",
    ]);
  });

  it("is not tested where that is not wanted, nor where there is nothing", () => {
    const jobs = (change: (config: Config) => void) =>
      loadsOf(parts(change), planBoards(exampleSettings().boards)).map(({ name }) => name);
    expect(jobs((config) => (section(config, "backup").test = "never"))).not.toContain("restore-test");
    const nothing = jobs((config) => {
      delete config["bramble:gogs"];
      section(config, "ingress").certificates = "selfSigned";
      delete section(config, "backup").etcd;
    });
    expect(nothing).not.toContain("restore-test");
  });

  it("is nothing of an app that is left out, or has nothing to be backed up", () => {
    const fewer = parts((config) => {
      delete config["bramble:gogs"];
      section(config, "ingress").certificates = "selfSigned";
      delete section(config, "backup").etcd;
    });
    expect(backedUp(fewer)).toEqual([]);
  });

  it("is nothing without backups", () => {
    const none = parts((config) => {
      delete config["bramble:backup"];
    });
    expect(backedUp(none)).toEqual([]);
    expect(none.map(({ name }) => name)).not.toContain("backup");
  });
});

describe("etcd's snapshots", () => {
  const second = (name: string, dead: boolean) => (config: Config) => {
    const boards = config["bramble:boards"] as Config[];
    boards.push({ name, model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.20", dead });
  };
  const taker = (change?: (config: Config) => void) => {
    const data = backupsOf(parts(change)).find(({ source }) => source.app === "etcd")?.source.data;
    return data && "board" in data ? data.board : undefined;
  };

  it("are taken from the first control plane by name, whatever the order of the list", () => {
    expect(taker()).toBe("pi4-1");
    expect(taker(second("pi4-2", false))).toBe("pi4-1");
    expect(taker(second("a", false))).toBe("a");
    const reordered = taker((config) => {
      second("a", false)(config);
      (config["bramble:boards"] as Config[]).reverse();
    });
    expect(reordered).toBe("a");
  });

  it("are never asked of a dead one", () => {
    expect(taker(second("a", true))).toBe("pi4-1");
  });
});
