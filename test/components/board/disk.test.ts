import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BoardDisk } from "../../../components/board/disk.ts";
import { kubeletConfiguration } from "../../../components/board/kubeletConfig.ts";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import { bootstrapPhases, phaseNames } from "../../../components/board/phases.ts";
import { plan as somePlan } from "./plan.ts";
import { DiskBoard, diskScript, noDisk, nothingRuns, RealDisk } from "./realDisk.ts";

const id = "usb-Samsung_PSSD_T7_S5T-0:0";
const planFor = (...uses: BoardDisk["for"]) => ({ ...somePlan, disk: { id, for: uses } });
const everything = planFor("data", "images", "etcd");
const mount = "var/lib/bramble-disk";

let board: DiskBoard;
let disk: RealDisk;
let others: RealDisk[];
beforeEach(({ skip }) => {
  skip(noDisk !== "", noDisk);
  board = new DiskBoard();
  disk = new RealDisk();
  others = [];
  board.attach(id, disk);
});
afterEach(() => {
  if (noDisk) return;
  board.remove();
  for (const each of [disk, ...others]) each.remove();
});
const done = { status: 0, stderr: "" };
const unchanged = { ...done, stdout: "disk: changed nothing\n" };
const another = (mebibytes?: number) => {
  const made = new RealDisk(mebibytes);
  others.push(made);
  return made;
};

describe("a blank disk", () => {
  it("is formatted and mounted with all that it is for, once", () => {
    expect(board.disk(everything)).toMatchObject(done);
    expect([disk.tag("TYPE"), disk.tag("LABEL")]).toEqual(["ext4", "bramble-disk"]);
    const uuid = disk.tag("UUID");
    expect(board.read("etc/fstab")).toBe(`UUID=1 / ext4 defaults,noatime 0 1
# bramble: begin
UUID=${uuid} /var/lib/bramble-disk ext4 noatime,errors=remount-ro,nofail 0 2
/var/lib/bramble-disk/images /var/lib/containerd none bind,nofail 0 0
/var/lib/bramble-disk/etcd /var/lib/etcd none bind,nofail 0 0
# bramble: end
`);
    board.shell("touch var/lib/containerd/image var/lib/etcd/member");
    expect(board.shell(`ls ${mount}/images ${mount}/etcd`).split(/\s+/)).toEqual(
      expect.arrayContaining(["image", "member"]),
    );
    expect(board.shell(`stat -c %a ${mount}/etcd`)).toBe("700");
    expect(board.disk(everything)).toMatchObject(unchanged);
    expect(board.disk(everything, "check")).toMatchObject({ ...done, stdout: "" });
    expect(disk.tag("UUID")).toBe(uuid);
  });

  it("is needed by what is on it before it starts, and by nothing else", () => {
    const dropIn = (unit: string) => board.read(`etc/systemd/system/${unit}.service.d/90-bramble-disk.conf`);
    board.disk(planFor("data"));
    expect([dropIn("containerd"), dropIn("kubelet")]).toEqual([undefined, undefined]);
    board.disk(everything);
    expect(dropIn("containerd")).toBe("[Unit]\nRequiresMountsFor=/var/lib/containerd\n");
    expect(dropIn("kubelet")).toBe("[Unit]\nRequiresMountsFor=/var/lib/containerd /var/lib/etcd\n");
  });

  it("has fstab lines that findmnt reads, and that keep no board from starting", () => {
    board.disk(everything);
    const args = [
      "--tab-file",
      join(board.root, "etc/fstab"),
      "--noheadings",
      "--raw",
      "--output",
      "TARGET,OPTIONS",
    ];
    const lines = spawnSync("findmnt", args, { encoding: "utf8" }).stdout.trim().split("\n").slice(1);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/[ ,]nofail$/);
  });

  it("is mounted again after a boot that did not have it, without a new file system", () => {
    board.disk(everything);
    board.shell(`echo kept >${mount}/data.txt`);
    board.boot();
    // Nothing is below on the card.
    expect(board.shell(`ls ${mount}`)).toBe("");
    const check = board.disk(everything, "check");
    expect(check.stdout).toContain("not mounted");
    expect(check.status).toBe(1);
    const { status, stderr } = board.disk(everything);
    // systemctl says of everything that it runs: then it may have written to the card.
    expect(stderr).toMatch(
      /\/var\/lib\/containerd is not mounted although containerd is running\n {2}fix: reboot/,
    );
    expect(status).toBe(1);
    const stopped = stoppedBoard();
    expect(stopped.disk(everything)).toMatchObject(done);
    expect(stopped.shell(`cat ${mount}/data.txt`)).toBe("kept");
    stopped.remove();
  });

  /** The same board, on which neither containerd nor the kubelet has started. */
  function stoppedBoard(): DiskBoard {
    const fstab = board.read("etc/fstab")!;
    const stopped = new DiskBoard({ "etc/fstab": fstab }, nothingRuns);
    stopped.attach(id, disk);
    return stopped;
  }

  it("comes back with its data, and without an old database, on a new card", () => {
    const plan = planFor("data", "etcd");
    board.disk(plan);
    board.shell(`mkdir ${mount}/data && echo kept >${mount}/data/gogs && touch ${mount}/etcd/member`);
    board.shell(`umount var/lib/etcd ${mount}`);
    const card = new DiskBoard();
    card.attach(id, disk);
    expect(card.runScript(diskScript(plan, "inspect")).stderr).not.toMatch(/disk/);
    expect(card.disk(plan)).toMatchObject(done);
    expect(card.shell(`cat ${mount}/data/gogs`)).toBe("kept");
    expect(card.shell("ls var/lib/etcd")).toBe("");
    expect(card.shell(`ls ${mount}/etcd.bramble-*.bak`)).toBe("member");
    expect(card.disk(plan)).toMatchObject(unchanged);
    card.remove();
  });

  it("stays mounted where the board leaves", () => {
    board.disk(everything);
    const fstab = board.read("etc/fstab");
    expect(board.disk(everything, "remove").stdout).toMatch(/disk stays mounted at \/var\/lib\/bramble-disk/);
    expect(board.read("etc/fstab")).toBe(fstab);
    board.shell(`touch ${mount}/x`);
  });

  it("is only a phase where there is a disk, and the same in another order", () => {
    const phases = (plan = somePlan) => bootstrapPhases(plan).map(({ phase }) => phase);
    expect(phases()).toEqual(phaseNames);
    expect(phases(everything)).toEqual(phaseNames.toSpliced(phaseNames.indexOf("repositories"), 0, "disk"));
    expect(diskScript(planFor("etcd", "data", "images"))).toBe(diskScript(everything));
  });
});

describe("a power cut", () => {
  it("leaves nothing that the next run does not end, whichever command it was", { timeout: 600_000 }, () => {
    let cuts = 0;
    for (let commands = 1; ; commands += 89) {
      for (const each of [board, disk]) each.remove();
      board = new DiskBoard();
      disk = new RealDisk();
      board.attach(id, disk);
      const trap = `trap 'if [ "$BASHPID" = $$ ] && [ "$((++cut))" = ${commands} ]; then kill -9 $$; fi' DEBUG`;
      if (board.runScript(`cut=0\nset -o functrace\n${trap}\n${diskScript(everything)}`).status !== null)
        break;
      cuts += 1;
      board.boot();
      // Whatever has run is not running after a boot.
      const after = new DiskBoard(
        Object.fromEntries(
          Object.entries(board.files()).filter(([path]) => /^(etc\/(fstab|systemd)|var)/.test(path)),
        ),
        nothingRuns,
      );
      after.attach(id, disk);
      expect(after.disk(everything), `cut at ${commands}`).toMatchObject(done);
      expect(disk.tag("LABEL")).toBe("bramble-disk");
      expect(after.read("etc/fstab")).toContain("/var/lib/etcd none bind");
      expect(after.read("var/lib/bramble/disk-begun") ?? "").toBe("");
      after.remove();
    }
    expect(cuts).toBeGreaterThan(3);
  });

  it("in the middle of formatting leaves a disk that is formatted once more", () => {
    disk.run("mkfs.ext4", "-q", "-F", "-L", "bramble-new");
    expect(board.disk(everything)).toMatchObject(done);
    expect(disk.tag("LABEL")).toBe("bramble-disk");
    expect(board.disk(everything)).toMatchObject(unchanged);
  });
});

describe("a disk that bramble must not touch", () => {
  const sum = () => spawnSync("sha256sum", [disk.device], { encoding: "utf8" }).stdout;
  const dd = (seek: number) =>
    spawnSync("dd", [
      "if=/dev/urandom",
      `of=${disk.device}`,
      "bs=4096",
      "count=1",
      `seek=${seek}`,
      "conv=notrunc",
    ]);
  /** A partition table with one partition for Linux, from 1 MiB on. */
  const partition = () => {
    const sector = Buffer.alloc(512);
    sector.writeUInt8(0x83, 446 + 4);
    sector.writeUInt32LE(2048, 446 + 8);
    sector.writeUInt32LE(20_480, 446 + 12);
    sector.writeUInt16LE(0xaa55, 510);
    writeFileSync(disk.device, sector, { flag: "r+" });
  };

  it.for<[string, () => void, RegExp]>([
    [
      "a file system",
      () => disk.run("mkfs.ext4", "-q", "-F", "-L", "photos"),
      /not blank: ext4 photos\n {2}fix: .*sudo mkfs.ext4 -L bramble-disk .*; or, .*sudo e2label \/dev\/disk\/by-id\/usb-Samsung\S+ bramble-disk\n/,
    ],
    ["a FAT file system", () => disk.run("mkfs.vfat", "-n", "STICK"), /not blank: .*vfat STICK/],
    ["a partition table", partition, /not blank: dos\n/],
    ["swap", () => disk.run("mkswap"), /not blank: swap/],
    ["bytes of unknown kind at its beginning", () => dd(3), /not blank: data without a known file system/],
    [
      "bytes of unknown kind at its end",
      () => dd(32 * 256 - 1),
      /not blank: data without a known file system/,
    ],
    ["bramble's label on another file system", () => disk.run("mkfs.vfat", "-n", "BRAMBLE-DIS"), /not blank/],
  ])("is refused by inspect and the phase where it has %s", ([what, write, message], { skip }) => {
    skip(
      /FAT|another/.test(what) && spawnSync("mkfs.vfat", ["--help"]).error !== undefined,
      "mkfs.vfat is not on PATH",
    );
    write();
    const before = sum();
    for (const { status, stderr } of [
      board.runScript(diskScript(planFor("data"), "inspect")),
      board.disk(planFor("data")),
    ]) {
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
    }
    expect(board.disk(planFor("data"), "check").status).toBe(1);
    expect(sum()).toBe(before);
    expect(board.read("etc/fstab")).not.toContain("bramble");
    expect(existsSync(join(board.root, mount))).toBe(false);
  });

  it("is refused where it is in use", () => {
    disk.run("mkfs.ext4", "-q", "-F", "-L", "bramble-disk");
    board.shell(`mkdir media && mount ${disk.device} media`);
    expect(board.disk(everything).stderr).toMatch(/is in use, mounted at \S+\/media\n {2}fix: unmount/);
  });

  it("is refused where it has the board's system", () => {
    const system = spawnSync("findmnt", ["-nro", "SOURCE", "/"], { encoding: "utf8" }).stdout.trim();
    board.detach(id);
    board.attach(id, { device: system } as RealDisk);
    expect(board.disk(everything).stderr).toMatch(
      /has the board's own system\n {2}fix: set disk.id to another disk/,
    );
  });

  it("is named with the others where the name is wrong", () => {
    board.detach(id);
    board.attach("usb-Other_Disk-0:0", disk);
    board.attach("usb-Other_Disk-0:0-part1", disk);
    const { status, stderr } = board.disk(everything);
    expect(stderr).toMatch(/there is no disk usb-Samsung\S+; attached: usb-Other_Disk-0:0 \(32M\)\n/);
    expect(status).toBe(1);
  });

  it("is refused where it is too small for images, before it is formatted", () => {
    const { stderr } = board.runScript(diskScript(planFor("images"), "inspect"));
    expect(stderr).toMatch(/has 32 MiB, but images need 4096 MiB/);
    expect(board.runScript(diskScript(planFor("data"), "inspect")).stderr).not.toMatch(/MiB, but images/);
  });

  it("is refused where its file system is damaged, or read-only", () => {
    board.disk(planFor("data"));
    board.shell(`mount -o remount,ro ${mount}`);
    expect(board.disk(planFor("data")).stderr).toMatch(/is read-only, as a failing disk becomes/);
    expect(board.runScript(diskScript(planFor("data"), "inspect")).stderr).toMatch(/is read-only/);
  });
});

describe("a change of what is on the disk", () => {
  it("adds what is for the disk on a board that is no node yet, and starts containerd again", () => {
    board.disk(planFor("data"));
    const { calls, ...rest } = board.disk(planFor("data", "images"));
    expect(rest).toMatchObject(done);
    expect(calls).toContain("systemctl stop containerd");
  });

  it.for<[string, Record<string, string>, RegExp]>([
    [
      "images of a node",
      { "etc/kubernetes/kubelet.conf": "" },
      /a node whose images are on the card\n {2}fix: omit/,
    ],
    ["a database", { "var/lib/etcd/member/x": "" }, /\/var\/lib\/etcd is not empty.*: member/],
    ["files at the mount point", { "var/lib/bramble-disk/mine": "" }, /bramble-disk is not empty.*: mine/],
    [
      "running containers",
      { "proc/7/cmdline": "/usr/bin/containerd-shim-runc-v2\0-namespace\0moby\0-id\0abc\0" },
      /containers are running on it: Docker abc/,
    ],
  ])("hides nothing on the card: %s", ([, files, message]) => {
    board.write(files);
    const { status, stderr } = board.disk(everything);
    expect(stderr).toMatch(message);
    expect({ status, label: disk.tag("LABEL") }).toEqual({ status: 1, label: "" });
  });

  it("is refused where it would take something off it", () => {
    board.disk(everything);
    const fewer = board.disk(planFor("data", "images"));
    expect(fewer.stderr).toMatch(
      /\/var\/lib\/etcd is on its disk, but disk.for does not have etcd\n {2}fix: add etcd/,
    );
    const none = board.run("inspect", "apply", somePlan);
    expect(none.stderr).toMatch(
      /disk is mounted at \/var\/lib\/bramble-disk, but the settings have no disk for it\n {2}fix: set/,
    );
    expect([fewer.status, none.status]).toEqual([1, 1]);
  });

  it("to another disk is refused while the old one is attached, and done once it is gone", () => {
    board.disk(planFor("data"));
    const old = disk.tag("UUID");
    board.boot();
    const second = another();
    board.detach(id);
    board.attach(id, second);
    board.write({ [`dev/disk/by-uuid/${old}`]: "" });
    expect(board.disk(planFor("data")).stderr).toMatch(
      /bramble-disk is another one, with the UUID .*\n {2}fix: copy/,
    );
    expect(second.tag("LABEL")).toBe("");
    board.shell(`rm dev/disk/by-uuid/${old}`);
    expect(board.disk(planFor("data"))).toMatchObject(done);
    expect(board.read("etc/fstab")).toContain(second.tag("UUID"));
    expect(board.read("etc/fstab")).not.toContain(old);
  });
});

it("leaves a fixed part of the disk to images, and not a share of it", () => {
  const evictionHard = (disk?: BoardDisk) => kubeletConfiguration(memoryPlan(905), disk).evictionHard;
  expect(evictionHard({ id, for: ["images"] })["imagefs.available"]).toBe("2048Mi");
  expect(evictionHard({ id, for: ["data"] })["imagefs.available"]).toBe("15%");
  expect(evictionHard()["imagefs.available"]).toBe("15%");
});
