import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const line = "console=serial0,115200 console=tty1 root=PARTUUID=4a2f1c3b-02 rootfstype=ext4 rootwait";
const firmware = "boot/firmware";
/** A Raspberry Pi 4 as Raspberry Pi OS has set it up. */
const pi4: Files = {
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/fstab": "PARTUUID=4a-01 /boot/firmware vfat defaults 0 2\nPARTUUID=4a-02 / ext4 defaults 0 1\n",
  "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
  [`${firmware}/cmdline.txt`]: `${line}\n`,
  [`${firmware}/config.txt`]: "camera_auto_detect=1\n[all]\n",
  [`${firmware}/start4.elf`]: "full",
  [`${firmware}/start4cd.elf`]: "cut down",
  [`${firmware}/fixup4cd.dat`]: "cut down",
};

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) =>
  (board = new ScratchBoard({ ...pi4, ...files }, programs));
const without = (path: string) => rmSync(join(board.root, path), { recursive: true });

/** Runs the phase and expects a refusal by it and by `inspect`, with nothing touched. */
function refused(): string {
  const before = board.files();
  const { status, stderr } = board.run("kernel", "apply");
  expect(status).toBe(1);
  const found = stderr.replace(/^board .*?: /gm, "");
  expect(board.run("inspect", "apply").stderr.replace(/^board .*?: /gm, "")).toContain(found);
  expect(board.files()).toEqual(before);
  return found;
}

function brought(): void {
  const { status, stderr } = board.run("kernel", "apply");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(board.run("kernel", "apply").stdout).toBe("kernel: changed nothing\n");
}

describe("little memory for the GPU", () => {
  const given = () => board.read(`${firmware}/config.txt`)!.includes("gpu_mem=16");

  it("is asked of a board whose cut-down firmware is there", () => {
    boardOf();
    brought();
    expect(given()).toBe(true);
  });

  // raspberrypi/linux#503, raspberrypi/firmware#984, pftf/RPi4#58, raspberrypi/firmware#1809
  it.for<[string, Files]>([
    ["start_x=1", { [`${firmware}/config.txt`]: "start_x=1\n" }],
    ["start_x=1 for all Raspberry Pi 4", { [`${firmware}/config.txt`]: "[pi4]\r\nstart_x=1\r\n[all]\r\n" }],
    ["start_file", { [`${firmware}/config.txt`]: "start_file=start4x.elf\nfixup_file=fixup4x.dat\n" }],
    ["start_debug=1 of one board", { [`${firmware}/config.txt`]: "[0x12345678]\nstart_debug=1\n" }],
    ["gpu_mem_1024", { [`${firmware}/config.txt`]: "gpu_mem_1024=128\n" }],
    [
      "gpu_mem in an included file",
      {
        [`${firmware}/config.txt`]: "include usercfg.txt\n",
        [`${firmware}/usercfg.txt`]: "gpu_mem=128\n",
      },
    ],
    ["a camera in use", { "sys/class/video4linux/video0/name": "unicam-image\n" }],
    ["a Raspberry Pi 5, which ignores it", { "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0" }],
    ["files for another model only", { "proc/device-tree/model": "Raspberry Pi 3 Model B Rev 1.2\0" }],
    ["an unknown model", { "proc/device-tree/model": "Somebody's board\0" }],
    ["an empty fixup file", { [`${firmware}/fixup4cd.dat`]: "" }],
    ["a desktop", { "usr/share/wayland-sessions/labwc.desktop": "" }],
  ])("is not asked where something needs the full firmware: %s", ([, files]) => {
    boardOf(files);
    brought();
    expect(given()).toBe(false);
    expect(board.read(`${firmware}/config.txt`)).toBe({ ...pi4, ...files }[`${firmware}/config.txt`]);
  });

  it("is taken back where an earlier run has asked for it", () => {
    const config = "start_x=1\n# bramble: begin\n[all]\ngpu_mem=16\n# bramble: end\n";
    boardOf({ [`${firmware}/config.txt`]: config });
    brought();
    expect(board.read(`${firmware}/config.txt`)).toBe("start_x=1\n");
  });

  it.for([
    ["what another model asks for", "[pi3]\nstart_x=1\n[all]\n"],
    ["what is off", "[none]\ngpu_mem=256\n[all]\nstart_x=0\n#start_x=1\n"],
  ])("is asked in spite of %s", ([, config = ""]) => {
    boardOf({ [`${firmware}/config.txt`]: config });
    brought();
    expect(given()).toBe(true);
  });
});

describe("the command line", () => {
  const flagged = `${line} cgroup_enable=memory\n`;

  it.for<[string, string, Files, string[]]>([
    ["cmdline", "cmdline=other.txt\n", { "other.txt": `${line}\n` }, ["other.txt"]],
    [
      "the last cmdline",
      "cmdline=no.txt\n[all]\ncmdline=other.txt\n",
      { "other.txt": `${line}\n` },
      ["other.txt"],
    ],
    [
      "an included file",
      "include a.txt\n",
      { "a.txt": "cmdline=other.txt\n", "other.txt": `${line}\n` },
      ["other.txt"],
    ],
    [
      "this model's section",
      "[pi4]\ncmdline=other.txt\n[all]\n",
      { "other.txt": `${line}\n` },
      ["other.txt"],
    ],
    // Ubuntu from 25.10 on: raspberrypi/firmware#2007.
    [
      "os_prefix, also of the kernel that is tried next",
      "[all]\nos_prefix=current/\n\n[tryboot]\nos_prefix=new/\n\n[all]\nkernel=vmlinuz\ncmdline=cmdline.txt\n",
      { "current/cmdline.txt": `${line}\n`, "new/cmdline.txt": `${line}\n` },
      ["current/cmdline.txt", "new/cmdline.txt"],
    ],
    ["a prefix with nothing behind", "os_prefix=old/\n", {}, ["cmdline.txt"]],
    ["an absolute name", "os_prefix=x/\ncmdline=/other.txt\n", { "other.txt": `${line}\n` }, ["other.txt"]],
    ["another model's section", "[pi3]\ncmdline=other.txt\n", { "other.txt": `${line}\n` }, ["cmdline.txt"]],
  ])("is the one that the firmware reads by %s", ([, config, more, changed]) => {
    const there = Object.entries(more).map(([name, text]) => [`${firmware}/${name}`, text] as const);
    boardOf({ [`${firmware}/config.txt`]: config, ...Object.fromEntries(there) });
    brought();
    const files = Object.entries(board.files()).filter(([, text]) => text.includes("cgroup_enable"));
    expect(files).toEqual(changed.map((name) => [`${firmware}/${name}`, flagged]));
  });

  it.for<[string, string, RegExp]>([
    [
      "a section that only the firmware can judge",
      "[gpio4=1]\ncmdline=other.txt\n",
      /sets cmdline=other.txt in a section/,
    ],
    ["a screen's section", "[EDID=VSC-TD2220]\nos_prefix=b/\n", /sets os_prefix=b\/ in a section/],
  ])("is refused where it hangs on %s", ([, config, message]) => {
    boardOf({ [`${firmware}/config.txt`]: config });
    expect(refused()).toMatch(message);
  });

  it("is refused where the file that config.txt names is not there", () => {
    boardOf({ [`${firmware}/config.txt`]: "cmdline=iscsi.txt\n" });
    expect(refused()).toMatch(
      /not the kernel command line file that it names\n {2}fix: create it from .*console=tty1/,
    );
  });

  it.for<[string, string]>([
    ["empty", ""],
    ["empty in its first line", `\n${line}\n`],
    ["NUL bytes", "\0".repeat(120)],
    ["cut, with NUL bytes behind", `console=serial0,115${"\0".repeat(100)}`],
    ["erased flash", "\u00ff".repeat(120)],
  ])("is refused and left as it is where a power cut has damaged it: %s", ([, text]) => {
    boardOf();
    board.write({ [`${firmware}/cmdline.txt`]: Buffer.from(text, "latin1") });
    expect(refused()).toMatch(
      /cmdline.txt was damaged by a power cut.*\n {2}fix: restore it as one line.*console=tty1/,
    );
  });

  it("is refused where the boot partition is not mounted", () => {
    boardOf({ "proc/mounts": "/dev/mmcblk0p2 / ext4 rw 0 0\n" });
    expect(refused()).toMatch(/\/boot\/firmware is in \/etc\/fstab but not mounted.*\n {2}fix: mount it/);
  });

  it.for<[string, string, RegExp]>([
    [
      "the boot partition",
      "/dev/mmcblk0p2 / ext4 rw 0 0\n/dev/mmcblk0p1 /boot/firmware vfat ro,relatime 0 0\n",
      /^\/boot\/firmware is mounted read-only \(vfat on \/dev\/mmcblk0p1\)\n {2}fix: .*sudo fsck\.vfat -a \/dev\/mmcblk0p1/,
    ],
    [
      "the root",
      "/dev/mmcblk0p2 / ext4 ro 0 0\n/dev/mmcblk0p1 /boot/firmware vfat rw 0 0\n",
      /^\/ is mounted read-only \(ext4 on \/dev\/mmcblk0p2\)\n {2}fix: check dmesg .*remount,rw \/\n/,
    ],
  ])("is refused where a file system takes no writes: %s", ([, mounts, message]) => {
    boardOf({ "proc/mounts": mounts, "sys/fs/cgroup/cgroup.controllers": "cpu\n" });
    expect(refused()).toMatch(message);
  });

  it("is refused where only the note is there that the file has moved", () => {
    boardOf({
      "boot/cmdline.txt": "DO NOT EDIT THIS FILE\n\nThe file has moved to /boot/firmware/cmdline.txt\n",
      "etc/fstab": "",
    });
    without(firmware);
    expect(refused()).toMatch(/\/boot\/cmdline.txt only says that the file has moved/);
  });

  it.for([
    ["systemd.unified_cgroup_hierarchy=0", ""],
    ["systemd.unified_cgroup_hierarchy=false systemd.legacy_systemd_cgroup_controller", "\r"],
    ["systemd.legacy_systemd_cgroup_controller=yes SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1", ""],
  ])(
    "loses what asks for cgroup v1, which the board gets back when it leaves: %s",
    ([words = "", end = ""]) => {
      boardOf({ [`${firmware}/cmdline.txt`]: `${words} ${line} cgroup_disable=memory${end}\n` });
      brought();
      expect(board.read(`${firmware}/cmdline.txt`)).toBe(`${line} cgroup_enable=memory${end}\n`);
      expect(board.run("kernel", "remove")).toMatchObject({ status: 0, stderr: "" });
      expect(board.read(`${firmware}/cmdline.txt`)).toBe(`${line} cgroup_enable=memory ${words}${end}\n`);
      expect(board.read("var/lib/bramble/cmdline-taken")).toBeUndefined();
    },
  );

  it("notes what it takes out, also where a power cut has emptied the note", () => {
    boardOf({
      [`${firmware}/cmdline.txt`]: `systemd.unified_cgroup_hierarchy=0 ${line}\n`,
      "var/lib/bramble/cmdline-taken": "",
    });
    brought();
    expect(board.read("var/lib/bramble/cmdline-taken")).toBe("systemd.unified_cgroup_hierarchy=0\n");
  });

  it("keeps what only looks like it", () => {
    const owners =
      "systemd.unified_cgroup_hierarchy=1 systemd.legacy_systemd_cgroup_controller=0 a.cgroup_disable=memory";
    boardOf({ [`${firmware}/cmdline.txt`]: `${owners}  ${line} \n` });
    brought();
    expect(board.read(`${firmware}/cmdline.txt`)).toBe(`${owners}  ${line} cgroup_enable=memory\n`);
  });
});

describe("all that stands in the way", () => {
  it("is told at once by inspect, each with its way out", () => {
    boardOf({
      [`${firmware}/config.txt`]: "cmdline=iscsi.txt\n",
      "lib/modules/6.12.47-v8/modules.dep": "overlay.ko:\n",
      "proc/swaps": "Filename Type Size Used Priority\n/swap file 1 0 -2\n",
      "etc/kubernetes/kubelet.conf": "name: system:node:one\n",
      "var/lib/bramble/in-cluster": "",
      "proc/meminfo": "MemTotal: 440000 kB\n",
    });
    const before = board.files();
    const { stderr } = board.run("inspect", "apply");
    for (const found of [
      /429 MiB of RAM/,
      /node one of a/,
      /lacks br_netfilter, vxlan/,
      /not the kernel command/,
      /swap is on/,
    ])
      expect(stderr).toMatch(found);
    expect(stderr.match(/^ {2}fix:/gm)).toHaveLength(stderr.match(/^board /gm)!.length);
    expect(board.files()).toEqual(before);
  });
});

describe("armbianEnv.txt", () => {
  const armbian: Files = {
    "etc/os-release": "ID=debian\n",
    "etc/fstab": "UUID=6d3c / ext4 defaults 0 1\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu\n",
  };
  const armbianOf = (text: string) => {
    board = new ScratchBoard({ ...armbian, "boot/armbianEnv.txt": text });
  };

  it("loses what asks for cgroup v1 and gets it back", () => {
    armbianOf("rootdev=UUID=6d3c\nextraargs=systemd.unified_cgroup_hierarchy=0 cma=256M\n");
    brought();
    expect(board.read("boot/armbianEnv.txt")).toBe(
      "rootdev=UUID=6d3c\nextraargs=cma=256M cgroup_enable=memory\n",
    );
    board.run("kernel", "remove");
    expect(board.read("boot/armbianEnv.txt")).toBe(
      "rootdev=UUID=6d3c\nextraargs=cma=256M cgroup_enable=memory systemd.unified_cgroup_hierarchy=0\n",
    );
  });

  // ConnectBox/connectbox-pi#220, armbian/build#9953
  it.for([
    ["empty", ""],
    ["NUL bytes", "\0".repeat(50)],
    ["another file's lines", "sent 2,071 bytes  received 526 bytes\nusbstoragequirks=0x2537:0x1066:u\n"],
  ])("is refused where a power cut has damaged it: %s", ([, text = ""]) => {
    armbianOf(text);
    expect(refused()).toMatch(/armbianEnv.txt is damaged.*\n {2}fix: restore it before the next reboot/);
  });
});

describe("kernel modules", () => {
  const lists = "lib/modules/6.12.47-v8";
  const fails: Programs = { modprobe: `echo "FATAL: Module \${!#} not found" >&2; exit 1` };

  // rockchip-linux/kernel#273, flannel-io/flannel#1502
  it.for<[string, Files, RegExp]>([
    [
      "a vendor's kernel",
      { [`${lists}/modules.dep`]: "kernel/fs/overlayfs/overlay.ko:\n" },
      /kernel 6\.12\.47-v8 lacks br_netfilter, vxlan\n {2}fix: use a kernel that has it: .*CONFIG_BRIDGE_NETFILTER/,
    ],
    [
      "Ubuntu without its extra modules",
      {
        "etc/os-release": "ID=ubuntu\n",
        [`${lists}/modules.dep`]: "overlay.ko:\nkernel/br_netfilter.ko.zst:\n",
      },
      /lacks vxlan\n {2}fix: on the board: sudo apt-get install linux-modules-extra-6\.12\.47-v8, then/,
    ],
  ])("that are missing are named with the kernel and the way out: %s", ([, files, message]) => {
    boardOf(files, fails);
    expect(refused()).toMatch(message);
  });

  it("that an upgrade has removed under the running kernel need a reboot", () => {
    boardOf({ "lib/modules/6.12.60-v8/modules.dep": "" }, fails);
    without(lists);
    expect(refused()).toMatch(
      /no longer has the modules of the running kernel 6\.12\.47-v8.*6\.12\.60-v8 .*\n {2}fix: reboot/,
    );
  });

  it("that are parts of the kernel are not looked for on the card", () => {
    boardOf({
      "proc/filesystems": "nodev overlay\n",
      "proc/sys/net/bridge/bridge-nf-call-iptables": "1\n",
      "proc/sys/net/netfilter/nf_conntrack_max": "1\n",
      "sys/module/vxlan/parameters/udp_port": "0\n",
    });
    without("lib/modules");
    brought();
  });

  it("that do not load are named, with what modprobe says", () => {
    boardOf({}, fails);
    const { status, stderr } = board.run("kernel", "apply");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /FATAL: Module vxlan not found\nboard .* 6\.12\.47-v8 does not load overlay br_netfilter .*\n {2}fix: check dmesg; .*modprobe\.d/,
    );
  });
});
