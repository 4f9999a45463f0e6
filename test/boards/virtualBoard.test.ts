import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withoutComment } from "../../components/board/connection.ts";
import { diskIn } from "../../lab/disk.ts";
import { builtImage } from "../../lab/image.ts";
import { startBoardNetwork, type BoardNetwork } from "../../lab/network.ts";
import { packageMirror, type PackageMirror } from "../../lab/packageMirror.ts";
import { ssh } from "../../lab/ssh.ts";
import { startVirtualBoard, type VirtualBoard } from "../../lab/virtualBoard.ts";
import { isRunning, startScript, until } from "../tools/child.ts";
import { noLab } from "./noLab.ts";

const image = builtImage()!;
const cmdline = "root=LABEL=card rootwait";
const daySeconds = 86_400;
const minutes = 60_000;

describe("a virtual board", { timeout: 2 * minutes }, () => {
  let network: BoardNetwork;
  let mirror: PackageMirror;
  let board: VirtualBoard;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "board-disk-"));

  beforeAll(async () => {
    if (noLab !== "") return;
    network = await startBoardNetwork();
    mirror = await packageMirror({ network, image });
    const disk = await diskIn(path.join(folder, "disk.img"), "virtio-lab-disk");
    board = await startVirtualBoard({ ram: 1024, image, network, mirror, cmdline, disk });
  }, 5 * minutes);

  afterAll(async () => {
    fs.rmSync(folder, { recursive: true });
    if (noLab !== "") return;
    await mirror.stop();
    await network.stop();
  });

  it("has its disk by a stable name, and nothing else has one", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const told = await board.ssh("cd /dev/disk/by-id; ls; lsblk --noheadings --bytes --output SIZE,FSTYPE *");
    expect(told.trim().split(/\s+/)).toEqual(["virtio-lab-disk", String(2 ** 31)]);
  });

  it("has its RAM, its name and its host key", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const told = await board.ssh(
      "grep MemTotal /proc/meminfo; hostname; cat /etc/ssh/ssh_host_ed25519_key.pub",
    );
    const [memory = "", name, key] = told.trim().split("\n");
    const mebibytes = Number(/(\d+) kB/.exec(memory)?.[1]) / 1024;
    expect(mebibytes).toBeGreaterThan(1024 - 64);
    expect(mebibytes).toBeLessThan(1024);
    expect(name).toBe("board-1");
    // Its card has put the board's name behind it.
    expect(withoutComment(key ?? "")).toBe(board.hostKey);
  });

  it("lacks the memory cgroup, as a Raspberry Pi does", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const told = await board.ssh("cat /sys/fs/cgroup/cgroup.controllers /boot/firmware/cmdline.txt");
    expect(told).not.toContain("memory");
    expect(told).toContain(cmdline);
  });

  it("is refused by ssh when it shows another host key", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const hostKey = fs.readFileSync(`${image.privateKeyPath}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
    const { host, port, user, privateKeyPath } = board;
    await expect(ssh({ host, port, user, privateKeyPath, hostKey }, "true")).rejects.toThrow(
      "Host key verification failed",
    );
  });

  it("tells a command's failure and gives up on one that takes too long", async ({ skip }) => {
    skip(noLab !== "", noLab);
    await expect(board.ssh("cat; echo so >&2; exit 3", { input: "why" })).rejects.toMatchObject({
      ended: 3,
      stdout: "why",
      stderr: "so\n",
    });
    await expect(board.ssh("sleep 60", { limit: 5 })).rejects.toThrow("timed out after 5 s");
  });

  it("takes packages from the mirror", async ({ skip }) => {
    skip(noLab !== "", noLab);
    await board.ssh("sudo apt-get update");
    expect(await board.ssh("apt-cache policy containerd")).toMatch(/Candidate: 1\.7\./);
    expect(mirror.requests).toContain("/debian/InRelease");
  });

  it("has the network's time and reaches nothing outside", async ({ skip }) => {
    skip(noLab !== "", noLab);
    await board.ssh("until timedatectl show -p NTPSynchronized | grep -q yes; do sleep 1; done");
    await expect(board.ssh("ping -c 1 -W 5 192.0.2.1")).rejects.toMatchObject({
      stdout: expect.stringContaining("Destination Net Unreachable") as string,
    });
  });

  it("hears nothing while its network is cut, and goes on after that", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const slow = board.ssh("sleep 2; echo there");
    await sleep(1000);
    await board.cutNetwork();
    await expect(board.ssh("true", { limit: 5 })).rejects.toThrow();
    await board.restoreNetwork();
    expect(await slow).toBe("there\n");
  });

  it("keeps its disk when the plug is pulled", { timeout: 5 * minutes }, async ({ skip }) => {
    skip(noLab !== "", noLab);
    const machineId = await board.ssh("cat /etc/machine-id; echo kept >flushed");
    await board.ssh("sudo sed -i 's/$/ cgroup_enable=memory/' /boot/firmware/cmdline.txt; sync");
    await board.powerOff();
    await board.saveDisk("pulled");
    await board.restoreDisk("pulled");
    await board.powerOn({ clockOffset: daySeconds });
    expect(await board.ssh("cat /etc/machine-id flushed")).toBe(`${machineId}kept\n`);
  });

  it("starts again with the clock and the kernel's command line it was given", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const lines = await board.ssh("sudo journalctl -b -q -o short-iso -u systemd-timesyncd");
    const tomorrow = new Date(Date.now() + daySeconds * 1000).toISOString().slice(0, 10);
    expect(lines).toMatch(new RegExp(`^${tomorrow}`));
    expect(await board.ssh("cat /sys/fs/cgroup/cgroup.controllers")).toContain("memory");
  });

  it("restarts from inside as a board does, with its firmware's new command line", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const bootId = await board.ssh("cat /proc/sys/kernel/random/boot_id");
    await board.ssh("sudo sed -i 's/cgroup_enable=memory/lab.seen/' /boot/firmware/cmdline.txt");
    await board.ssh("sudo systemctl reboot").catch(() => undefined);
    let told = bootId;
    await until(async () => {
      told = await board
        .ssh("cat /proc/sys/kernel/random/boot_id /proc/cmdline", { limit: 20 })
        .catch(() => bootId);
      return !told.startsWith(bootId);
    });
    expect(told).toContain("cgroup_disable=memory root=LABEL=card rootwait lab.seen");
  });

  it("leaves no process, no file and no open port", async ({ skip }) => {
    skip(noLab !== "", noLab);
    const { pid, consoleLog, port } = board;
    await board.stop();
    expect(isRunning(pid!)).toBe(false);
    expect(fs.existsSync(path.dirname(consoleLog))).toBe(false);
    await expect(connect(port)).rejects.toThrow("ECONNREFUSED");
  });
});

it("starts a board in QEMU too, emulated or not", { timeout: 12 * minutes }, async ({ skip }) => {
  skip(noLab !== "", noLab);
  const network = await startBoardNetwork();
  const board = await startVirtualBoard({ ram: 512, image, network, machine: "qemu", cmdline });
  expect(await board.ssh("cat /proc/cmdline")).toContain("cgroup_disable=memory root=LABEL=card rootwait");
  await board.stop();
  await network.stop();
});

it("ends a board whose process is killed", { timeout: minutes }, async ({ skip }) => {
  skip(noLab !== "", noLab);
  const owner = startScript(path.join(import.meta.dirname, "boardOwner.ts"), []);
  let children: number[] = [];
  await until(() => (children = descendantsOf(owner.pid)).some(isMachine) && children.some(isGateway));
  owner.kill("SIGKILL");
  await until(() => !children.some(isRunning));
});

const isGateway = (pid: number) => commandOf(pid).includes("gateway.ts");
const isMachine = (pid: number) => /^(qemu-system|\.\/linux\.uml)/.test(commandOf(pid));

function descendantsOf(pid: number): number[] {
  const children = readProcess(pid, `task/${pid}/children`).trim().split(" ");
  return children
    .filter((child) => child !== "")
    .flatMap((child) => [Number(child), ...descendantsOf(Number(child))]);
}

const commandOf = (pid: number) => readProcess(pid, "cmdline");

/** Empty if it has ended in the meantime. */
function readProcess(pid: number, file: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function connect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    net.connect(port, "127.0.0.1", resolve).once("error", reject);
  });
}
