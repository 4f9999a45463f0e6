import { describe, expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import type { BackupPlan } from "../../components/storage/backupTarget.ts";
import type { BackedUp } from "../../components/storage/backupWorkload.ts";
import { appsOf } from "../../settings/apps.ts";
import { settingsOf } from "../../settings/settings.ts";
import { type Apps, backupsOf, type Kinds, kinds, workloadsOf } from "../../settings/workloads.ts";
import { type Config, section, settings } from "./smallCluster.ts";

const etcd = "/var/lib/bramble/snapshots";

/** The small cluster with backups of everything, changed. */
function parsed(change: (config: Config) => void = () => undefined) {
  const config = settings((all) => {
    all["bramble:backup"] = { nfs: { server: "nas.lan", path: "/backups" }, etcd };
    change(all);
  });
  return settingsOf("home", config, () => true);
}
const apps = (change?: (config: Config) => void) => appsOf(parsed(change), "home");

interface WikiArgs {
  readonly backup?: BackupPlan;
}
const withWiki: Kinds<Apps & { wiki?: WikiArgs }> = {
  ...kinds,
  wiki: {
    workload: () => undefined,
    backup: ({ backup: plan }): BackedUp | undefined =>
      plan && {
        source: {
          app: "wiki",
          namespace: "wiki",
          data: { claim: "wiki-data", board: "pi3-1", path: "/var/lib/bramble/wiki" },
          user: 1000,
          watched: ".",
          excludes: [],
        },
        plan,
      },
  },
};

describe("what is backed up", () => {
  const names = (backedUp: readonly BackedUp[]) => backedUp.map(({ source }) => source.app).sort();

  it("is what each component says, in the store's list and in the budget alike", () => {
    const home = apps();
    expect(names(backupsOf(home, kinds))).toEqual(["etcd", "gogs", "traefik"]);
    expect([...(home.backup?.apps ?? [])].sort()).toEqual(["etcd", "gogs", "traefik"]);
    const pods = workloadsOf(home, planBoards(parsed().boards)).filter(({ kind }) => kind === "CronJob");
    expect(pods.map(({ name }) => name).sort()).toEqual(["etcd-backup", "gogs-backup", "traefik-backup"]);
  });

  it("is nothing of an app that is left out, or has nothing to be backed up", () => {
    const fewer = apps((config) => {
      delete config["bramble:gogs"];
      section(config, "ingress").certificates = "selfSigned";
      delete section(config, "backup").etcd;
    });
    expect(backupsOf(fewer, kinds)).toEqual([]);
    expect(fewer.backup?.apps).toEqual([]);
  });

  it("has an app that nobody has put on a list, as soon as it has a plan", () => {
    const home = apps();
    const plan = home.gogs?.backup;
    expect(plan).toBeDefined();
    const backedUp = (wiki: WikiArgs) => names(backupsOf({ ...home, wiki }, withWiki));
    expect(backedUp({ backup: plan! })).toEqual(["etcd", "gogs", "traefik", "wiki"]);
    expect(backedUp({})).toEqual(["etcd", "gogs", "traefik"]);
  });

  it("does not compile without a source for a plan, or without a component", () => {
    // @ts-expect-error The wiki's args have a plan.
    const sourceless: Kinds<{ wiki?: WikiArgs }> = { wiki: { workload: () => undefined } };
    // @ts-expect-error There is a wiki.
    const forgotten: Kinds<{ wiki?: WikiArgs }> = {};
    expect([sourceless, forgotten]).toHaveLength(2);
  });
});

describe("etcd's snapshots", () => {
  const second = (name: string, dead: boolean) => (config: Config) => {
    const boards = config["bramble:boards"] as Config[];
    boards.push({ name, model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.20", dead });
  };

  it("are taken from the first control plane by name, whatever the order of the list", () => {
    expect(apps().etcdBackup?.board).toBe("pi4-1");
    expect(apps(second("pi4-2", false)).etcdBackup?.board).toBe("pi4-1");
    expect(apps(second("a", false)).etcdBackup?.board).toBe("a");
    const reordered = apps((config) => {
      second("a", false)(config);
      (config["bramble:boards"] as Config[]).reverse();
    });
    expect(reordered.etcdBackup?.board).toBe("a");
  });

  it("are never asked of a dead one", () => {
    expect(apps(second("a", true)).etcdBackup?.board).toBe("pi4-1");
  });
});
