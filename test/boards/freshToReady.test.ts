import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { main as drift } from "../../commands/drift/main.ts";
import { phaseNames } from "../../components/board/phases.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { noEngine, BootstrapStack } from "../components/board/bootstrapStack.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";
import { BoardLab, connectionTo, freshCmdline } from "./boardLab.ts";
import { noLab } from "./noLab.ts";
import { script } from "./script.ts";

const reason = noEngine || noLab;
const minutes = 60_000;
const stack = new BootstrapStack();
let lab: BoardLab;
let board: VirtualBoard;

beforeAll(async () => {
  if (reason) return;
  lab = await BoardLab.start();
  board = await lab.board();
  await board.ssh("sudo bash -s", { input: script("bringSwap") });
}, 5 * minutes);
beforeEach(({ skip }) => skip(reason !== "", reason));
afterAll(async () => {
  stack.remove();
  if (!reason) await lab.stop();
});

const all = (op: string) => phaseNames.map((phase) => `${op} board-1-${phase}`);
const up = () => stack.up({ "board-1": lab.args(board) });
const checkDrift = () => drift(["boards"], new AbortController().signal, stack.open);
/** What a command on the board prints, without the last line's end. */
const told = async (command: string) => (await board.ssh(command)).trimEnd();

/** Each test builds on the state that the one before left. */
describe("a virtual board with a fresh card", { timeout: 10 * minutes }, () => {
  it("becomes ready for kubeadm with one pulumi up", async () => {
    const since = performance.now();
    expect(await up()).toEqual({ done: all("create"), errors: "" });
    console.log(`fresh to ready: ${Math.round((performance.now() - since) / 1000)} s`);
  });
});

describe("drift", { timeout: 2 * minutes }, () => {
  it.for<[string, string, string]>([
    ["its name", "hostname; cat /etc/hostname", "board-1\nboard-1"],
    // The first is from the card, as on every Debian.
    [
      "its own address by its name",
      "getent ahostsv4 board-1 | awk '{ print $1 }' | uniq",
      "127.0.1.1\n10.77.0.11",
    ],
    ["the other boards' addresses", "getent hosts board-2 | awk '{ print $1 }'", "10.77.0.12"],
    ["UTC", "date +%Z; timedatectl show -p Timezone --value", "UTC\nEtc/UTC"],
    ["a synchronised clock", "timedatectl show -p NTPSynchronized --value", "yes"],
    ["the memory cgroup", "grep -ow memory /sys/fs/cgroup/cgroup.controllers", "memory"],
    [
      "the boot line, with one flag",
      "cat /boot/firmware/cmdline.txt",
      `${freshCmdline} cgroup_enable=memory`,
    ],
    [
      "a memory limit that holds",
      "sudo systemd-run -qG --wait -p MemoryMax=20M sh -c 'head -c 200M /dev/zero | tail -c 100M' || echo killed",
      "killed",
    ],
    ["no swap", "wc -l </proc/swaps; free | awk '/Swap/ { print $2 }'", "1\n0"],
    ["no swap in fstab", "grep -c '^[^#].*swap' /etc/fstab || true", "0"],
    ["no access times", "findmnt -no OPTIONS / | grep -o noatime", "noatime"],
    [
      "a small journal",
      "sudo systemd-analyze cat-config systemd/journald.conf | grep '^SystemMax'",
      "SystemMaxUse=64M\nSystemMaxFileSize=8M",
    ],
    ["forwarding", "cat /proc/sys/net/ipv4/ip_forward", "1"],
    ["bridged packets in iptables", "cat /proc/sys/net/bridge/bridge-nf-call-ip*tables", "1\n1"],
    ["overlay file systems", "sudo modprobe --dry-run overlay && grep -cw overlay /proc/filesystems", "1"],
    ["held packages", "apt-mark showhold | sort | tr '\\n' ' '", "containerd.io kubeadm kubectl kubelet"],
    [
      "one version",
      "kubeadm version -o short; kubelet --version; kubectl version --client | head -n 1",
      `v${currentBuild.version}\nKubernetes v${currentBuild.version}\nClient Version: v${currentBuild.version}`,
    ],
    ["containerd at work", "sudo ctr version | grep -c Version", "2"],
    ["systemd's cgroups", "sudo containerd config dump | grep -c 'SystemdCgroup = true'", "1"],
    ["kubeadm's sandbox image", "sudo containerd config dump | grep -c 'pause:3.10.2'", "1"],
    ["a kubelet that starts with the board", "systemctl is-enabled kubelet containerd", "enabled\nenabled"],
    ["CNI plugins", "ls /opt/cni/bin", "bridge\nhost-local\nloopback\nportmap"],
    ["no half-installed package", "dpkg --audit | wc -l", "0"],
    [
      "no unit that failed but the waiting kubelet",
      "systemctl --failed --plain --no-legend | grep -vc kubelet || true",
      "0",
    ],
    ["no file half-written", "sudo find / -xdev -name '*.bramble-new' | wc -l", "0"],
  ])("%s", async ([, command, expected]) => {
    expect(await told(command)).toBe(expected);
  });

  it("satisfies kubeadm's own checks, but for what a virtual board can't have", async () => {
    const never =
      "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration: {imagePullPolicy: Never}\n";
    // One core, 1 GiB of the 1700 MB that kubeadm wants, no image, and a kernel whose configuration kubeadm looks for in vain.
    const ignored = "--ignore-preflight-errors=NumCPU,Mem,ImagePull,SystemVerification";
    const check = await board.ssh(`sudo kubeadm init phase preflight --config /dev/stdin ${ignored} 2>&1`, {
      input: never,
      limit: 120,
    });
    expect(check).not.toMatch(/\[ERROR/);
    expect(check).not.toMatch(/swap|not enabled|hostname/i);
  });
});

describe("an up of a board that is ready", { timeout: 6 * minutes }, () => {
  it("changes nothing and dials nobody", async () => {
    await board.cutNetwork();
    expect(await up()).toEqual({ done: [], errors: "" });
    await board.restoreNetwork();
  });

  it("finds none, and after a change by hand fixes just that", async () => {
    const said: string[] = [];
    const lines = vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
    expect(await checkDrift()).toBe(0);
    await board.ssh("sudo bash -s", { input: script("drift") });
    expect(await checkDrift()).toBe(1);
    lines.mockRestore();
    expect(said.join("\n")).toMatch(/kernel: the network settings \(sysctl\) are not applied/);
    expect(said.join("\n")).toMatch(/swap: \/etc\/fstab differs from the desired state/);
    expect(said.join("\n")).toMatch(/packages: kubelet is not held/);
    const { done, errors } = await up();
    expect(errors).toBe("");
    expect(done).toEqual(
      expect.arrayContaining(["kernel", "swap", "packages"].map((p) => `update board-1-${p}`)),
    );
    expect(
      await told(
        "wc -l </proc/swaps; apt-mark showhold | grep -c kubelet; cat /proc/sys/net/ipv4/ip_forward",
      ),
    ).toBe("1\n1\n1");
    expect(await checkDrift()).toBe(0);
  });
});

describe("a board behind another one", { timeout: 5 * minutes }, () => {
  it("is reached through it with the keys of an agent", async () => {
    const jump = await lab.board({ ram: 256 });
    const agent = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
    const [, socket = "", pid = ""] = /SSH_AUTH_SOCK=([^;]+);.*SSH_AGENT_PID=(\d+);/s.exec(agent) ?? [];
    vi.stubEnv("SSH_AUTH_SOCK", socket);
    onTestFinished(() => {
      process.kill(Number(pid));
      vi.unstubAllEnvs();
    });
    execFileSync("ssh-add", ["-q", board.privateKeyPath]);
    const { privateKey: _, ...through } = connectionTo(jump);
    const { user, hostKey, address: host } = board;
    const args = { ...lab.args(board), connection: { host, user, hostKey, jump: through } };
    // A board that has moved is gone through again.
    expect(await stack.up({ "board-1": args })).toEqual({ done: all("update"), errors: "" });
    expect(await checkDrift()).toBe(0);
    expect((await up()).errors).toBe("");
  });
});

describe("a board that leaves", { timeout: 5 * minutes }, () => {
  it("is removed as far as is safe", async () => {
    expect(await stack.up({})).toEqual({ done: all("delete").toReversed(), errors: "" });
    expect(await told("apt-mark showhold; grep -c bramble /etc/hosts || true")).toBe("0");
    expect(await told("dpkg -l kubelet kubeadm kubectl 2>/dev/null | grep -c ^ii || true")).toBe("0");
    expect(
      await told("ls /etc/apt/sources.list.d /etc/sysctl.d /etc/modules-load.d | grep -c bramble || true"),
    ).toBe("0");
    expect(await told("grep -c '^/swap.img' /etc/fstab")).toBe("1");
    expect(await told("hostname; grep -c cgroup_enable /boot/firmware/cmdline.txt")).toBe("board-1\n1");
  });

  it("is forgotten without being dialled once it is dead", async () => {
    expect((await up()).errors).toBe("");
    const dead = { ...lab.args(board), dead: true };
    await board.powerOff();
    expect(await stack.up({ "board-1": dead })).toEqual({ done: [], errors: "" });
    expect(await stack.up({})).toEqual({ done: all("delete").toReversed(), errors: "" });
  });
});
