import { afterEach, describe, expect, it } from "vitest";
import { bootstrapPhases, phaseNames } from "../../../components/board/phases.ts";
import { plan } from "./plan.ts";
import { containerdDefault, type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const fresh: Files = {
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/hosts": "127.0.0.1 localhost\n",
  "usr/lib/systemd/system/systemd-timesyncd.service": "",
};

const mark = "# Written by bramble, whose next up overwrites changes.";

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) =>
  (board = new ScratchBoard({ ...fresh, ...files }, programs));

describe("all phases", () => {
  it("change nothing the second time, and a check finds nothing", () => {
    boardOf();
    for (const phase of phaseNames)
      expect(board.run(phase, "apply")).toMatchObject({ status: 0, stderr: "" });
    for (const phase of phaseNames) {
      expect(board.run(phase, "apply")).toMatchObject({ stdout: `${phase}: changed nothing\n`, calls: [] });
      expect(board.run(phase, "check")).toMatchObject({ status: 0, stdout: "" });
    }
  });

  it("are on the card before they are said to be done", () => {
    boardOf({ "etc/fstab": "/swap.img none swap sw 0 0\n" });
    const folders = [{ claim: "gogs-data", path: "/var/lib/bramble/gogs", owner: process.getuid!() }];
    for (const phase of phaseNames.filter((name) => !["inspect", "reboot", "restarted"].includes(name)))
      expect(board.run(phase, "apply", { ...plan, folders }).calls.at(-1), phase).toBe("sync");
  });

  it.for(phaseNames)("do nothing if %s arrives without its last line", (phase) => {
    boardOf();
    const files = board.files();
    const { script } = bootstrapPhases(plan).find((one) => one.phase === phase)!;
    for (const part of [0.3, 0.6, 0.95]) board.runScript(script.slice(0, script.length * part));
    expect(board.files()).toEqual(files);
  });

  it("take hostile values as mere words", () => {
    boardOf();
    const hostile = `'; touch "$ROOT/pwned"; echo '$(touch $ROOT/pwned)\`touch $ROOT/pwned\``;
    const packages = { ...plan.packages, kubernetesRepository: { line: hostile, key: hostile } };
    board.run("repositories", "apply", { ...plan, packages });
    expect(board.read("etc/apt/sources.list.d/bramble-kubernetes.list")).toContain(hostile);
    expect(board.read("pwned")).toBeUndefined();
  });
});

describe("a phase beyond its time limit", () => {
  it("says so, and during what", () => {
    boardOf({}, { timedatectl: "" });
    const { script } = bootstrapPhases(plan).find(({ phase }) => phase === "host")!;
    const { status, stderr } = board.runScript(script, "apply", 2);
    // Together, so that a failure shows what the phase said.
    expect({ status, stderr }).toMatchObject({ status: 124 });
    expect(stderr).toMatch(/phase host: timed out during `sleep 1`\n {2}fix: see what keeps/);
  });
});

describe("inspect", () => {
  it.for<[string, Files, Programs, RegExp]>([
    ["a 32-bit userland", {}, { dpkg: "echo armhf" }, /userland is 32-bit \(armhf\).*\n.*64-bit image/],
    ["another architecture", {}, { dpkg: "echo amd64" }, /architecture is amd64, but the settings say arm64/],
    [
      "too little RAM",
      { "proc/meminfo": "MemTotal: 440000 kB\n" },
      {},
      /429 MiB of RAM.* with 1024 MiB.* reports 905/,
    ],
    ["more RAM than declared", { "proc/meminfo": "MemTotal: 1890000 kB\n" }, {}, /1845 MiB of RAM/],
    ["other cores", {}, { getconf: "echo 6" }, /6 CPU cores, but the settings say 4/],
    [
      "an unknown system",
      { "etc/os-release": 'ID=alpine\nVERSION_ID="3"\n' },
      {},
      /system alpine 3 is not supported/,
    ],
    ["a full disk", { df: "/ 29700 12 9 9" }, {}, /12 of 29700 MiB free but needs 7271 MiB: 2816 to .*15 %/],
    [
      "sudo with a password",
      {},
      { sudo: "exit 1", id: `[ $1 = -u ] && echo 1000 || echo pi` },
      /sudo asks pi/,
    ],
  ])("refuses %s with both values, and touches nothing", ([, files, programs, message]) => {
    boardOf(files, programs);
    const before = board.files();
    const { status, stderr } = board.run("inspect", "apply");
    expect(stderr).toMatch(/^board pi3-1, phase inspect: /);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
    expect(board.files()).toEqual(before);
  });
});

describe("containerd", () => {
  it.for([2, 3] as const)("changes version %i of its configuration where Kubernetes needs it", (version) => {
    boardOf({ "default.toml": containerdDefault(version) });
    expect(board.run("containerd", "apply")).toMatchObject({ status: 0 });
    const changed = board.read("etc/containerd/config.toml")!.split("\n");
    const before = containerdDefault(version).split("\n");
    expect(changed.filter((line) => !before.includes(line)).map((line) => line.trim())).toEqual(
      version === 2
        ? [
            mark,
            "image_pull_with_sync_fs = true",
            'sandbox_image = "registry.k8s.io/pause:3.10.1"',
            'bin_dir = "/opt/cni/bin"',
            "SystemdCgroup = true",
          ]
        : [
            mark,
            "image_pull_with_sync_fs = true",
            'sandbox = "registry.k8s.io/pause:3.10.1"',
            "SystemdCgroup = true",
            'bin_dirs = ["/opt/cni/bin"]',
            "sync_fs = true",
          ],
    );
  });

  it("lets a boot forget what the plugins have noted of pods' networks, until the board leaves", () => {
    boardOf();
    board.run("containerd", "apply");
    expect(board.read("etc/tmpfiles.d/bramble-cni.conf")).toBe(
      "R! /var/lib/cni/flannel\nR! /var/lib/cni/networks/cbr0\nR! /var/lib/cni/results/cbr0-*\n",
    );
    expect(board.run("containerd", "remove")).toMatchObject({ status: 0 });
    expect(board.read("etc/tmpfiles.d/bramble-cni.conf")).toBeUndefined();
  });

  it("leaves an owner's configuration as it is, says so, and restarts nothing", () => {
    const own = { "etc/containerd/config.toml": "version = 3\n", installed: "containerd.io 2.2.1\n" };
    boardOf(own);
    const { status, stderr, calls } = board.run("containerd", "apply");
    expect(stderr).toMatch(/config.toml was written neither by bramble nor .*\n {2}fix: .*config.toml.mine/);
    expect({ status, calls }).toEqual({ status: 1, calls: [] });
    expect(board.read("etc/containerd/config.toml")).toBe("version = 3\n");
  });

  it("takes back only its own note of a registry, and puts it over nobody's", () => {
    const hosts = "etc/containerd/certs.d/_default/hosts.toml";
    const mirror = { ...plan, packages: { ...plan.packages, imageRepository: "http://192.168.1.5:5000" } };
    boardOf({ [hosts]: "server = 'https://mirror.lan'\n" });
    expect(board.run("containerd", "apply")).toMatchObject({ status: 0 });
    expect(board.read(hosts)).toBe("server = 'https://mirror.lan'\n");
    expect(board.run("containerd", "apply", mirror).stderr).toMatch(/hosts.toml was not written by bramble/);
    board.remove();
    boardOf();
    board.run("containerd", "apply", mirror);
    expect(board.read(hosts)).toMatch(/^# Written by bramble.*\n\[host."http:\/\/192.168.1.5:5000"\]\n/);
    board.run("containerd", "apply");
    expect(board.read(hosts)).toBeUndefined();
  });

  it("is not restarted where that would restart an owner's service", () => {
    const stale = `case "$*" in show*RequiredBy*) cat "$ROOT/bound" ;; show*) echo "2000-01-01 00:00:00 UTC" ;; esac`;
    boardOf({ bound: "docker.service kubelet.service\n" }, { systemctl: stale });
    const refused = board.run("containerd", "apply");
    expect(refused.stderr).toMatch(
      /restarting containerd would also restart docker.service and everything in it\n {2}fix: /,
    );
    expect(refused.calls).not.toContain("systemctl restart containerd");
  });

  it("refuses one that is too old for this Kubernetes", () => {
    boardOf({ installed: "containerd.io 1.7.24\n" });
    const { status, stderr } = board.run("containerd", "apply");
    expect(stderr).toMatch(/containerd.io is 1.7.24, Kubernetes needs at least 2.0/);
    expect(status).toBe(1);
  });

  it("restarts it when it was started in the second in which its configuration was written, but before", () => {
    const written = '$(stat -c %Y "$ROOT/etc/containerd/config.toml")';
    const sameSecond = `case "$*" in show*RequiredBy*) ;; show*) date -ud "@${written}" "+%F %T.000000 UTC" ;; esac`;
    boardOf({}, { systemctl: sameSecond });
    expect(board.run("containerd", "apply").calls).toContain("systemctl restart containerd");
  });
});

describe("packages", () => {
  it("sets up a mirror that has everything only once", () => {
    boardOf();
    const { kubernetesRepository } = plan.packages;
    const packages = { ...plan.packages, containerdRepository: kubernetesRepository };
    board.run("repositories", "apply");
    expect(board.read("etc/apt/sources.list.d/bramble-kubernetes.list")).toContain("packages.example/v1.37");
    board.run("repositories", "apply", { ...plan, packages });
    expect(board.read("etc/apt/sources.list.d/bramble-containerd.list")).toContain("packages.example/v1.37");
    expect(board.read("etc/apt/sources.list.d/bramble-kubernetes.list")).toBeUndefined();
  });

  it("leaves the kubelet of a board that has joined to the cluster's upgrade", () => {
    boardOf();
    board.run("packages", "apply");
    board.write({ "etc/kubernetes/kubelet.conf": "" });
    const newer = { ...plan, packages: { ...plan.packages, kubernetes: "1.38.0" } };
    const { calls } = board.run("packages", "apply", newer);
    expect(calls.find((call) => call.includes(" install "))).toMatch(/ kubeadm=1\.38\.0-\*$/);
    expect(board.run("packages", "check", newer).stdout).toMatch(/kubelet=1\.38\.0-\*/);
  });

  it("says which repository can't be read, with apt's last lines", () => {
    boardOf({}, { "apt-get": `echo "E: Could not connect to packages.example:443"; exit 100` });
    const { status, stderr } = board.run("packages", "apply");
    expect(stderr).toMatch(
      /tried: apt-get .*update\nE: Could not connect.*\nboard pi3-1, phase packages: a package repository/,
    );
    expect(status).toBe(1);
  });
});

describe("phase documents", () => {
  const changed = (other: Partial<typeof plan>) => {
    boardOf();
    const documents = bootstrapPhases({ ...plan, ...other });
    return bootstrapPhases(plan)
      .filter(({ script }, i) => script !== documents[i]!.script)
      .map(({ phase }) => phase);
  };

  it.for<[string, Partial<typeof plan>, string[]]>([
    ["nothing", {}, []],
    ["a new Kubernetes", { packages: { ...plan.packages, kubernetes: "1.37.2" } }, ["inspect", "packages"]],
    ["a new board", { boards: [...plan.boards, { name: "pi5-1", host: "192.168.1.12" }] }, ["host"]],
    ["another amount of RAM", { ram: 2048, capacity: 1848 }, ["inspect"]],
  ])("change with %s only where it matters", ([, other, phases]) => {
    expect(changed(other)).toEqual(phases);
  });
});
