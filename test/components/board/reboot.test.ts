import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const withoutMemory: Files = { "sys/fs/cgroup/cgroup.controllers": "cpuset cpu pids\n" };
const units = (...names: string[]): Files =>
  Object.fromEntries(names.map((name) => [`usr/lib/systemd/system/${name}`, ""]));
const openssh = units("ssh.service", "ssh.socket");
const restarted: Files = { "proc/sys/kernel/random/boot_id": "second-boot\n", synchronised: "yes\n" };

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) =>
  (board = new ScratchBoard({ "etc/os-release": "ID=debian\n", ...withoutMemory, ...files }, programs));

/** How units answer: those that run, and how many processes of theirs end with them. */
const running = (names: readonly string[], killMode = "process") =>
  `case "$*" in
    *is-active*) case " ${names.join(" ")} " in *" \${!#} "*) ;; *) exit 3 ;; esac ;;
    show*KillMode*) echo ${killMode} ;;
  esac`;

describe("reboot", () => {
  it("is left to systemd, with ssh closed until then, and verified afterwards", () => {
    boardOf(openssh, { systemctl: running(["ssh.service", "ssh.socket"]) });
    const { status, calls } = board.run("reboot", "apply");
    expect(status).toBe(0);
    expect(calls.filter((call) => !call.includes("is-active"))).toEqual([
      "sync",
      "systemd-run --collect --on-active=120 systemctl start ssh.socket ssh.service",
      "systemd-run --collect --on-active=2 systemctl reboot",
      "systemctl stop ssh.socket",
      "systemctl stop ssh.service",
      "sync",
    ]);
    expect(board.run("restarted", "apply").stderr).toMatch(/has not rebooted/);
    board.write(restarted);
    expect(board.run("restarted", "apply").stderr).toMatch(
      /no memory cgroup; its command line: console=tty1/,
    );
    board.write({ "sys/fs/cgroup/cgroup.controllers": "cpuset cpu memory pids\n" });
    expect(board.run("restarted", "apply")).toMatchObject({ status: 0, stderr: "" });
  });

  // DietPi#5144
  it.for<[string, string[], string[]]>([
    ["Dropbear", ["dropbear.service"], ["dropbear.service"]],
    ["OpenSSH as sshd.service", ["sshd.service"], ["sshd.service"]],
    ["two of them, one off", ["ssh.service", "dropbear.service"], ["dropbear.service"]],
    ["none that is known", [], []],
  ])("stops and brings back what takes connections: %s", ([, there, active]) => {
    boardOf(units(...there), { systemctl: running(active) });
    const { status, stderr, calls } = board.run("reboot", "apply");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(calls.filter((call) => call.startsWith("systemctl stop"))).toEqual(
      active.map((unit) => `systemctl stop ${unit}`),
    );
    expect(calls.filter((call) => call.includes("--on-active=120"))).toEqual(
      active.length === 0
        ? []
        : [`systemd-run --collect --on-active=120 systemctl start ${active.join(" ")}`],
    );
    expect(calls).toContain("systemd-run --collect --on-active=2 systemctl reboot");
  });

  it("stops whatever serves this connection, found by the processes above it", () => {
    // The stand-in shows the phase its own processes, the first of them as a service's.
    const processes = `p=$PPID; while [ "$p" -gt 1 ]; do
        mkdir -p "$ROOT/proc/$p"; cp "/proc/$p/status" "$ROOT/proc/$p/"
        echo "0::/system.slice/tinysshd.service" >"$ROOT/proc/$p/cgroup"; p=$(awk '/^PPid:/ { print $2 }' "/proc/$p/status")
      done; exec /bin/cat "$@"`;
    boardOf(units("tinysshd.service"), { systemctl: running(["tinysshd.service"]), cat: processes });
    const { status, calls } = board.run("reboot", "apply");
    expect(status).toBe(0);
    expect(calls).toContain("systemctl stop tinysshd.service");
    expect(calls).toContain("systemd-run --collect --on-active=120 systemctl start tinysshd.service");
  });

  it("leaves a server alone that would take this connection with it", () => {
    boardOf(units("dropbear.service"), { systemctl: running(["dropbear.service"], "control-group") });
    const { status, calls } = board.run("reboot", "apply");
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith("systemctl stop"))).toEqual([]);
  });

  it("does not fail once it is ordered, whatever stopping the servers says", () => {
    boardOf(openssh, {
      systemctl: `${running(["ssh.service"])}\ncase "$*" in stop*) echo "Unit not loaded" >&2; exit 5 ;; esac`,
    });
    expect(board.run("reboot", "apply")).toMatchObject({ status: 0, stderr: "" });
  });

  it("says what to do where systemd takes no order", () => {
    boardOf(openssh, { systemctl: running([]), "systemd-run": "echo no bus >&2; exit 1" });
    const { status, stderr } = board.run("reboot", "apply");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /no bus\nboard .*: systemd rejects the request to reboot\n {2}fix: reboot the board by hand/,
    );
  });

  it("was under way before where nothing can be started any more, and else fails", () => {
    boardOf(openssh, { "systemd-run": "echo destructive >&2; exit 1" });
    expect(board.run("reboot", "apply")).toMatchObject({ status: 1 });
    expect(board.run("reboot", "apply")).toMatchObject({ status: 0 });
    board.write({ "proc/sys/kernel/random/boot_id": "second-boot\n" });
    expect(board.run("reboot", "apply")).toMatchObject({ status: 1 });
  });
});

describe("cgroup v1", () => {
  // kubernetes/website#42944's kind: kubelet 1.35 refuses it, and the kernel may have every controller.
  const versionOne: Files = { "proc/cmdline": "console=tty1 systemd.unified_cgroup_hierarchy=0\n" };
  it("is told from a kernel without memory cgroup, before and after the reboot", () => {
    boardOf(versionOne);
    spawnSync("rm", [`${board.root}/sys/fs/cgroup/cgroup.controllers`]);
    board.write({ "sys/fs/cgroup/memory/memory.stat": "", "sys/fs/cgroup/systemd/tasks": "" });
    expect(board.run("reboot", "apply").stdout).toBe("reboot: changed (systemd runs on cgroup v1)\n");
    board.write(restarted);
    const { status, stderr } = board.run("restarted", "apply");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /systemd uses cgroup v1.*unified_cgroup_hierarchy=0\n {2}fix: remove systemd\.unified/,
    );
    expect(stderr).not.toMatch(/no memory cgroup/);
  });
});

describe("a board that has started again", () => {
  it("waits for the right time, which it has no clock chip to keep", () => {
    boardOf({ "sys/fs/cgroup/cgroup.controllers": "cpu memory\n" }, { sleep: "" });
    expect(board.run("restarted", "apply").stderr).toMatch(/not synchronised it within 120 s/);
    board.write({ synchronised: "yes\n" });
    expect(board.run("restarted", "apply")).toMatchObject({ status: 0, stderr: "" });
  });
});
