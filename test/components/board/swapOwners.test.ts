import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Files, ScratchBoard } from "./scratchBoard.ts";

const zram = "/dev/zram0 partition 930000 0 100";
const swaps = (...lines: string[]): Files => ({
  "proc/swaps": ["Filename\tType\tSize\tUsed\tPriority", ...lines, ""].join("\n"),
});
const unit = (start: string, more = "") =>
  `[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=${start}\n${more}\n[Install]\nWantedBy=multi-user.target\n`;
/** What makes /dev/zram0 swap in many tutorials. */
const script =
  "#!/bin/sh\n# makes swap\nmodprobe zram\nzramctl -s 1G /dev/zram0\nmkswap /dev/zram0\nswapon -p 100 /dev/zram0\n";
const enabled = (name: string): Files => ({
  [`etc/systemd/system/multi-user.target.wants/${name}`]: `-> ../${name}`,
});
// The real program says which units are on; it needs no running systemd for a folder.
const noSystemctl = spawnSync("/usr/bin/systemctl", ["--version"]).status !== 0;
beforeEach(({ skip }) => skip(noSystemctl, "there is no /usr/bin/systemctl"));
const systemctl = `case "$*" in *is-enabled*) exec /usr/bin/systemctl "$@" ;; show*) echo "2100-01-01 00:00:00 UTC" ;; esac`;

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}) =>
  (board = new ScratchBoard({ "etc/os-release": "ID=debian\n", ...swaps(zram), ...files }, { systemctl }));

/** Runs the phase and expects a refusal by it and by `inspect`, with nothing touched. */
function refused(): string {
  const before = board.files();
  const { status, stderr } = board.run("swap", "apply");
  expect(status).toBe(1);
  const found = stderr.replace(/^board .*?: /gm, "");
  expect(board.run("inspect", "apply").stderr.replace(/^board .*?: /gm, "")).toContain(found);
  expect(board.files()).toEqual(before);
  expect(board.read("proc/swaps")).toContain("Priority\n/");
  return found;
}

describe("a service that is there for swap alone", () => {
  // iiab/iiab#4087, foundObjects/zram-swap, kubernetes/kubernetes#34726
  it.for<[string, string, Files, string?]>([
    [
      "runs a script",
      "zram-swap.service",
      {
        "etc/systemd/system/zram-swap.service": unit("/usr/local/sbin/zram-swap start"),
        "usr/local/sbin/zram-swap": script,
      },
    ],
    [
      "runs a script of its package",
      "zramswap.service",
      {
        "usr/lib/systemd/system/zramswap.service": unit("/usr/lib/x/zramctrl start"),
        "usr/lib/x/zramctrl": script,
      },
    ],
    [
      "runs swapon itself",
      "my-swap.service",
      { "etc/systemd/system/my-swap.service": unit("-/sbin/swapon /data/swap") },
      "/data/swap file 1 0 -2",
    ],
    [
      "runs a script by a shell",
      "setup-swap.service",
      { "etc/systemd/system/setup-swap.service": unit('/bin/sh -c "/opt/swap.sh"'), "opt/swap.sh": script },
    ],
    [
      "runs a script that runs another",
      "zram.service",
      {
        "etc/systemd/system/zram.service": unit("/opt/a.sh"),
        "opt/a.sh": "#!/bin/sh\nexec /opt/b.sh\n",
        "opt/b.sh": script,
      },
    ],
  ])("is switched off and noted, and back when the board leaves: %s", ([, name, files, device = zram]) => {
    boardOf({ ...files, ...enabled(name), ...swaps(device) });
    const before = board.files();
    expect(board.run("swap", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read(`etc/systemd/system/${name}`)).toBe("-> /dev/null");
    expect(board.read("var/lib/bramble/swap-masked")).toBe(`${name}\n`);
    expect(board.run("swap", "apply").stdout).toBe("swap: changed nothing\n");
    expect(board.run("swap", "check")).toMatchObject({ status: 0, stdout: "" });
    board.run("swap", "remove");
    expect(board.files()).toEqual(before);
  });

  it("is left alone where it is not switched on", () => {
    boardOf({
      ...swaps(),
      "usr/lib/systemd/system/zram-swap.service": unit("/sbin/swapon /dev/zram0"),
    });
    const before = board.files();
    expect(board.run("swap", "apply")).toMatchObject({ status: 0, stdout: "swap: changed nothing\n" });
    expect(board.files()).toEqual(before);
  });

  it("is left alone where Armbian's configuration says what it does", () => {
    boardOf({
      "usr/lib/systemd/system/armbian-zram-config.service": unit(
        "/usr/lib/armbian/armbian-zram-config start",
      ),
      "usr/lib/armbian/armbian-zram-config": script,
      "etc/default/armbian-zram-config": "SWAP=true\n",
      ...enabled("armbian-zram-config.service"),
    });
    expect(board.run("swap", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("etc/default/armbian-zram-config")).toMatch(/SWAP=false/);
    expect(board.read("etc/systemd/system/armbian-zram-config.service")).toBeUndefined();
  });

  it("is not taken for one that only asks, comments or names a system call", () => {
    boardOf({
      ...swaps(),
      "etc/systemd/system/zram-report.service": unit("/opt/report.sh"),
      "opt/report.sh": "#!/bin/sh\n# swapon /dev/zram0\ncommand -v swapon\nswapon --show\nswapoff -a\n",
      "etc/systemd/system/swap-watch.service": unit("/opt/watch"),
      "opt/watch": "\u007fELF\0\0 swapon \0",
      ...enabled("zram-report.service"),
      ...enabled("swap-watch.service"),
    });
    expect(board.run("swap", "apply").stdout).toBe("swap: changed nothing\n");
  });
});

describe("what turns swap on and may do more", () => {
  it.for<[string, Files, RegExp]>([
    [
      "a service with another name",
      {
        "etc/systemd/system/tune.service": unit("/opt/tune.sh"),
        "opt/tune.sh": `${script}sysctl vm.swappiness=1\n`,
        ...enabled("tune.service"),
      },
      /tune\.service turns swap on \(\/opt\/tune\.sh\), and its name suggests that it does more.*\n {2}fix: remove swapon from \/opt\/tune\.sh/,
    ],
    [
      "a service for zram that also holds folders in RAM",
      {
        "etc/systemd/system/zram-config.service": unit('/usr/local/sbin/zram-config "start"'),
        "usr/local/sbin/zram-config": `${script}mount --bind /var/lib/openhab /opt/zram/openhab.bind\n`,
        ...enabled("zram-config.service"),
      },
      /^zram-config\.service turns swap on and also mounts file systems \(\S+\), .*lost.*\n {2}fix: remove swap from its configuration/,
    ],
    [
      "a drop-in of another service",
      { "etc/systemd/system/ssh.service.d/swap.conf": "[Service]\nExecStartPost=/sbin/swapon -a\n" },
      /ssh\.service\.d\/swap\.conf turns swap on at boot, but/,
    ],
    [
      "a crontab",
      { "var/spool/cron/crontabs/root": "@reboot /opt/swap.sh\n", "opt/swap.sh": script },
      /crontabs\/root turns swap on at boot through \/opt\/swap\.sh, .*\n {2}fix: remove that from/,
    ],
    [
      "cron.d",
      { "etc/cron.d/swap": "@reboot root /sbin/swapon /dev/zram0\n" },
      /\/etc\/cron\.d\/swap turns swap on at boot, but/,
    ],
    [
      "a rule of udev",
      { "etc/udev/rules.d/99-zram.rules": 'KERNEL=="zram0", RUN+="/sbin/swapon /dev/zram0"\n' },
      /99-zram\.rules turns swap on at boot, but/,
    ],
  ])("is named, with nothing touched: %s", ([, files, message]) => {
    boardOf(files);
    expect(refused()).toMatch(message);
  });

  it("is left alone once its configuration makes no swap", () => {
    boardOf({
      ...swaps(),
      "etc/systemd/system/zram-config.service": unit('/usr/local/sbin/zram-config "start"'),
      "usr/local/sbin/zram-config": `${script}mount /dev/zram1 /var/log\n`,
      ...enabled("zram-config.service"),
      // And the generator's, of which the owner has made a file system.
      "usr/lib/systemd/system/systemd-zram-setup@.service": "",
      "run/systemd/generator/var-tmp.mount": "[Mount]\nWhat=/dev/zram0\n",
    });
    expect(board.run("swap", "apply").stdout).toBe("swap: changed nothing\n");
  });

  it("is named in rc.local if that is run", () => {
    boardOf({ "etc/rc.local": "#!/bin/sh\nswapon /dev/zram0\nexit 0\n" });
    expect(refused()).toMatch(/nothing was found/);
    spawnSync("chmod", ["+x", `${board.root}/etc/rc.local`]);
    expect(refused()).toMatch(/^\/etc\/rc\.local turns swap on at boot, but/);
  });

  it("is told whole, at once", () => {
    boardOf({
      "etc/cron.d/swap": "@reboot root swapon -a\n",
      "etc/udev/rules.d/z.rules": 'RUN+="/sbin/swapon a"\n',
    });
    expect(refused().match(/fix:/g)).toHaveLength(3);
  });
});

describe("swap that nothing on the board turns on", () => {
  it("is named with what was looked at, and nothing is said to be done", () => {
    boardOf(swaps("/home/me/swap file 1 0 -2"));
    expect(refused()).toMatch(
      /^swap is on \(\/home\/me\/swap\), but nothing was found that turns it on at boot; checked: fstab, .*\n {2}fix: .*sudo swapoff \/home\/me\/swap/,
    );
  });

  it("is told from swap that has an owner", () => {
    boardOf({
      ...swaps("/swap.img file 1 0 -2", "/dev/zram1 partition 1 0 5"),
      "etc/fstab": "/swap.img none swap sw 0 0\n",
    });
    const found = refused();
    expect(found).toMatch(/swap is on \(\/dev\/zram1\)/);
    expect(found).not.toMatch(/swap\.img/);
  });

  it.for<[string, string, Files]>([
    [
      "a label in fstab",
      "/dev/sda5 partition 1 0 -2",
      {
        "etc/fstab": 'LABEL="swap" none swap sw 0 0\n',
        "dev/sda5": "",
        "dev/disk/by-label/swap": "-> ../../sda5",
      },
    ],
    [
      "a swap unit",
      "/data/swap file 1 0 -2",
      { "etc/systemd/system/data-swap.swap": "[Swap]\nWhat=/data/swap\n" },
    ],
    ["Raspberry Pi OS trixie's swap file", "/var/swap file 1 0 -2", { "etc/rpi/swap.conf": "" }],
  ])("has its owner in %s", ([, line, files]) => {
    boardOf({ ...swaps(line), ...files });
    expect(board.run("swap", "apply")).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("the swap file of dphys-swapfile", () => {
  const dphys: Files = { "lib/systemd/system/dphys-swapfile.service": "" };
  const swapFile = `${"\0".repeat(4086)}SWAPSPACE2`;
  it.for<[string, string, Files]>([
    ["is no swap file", "var/swap", { "var/swap": "my notes\n" }],
    [
      "is the owner's by fstab",
      "swapfile",
      {
        swapfile: swapFile,
        "etc/dphys-swapfile": "CONF_SWAPFILE=/swapfile\n",
        "etc/fstab": "/swapfile none swap sw 0 0\n",
      },
    ],
    [
      "is not the one that it makes",
      "var/swap",
      { "var/swap": swapFile, "etc/dphys-swapfile": "CONF_SWAPFILE=/data/swap\n" },
    ],
  ])("is left alone where it %s", ([, path, files]) => {
    boardOf({ ...swaps(), ...dphys, ...files });
    expect(board.run("swap", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read(path)).toBe(files[path]);
  });

  it("is removed where it made it, also with the large pages of a Raspberry Pi 5", () => {
    boardOf({
      ...swaps(),
      ...dphys,
      "etc/dphys-swapfile": "CONF_SWAPFILE=/data/swap\n",
      "data/swap": `${"\0".repeat(16374)}SWAPSPACE2`,
    });
    expect(board.run("swap", "apply").stdout).toMatch(/\/data\/swap takes up space on the card/);
    expect(board.read("data/swap")).toBeUndefined();
  });
});
