import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BootstrapPlan, bootstrapPhases } from "../../../components/board/phases.ts";
import { plan as somePlan } from "./plan.ts";
import { type Files, ScratchBoard } from "./scratchBoard.ts";

const folders = [
  { claim: "traefik-acme", path: "/var/lib/bramble/traefik", owner: 65532 },
  { claim: "gogs-data", path: "/var/lib/bramble/gogs", owner: 1000 },
];
const plan: BootstrapPlan = { ...somePlan, folders };
const movedPlan = { ...somePlan, folders: [{ claim: "gogs-data", path: "/srv/data/gogs", owner: 1000 }] };

let board: ScratchBoard;
beforeEach(({ skip }) => skip(process.getuid?.() !== 0, "only root gives directories to other users"));
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs = {}) => (board = new ScratchBoard(files, programs));
const at = (path: string) => join(board.root, path);
const access = (path: string) => {
  const { uid, gid, mode } = statSync(at(path));
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};
/** What is there beside a system's own. */
const made = () =>
  Object.fromEntries(Object.entries(board.files()).filter(([path]) => /^(var|srv)/.test(path)));
const gogs = "var/lib/bramble/gogs";
const gogsMark = "var/lib/bramble/.bramble/gogs";

describe("data", () => {
  it("makes each directory as the kubelet wants it for the pod's group, and its mark beside it", () => {
    boardOf();
    expect(board.run("data", "apply", plan)).toMatchObject({ status: 0, stderr: "" });
    expect(access(gogs)).toBe("1000:1000 2770");
    expect(access("var/lib/bramble/traefik")).toBe("65532:65532 2770");
    expect(access("var/lib/bramble")).toBe("0:0 755");
    expect(board.read(gogsMark)).toBe("gogs-data\n");
    expect(made()).toEqual({
      [gogsMark]: "gogs-data\n",
      "var/lib/bramble/.bramble/traefik": "traefik-acme\n",
      "var/lib/bramble/folders": "gogs-data /var/lib/bramble/gogs\ntraefik-acme /var/lib/bramble/traefik\n",
    });
    expect(board.run("data", "apply", plan).stdout).toBe("data: changed nothing\n");
    expect(board.run("data", "check", plan)).toMatchObject({ status: 0, stdout: "" });
  });

  it("makes a directory for what others deploy once, and leaves it to the kubelet and them", () => {
    boardOf();
    const volume = "var/lib/bramble/volumes/blog";
    const offered = {
      ...somePlan,
      folders: [{ claim: "blog-volume", path: "/var/lib/bramble/volumes/blog" }],
    };
    const apply = () => board.run("data", "apply", offered);
    expect(apply()).toMatchObject({ status: 0, stderr: "" });
    expect(access(volume)).toBe("0:0 777");
    expect(access("var/lib/bramble/volumes")).toBe("0:0 755");
    expect(board.read("var/lib/bramble/volumes/.bramble/blog")).toBe("blog-volume\n");
    // As the kubelet leaves it for a pod with an fsGroup.
    chownSync(at(volume), 0, 999);
    chmodSync(at(volume), 0o2775);
    board.write({ [`${volume}/config.php`]: "" });
    expect(board.run("data", "check", offered)).toMatchObject({ status: 0, stdout: "" });
    expect(apply().stdout).toBe("data: changed nothing\n");
    expect(access(volume)).toBe("0:999 2775");
    expect(board.read(`${volume}/config.php`)).toBe("");
  });

  it("has nothing to do on a board without data", () => {
    boardOf();
    expect(board.run("data", "apply")).toMatchObject({ status: 0, stdout: "data: changed nothing\n" });
    expect(made()).toEqual({});
  });

  it("is the same for another order of the settings", () => {
    const of = (given: BootstrapPlan) => bootstrapPhases(given).find(({ phase }) => phase === "data")?.script;
    expect(of({ ...plan, folders: folders.toReversed() })).toBe(of(plan));
    expect(of(somePlan)).not.toBe(of(plan));
  });

  it("takes an empty directory, and restores owner and mode of its own, but of nothing in it", () => {
    boardOf();
    mkdirSync(at(gogs), { recursive: true });
    expect(board.run("data", "apply", plan)).toMatchObject({ status: 0, stderr: "" });
    expect(access(gogs)).toBe("1000:1000 2770");
    board.write({ [`${gogs}/config`]: "x" });
    chmodSync(at(`${gogs}/config`), 0o600);
    chownSync(at(`${gogs}/config`), 7, 7);
    chownSync(at(gogs), 0, 0);
    chmodSync(at(gogs), 0o755);
    const check = board.run("data", "check", plan);
    expect(check.stdout).toBe(
      "data: /var/lib/bramble/gogs for gogs-data has owner and mode 0:0 755 instead of 1000:1000 2770\n",
    );
    expect(check.status).toBe(1);
    expect(board.run("data", "apply", plan)).toMatchObject({ status: 0, stderr: "" });
    expect(access(gogs)).toBe("1000:1000 2770");
    expect(access(`${gogs}/config`)).toBe("7:7 600");
  });

  it("knows what it has made on a disk that comes to a new card", () => {
    boardOf({ [gogsMark]: "gogs-data\n", [`${gogs}/git/config`]: "" });
    expect(board.run("data", "apply", plan)).toMatchObject({ status: 0, stderr: "" });
  });

  it("leaves data, marks and parents where the board leaves", () => {
    boardOf();
    board.run("data", "apply", plan);
    board.write({ [`${gogs}/git/config`]: "x" });
    const before = board.files();
    expect(board.run("data", "remove", plan)).toMatchObject({ status: 0, stdout: "data: removed\n" });
    expect(board.files()).toEqual(before);
  });

  it("names a directory that is no longer used, and leaves it as it is", () => {
    boardOf();
    board.run("data", "apply", plan);
    const { status, stdout } = board.run("data", "apply", { ...plan, folders: folders.slice(0, 1) });
    expect(stdout).toContain(
      "data: /var/lib/bramble/gogs, once for gogs-data, is no longer used and stays as it is\n",
    );
    expect({ status, access: access(gogs) }).toEqual({ status: 0, access: "1000:1000 2770" });
  });

  it("moves to an empty directory only where the data of the old one is copied or given up", () => {
    boardOf();
    board.run("data", "apply", plan);
    board.write({ [`${gogs}/git/config`]: "x" });
    const { status, stderr } = board.run("data", "apply", movedPlan);
    expect(stderr).toMatch(
      /data of gogs-data is in \/var\/lib\/bramble\/gogs, but its directory is now \/srv\/data\/gogs.*\n {2}fix: .*cp -aT \/var\/lib\/bramble\/gogs \/srv\/data\/gogs && .*tee \/srv\/data\/.bramble\/gogs; or, .*sudo rm \/var\/lib\/bramble\/.bramble\/gogs\n/,
    );
    expect({ status, there: board.read("srv/data/.bramble/gogs") }).toEqual({ status: 1, there: undefined });
    // As the fix says.
    board.write({ "srv/data/gogs/git/config": "x", "srv/data/.bramble/gogs": "gogs-data\n" });
    expect(board.run("data", "apply", movedPlan)).toMatchObject({ status: 0, stderr: "" });
    expect(board.read(`${gogs}/git/config`)).toBe("x");
  });

  it("writes nothing to the card while the board's disk is missing", () => {
    const onDisk = [{ claim: "gogs-data", path: "/var/lib/bramble-disk/data/gogs", owner: 1000 }];
    boardOf();
    const { status, stderr } = board.run("data", "apply", { ...somePlan, folders: onDisk });
    expect(stderr).toMatch(/the board's disk is not mounted at \/var\/lib\/bramble-disk/);
    expect({ status, made: made() }).toEqual({ status: 1, made: {} });
    expect(board.run("inspect", "apply", { ...somePlan, folders: onDisk }).stderr).not.toMatch(
      /bramble-disk/,
    );
  });
});

describe("a directory that bramble did not make", () => {
  const seven = Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "g"].map((name) => [`${gogs}/${name}`, ""]),
  );

  it.for<[string, Files, RegExp]>([
    [
      "has something in it",
      seven,
      /\/var\/lib\/bramble\/gogs for gogs-data is not empty, and bramble did not create it: a, b, c, d, e, …\n {2}fix: if that is .*: sudo mkdir -p \/var\/lib\/bramble\/.bramble && echo gogs-data \| sudo tee \/var\/lib\/bramble\/.bramble\/gogs; otherwise .*sudo mv \/var\/lib\/bramble\/gogs \/var\/lib\/bramble\/gogs.mine/,
    ],
    [
      "was made for something else",
      { [gogsMark]: "backups\n", [`${gogs}/x`]: "" },
      /gogs has data of backups, but the settings want it for gogs-data: x\n {2}fix: use another directory/,
    ],
    ["is a file", { [gogs]: "" }, /gogs is a file.*\n {2}fix: .*sudo mv/],
    ["is a link", { [gogs]: "-> /srv" }, /gogs is a symbolic link to \/srv;.*\n {2}fix: set the directory/],
    [
      "is the mount point of a disk",
      {
        [`${gogs}/lost+found/none`]: "",
        "proc/mounts": "/dev/mmcblk0p2 / ext4 rw 0 0\n/dev/sda1 /var/lib/bramble/gogs ext4 rw 0 0\n",
      },
      /gogs is the mount point of a disk;.*\n {2}fix: use a directory below it/,
    ],
    ["is below a file", { "var/lib/bramble": "" }, /\/var\/lib\/bramble is not a directory, so /],
  ])("is refused where it %s, by inspect and the phase, and touched in nothing", ([, files, message]) => {
    const gogsAlone = { ...somePlan, folders: folders.slice(1) };
    boardOf({
      "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
      ...files,
    });
    const before = board.files();
    for (const phase of ["inspect", "data"] as const) {
      const { status, stderr } = board.run(phase, "apply", gogsAlone);
      expect(stderr).toMatch(message);
      expect(stderr.match(/^board pi3-1/gm)).toHaveLength(1);
      expect({ status, files: board.files() }).toEqual({ status: 1, files: before });
    }
  });

  it("is refused on a file system without owners, or that a reboot empties", () => {
    const mounts = (type: string) => ({
      "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
      "proc/mounts": `/dev/mmcblk0p2 / ext4 rw 0 0\n/dev/sda1 /srv ${type} rw 0 0\n`,
    });
    boardOf(mounts("exfat"));
    expect(board.run("inspect", "apply", movedPlan).stderr).toMatch(
      /exfat\) is on a file system without owners/,
    );
    board.remove();
    boardOf(mounts("tmpfs"));
    expect(board.run("inspect", "apply", movedPlan).stderr).toMatch(/srv\/data\/gogs .*is in RAM/);
    board.remove();
    boardOf(mounts("ext4"));
    expect(board.run("inspect", "apply", movedPlan)).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("data that a power cut has met", () => {
  /** Ends before so many commands of the script's own shell, as pulling the plug does. */
  const cutAt = (script: string, commands: number) =>
    board.runScript(
      `cut=0\nset -o functrace\ntrap 'if [ "$BASHPID" = $$ ] && [ "$((++cut))" = ${commands} ]; then kill -9 $$; fi' DEBUG\n${script}`,
    ).status === null;

  it("is made to the end by the next run, whichever command it was", { timeout: 300_000 }, () => {
    const { script } = bootstrapPhases(plan).find(({ phase }) => phase === "data")!;
    let cuts = 0;
    for (let commands = 1; ; commands += 29) {
      boardOf();
      const isCut = cutAt(script, commands);
      if (!isCut) break;
      cuts += 1;
      expect(board.run("data", "apply", plan), `cut at ${commands}`).toMatchObject({ status: 0, stderr: "" });
      expect(access(gogs)).toBe("1000:1000 2770");
      expect(board.read(gogsMark)).toBe("gogs-data\n");
      board.remove();
    }
    expect(cuts).toBeGreaterThan(4);
  });

  it("has a mark of NUL bytes: it is bramble's all the same", () => {
    boardOf({ [`${gogs}/git/config`]: "x" });
    board.write({ [gogsMark]: Buffer.alloc(10) });
    expect(board.run("data", "apply", { ...plan, folders: folders.slice(1) })).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(board.read(gogsMark)).toBe("gogs-data\n");
    expect(board.read(`${gogs}/git/config`)).toBe("x");
  });
});
