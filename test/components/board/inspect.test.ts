import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { utimesSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { phaseNames } from "../../../components/board/phases.ts";
import { plan } from "./plan.ts";
import { debiansDocker, installedPackages, noApt, realApt } from "./realApt.ts";
import { containerdDefault, type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const fresh: Files = {
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/hosts": "127.0.0.1 localhost\n",
  "usr/lib/systemd/system/systemd-timesyncd.service": "",
};
let board: ScratchBoard;
afterEach(() => board.remove());

/** Runs `inspect` on a fresh board with these changes, and sees that it has changed nothing. */
function inspect(files: Files, programs: Programs = {}, changes: Partial<typeof plan> = {}) {
  board = new ScratchBoard({ ...fresh, ...files }, programs);
  const before = board.files();
  const result = board.run("inspect", "apply", { ...plan, ...changes });
  expect(board.files()).toEqual(before);
  return result;
}

const words = (...all: string[]) => all.map((word) => `${word}\0`).join("");
const shim = (namespace: string, id: string) =>
  words(
    "/usr/bin/containerd-shim-runc-v2",
    "-namespace",
    namespace,
    "-id",
    id,
    "-address",
    "/run/containerd/containerd.sock",
  );
const processes = (...lines: string[]): Files =>
  Object.fromEntries(lines.map((line, i) => [`proc/${100 + i}/cmdline`, line]));
const mounts = (...lines: string[]): Files => ({
  "proc/mounts": lines.map((line) => `${line} 0 0\n`).join(""),
});
const kubeconfig = "clusters:\n- cluster:\n    server: https://10.0.0.1:6443\n  name: other\n";
const node: Files = {
  "running-name": "pi3-1\n",
  "etc/kubernetes/kubelet.conf": kubeconfig,
  "etc/kubernetes/admin.conf": kubeconfig,
  "etc/kubernetes/manifests/etcd.yaml": "",
  "etc/kubernetes/pki/ca.crt": "",
  "var/lib/etcd/member/snap/db": "",
};
const docker: Files = processes(shim("moby", "4f1aa4c0ffee0000"), shim("moby", "77aa00000000"));
const dockerNames = { docker: `[ "$1" = ps ] && echo "4f1aa4c0ffee pihole" && echo "77aa00000000 unifi"` };
const dockerSource: Files = {
  "etc/apt/sources.list.d/docker.sources":
    "Types: deb\nURIs: https://packages.example/linux/debian\nSuites: trixie\nComponents: stable\nSigned-By: /etc/apt/keyrings/docker.asc\n",
};
const overlay = mounts("overlayroot / overlay rw,relatime,lowerdir=/lower,upperdir=/upper");
const copy: Files = {
  "var/lib/bramble/board": "pi4-1\n10000000aaaaaaaa\n",
  "proc/device-tree/serial-number": "10000000bbbbbbbb\0",
};

describe("a board that is in use", () => {
  beforeEach(({ skip }) => skip(noApt !== "", noApt));

  it("is refused with all that stands in the way in one message, and touched in nothing", () => {
    const programs = { ...dockerNames, "apt-get": realApt["apt-get"]! };
    const { status, stderr, calls } = inspect(
      { ...node, ...docker, ...dockerSource, ...overlay, ...copy },
      programs,
    );
    const findings = stderr.split(/^board pi3-1, phase inspect: /m).slice(1);
    expect(findings.map((finding) => finding.split(/[:;]/)[0])).toEqual([
      "its card is a copy of the card of board pi4-1",
      expect.stringMatching(/^\/ \/var\/lib\/containerd/),
      "it is a Kubernetes node that bramble did not set up, of the cluster at https",
      "containers are running on it",
      expect.stringMatching(/docker.sources has the same source as bramble/),
    ]);
    for (const finding of findings) expect(finding).toMatch(/\n {2}fix: .+\n$/);
    // The folder has the data of apps, too (storage.directory).
    expect(stderr).not.toMatch(/rm \S+ [^&;]*\/var\/lib\/bramble/);
    expect({ status, calls }).toEqual({ status: 1, calls: [] });
  });
});

describe("inspect", () => {
  it("finds nothing on a fresh board", () => {
    expect(inspect({})).toMatchObject({ status: 0, stderr: "", stdout: "inspect: changed nothing\n" });
  });

  it.for<[string, Files, Programs, RegExp]>([
    [
      "a foreign control plane",
      node,
      {},
      /at https:\/\/10.0.0.1:6443: \/etc\/kubernetes\/admin.conf.*\/var\/lib\/etcd\n.*sudo kubeadm reset/,
    ],
    [
      "a foreign worker",
      { "etc/kubernetes/kubelet.conf": kubeconfig },
      {},
      /that bramble did not set up.*kubelet.conf/,
    ],
    [
      "a new disk for etcd, as mkfs has left it",
      { "var/lib/etcd/lost+found/none": "" },
      {},
      /lost\+found.*\n.*sudo rmdir \/var\/lib\/etcd\/lost\+found/,
    ],
    [
      "an etcd of the owner's",
      { "var/lib/etcd/default/member": "" },
      {},
      /did not set up: \/var\/lib\/etcd\n/,
    ],
    [
      "a kubelet of static pods",
      { "etc/kubernetes/manifests/web.yaml": "" },
      {},
      /did not set up: \/etc\/kubernetes\/manifests\n/,
    ],
    [
      "containers of Docker",
      docker,
      dockerNames,
      /containers are running on it: Docker pihole, Docker unifi;.*\n.*docker rm -f/,
    ],
    [
      "containers of Docker whose names it does not tell",
      docker,
      {},
      /Docker 4f1aa4c0ffee, Docker 77aa00000000;/,
    ],
    [
      "an overlay as root",
      overlay,
      {},
      /\/ \/var\/lib\/containerd .* is on an overlay.*lost at a reboot.*\n.*do_overlayfs 1/,
    ],
    [
      "a root on NFS",
      mounts("10.0.0.1:/pi / nfs4 rw,vers=4.2"),
      {},
      /\/ \/var\/lib\/containerd .* is on a network file system.*\n.*ext4/,
    ],
    [
      "images in RAM",
      mounts("/dev/sda1 / ext4 rw", "tmpfs /var/lib tmpfs rw"),
      {},
      /: \/var\/lib\/containerd \/var\/lib\/kubelet \/var\/lib\/etcd \(mounted at \/var\/lib: tmpfs\) is in RAM/,
    ],
    [
      "images on a stick's FAT",
      mounts("/dev/sda1 / ext4 rw", "/dev/sdb1 /var vfat rw"),
      {},
      /containers can't start on \/var\/lib\/containerd .*vfat/,
    ],
    [
      "images on an old ZFS",
      { ...mounts("rpool/root / zfs rw"), "sys/module/zfs/version": "2.1.11-1\n" },
      {},
      /its ZFS is older than 2.2/,
    ],
    ["a root that is read-only", mounts("/dev/mmcblk0p2 / ext4 ro,relatime"), {}, /\/ is mounted read-only/],
    [
      "a 64 GB card with 2900 MiB free",
      { df: "/ 59000 2900 3800000 3000000" },
      {},
      /\/ \/var\/lib\/containerd \/var\/lib\/kubelet \/var\/lib\/etcd has 2900 of 59000 MiB free but needs 11666 MiB: 2816 .*15 %/,
    ],
    ["too few inodes", { df: "/ 29700 20000 1900000 90000" }, {}, /has 90000 of 1900000 inodes free.*5 %/],
    [
      "an empty machine-id",
      { "etc/machine-id": "" },
      {},
      /machine-id is empty or missing.*\n.*systemd-machine-id-setup/,
    ],
    [
      "a card that was written for another board",
      { "etc/bramble/card": "board=pi3-2\nhostKey=SHA256:x\n" },
      {},
      /its card was written for board pi3-2, but the settings call this board pi3-1\n.*insert the card of pi3-1/,
    ],
    [
      "a copy of another board's card",
      copy,
      {},
      /its card is a copy of the card of board pi4-1.*\n.*flash the card again.*sudo mv \/var\/lib\/bramble \/var\/lib\/bramble.of-pi4-1 && sudo rm -f \/etc\/machine-id \/var\/lib\/dbus\/machine-id && sudo systemd-machine-id-setup && sudo rm -f \/etc\/ssh\/ssh_host_\* && sudo ssh-keygen -A; then reboot/,
    ],
    [
      "a board under a new name",
      { ...copy, "var/lib/bramble/board": "pi4-1\n10000000bbbbbbbb\n" },
      {},
      /set this board up as pi4-1, but the settings call it pi3-1\n.*old name/,
    ],
    [
      "a version of kubelet that its owner holds",
      { installed: "kubelet 1.30.1-1.1\n", held: "kubelet\n" },
      {},
      /apt holds kubelet at 1.30.1-1.1.*1.37.1.*\n.*apt-mark unhold kubelet/,
    ],
    [
      "programs installed by hand",
      {
        "usr/local/bin/containerd": "",
        "usr/bin/kubectl": "",
        loose: "/usr/local/bin/containerd\n/usr/bin/kubectl\n",
      },
      {},
      /installed without a package: \/usr\/bin\/kubectl \/usr\/local\/bin\/containerd;/,
    ],
    [
      "a network of another's",
      { "etc/cni/net.d/87-podman-bridge.conflist": "{}" },
      {},
      /containerd would use \S+87-podman-bridge.conflist as the pod network/,
    ],
    [
      "the owner's configuration of containerd",
      { "etc/containerd/config.toml": "version = 3\n" },
      {},
      /config.toml was written neither by bramble nor.*\n.*config.toml.mine/,
    ],
    [
      "only itself as name server",
      { "etc/resolv.conf": "nameserver 127.0.0.1\n" },
      {},
      /resolv.conf has the board itself as nameserver \(127.0.0.1\).*\n.*nmcli/,
    ],
    [
      "itself among the name servers",
      { "etc/resolv.conf": "nameserver ::1\nnameserver 192.168.1.1\n" },
      {},
      /has the board itself as nameserver \(::1\)/,
    ],
    [
      "systemd-resolved that asks the board itself",
      { "run/systemd/resolve/resolv.conf": "nameserver 127.0.0.1\n" },
      {},
      /\/run\/systemd\/resolve\/resolv.conf has the board itself as nameserver/,
    ],
    ["no name server", { "etc/resolv.conf": "search lan\n" }, {}, /resolv.conf has no nameserver/],
    [
      "a half upgraded system",
      { "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=trixie\n' },
      {},
      /operating system debian 12 trixie is not supported\n/,
    ],
  ])("refuses %s with the way out, and touches nothing", ([, files, programs, message]) => {
    const { status, stderr } = inspect(files, programs);
    expect(stderr).toMatch(message);
    expect(stderr.match(/phase inspect:/g)).toHaveLength(1);
    expect(status).toBe(1);
  });

  it("names every other cluster", () => {
    const units = {
      "etc/systemd/system/kubelet.service":
        /a kubelet that bramble did not set up.*\n.*disable --now kubelet/,
      "etc/systemd/system/k3s.service":
        /k3s is installed \(\/etc\/systemd\/system\/k3s.service\).*\n.*k3s-uninstall.sh/,
      "etc/systemd/system/k3s-agent.service": /k3s' agent is installed.*\n.*k3s-agent-uninstall.sh/,
      "usr/local/lib/systemd/system/rke2-server.service": /rke2 is installed.*\n.*rke2-uninstall.sh/,
      "etc/systemd/system/k0sworker.service": /k0s is installed.*\n.*k0s reset/,
      "etc/systemd/system/snap.microk8s.daemon-kubelite.service": /microk8s is installed.*\n.*snap remove/,
    };
    const { stderr } = inspect(Object.fromEntries(Object.keys(units).map((unit) => [unit, ""])));
    for (const message of Object.values(units)) expect(stderr).toMatch(message);
    expect(stderr.match(/phase inspect:/g)).toHaveLength(6);
  });

  it("names every container, whatever runs it", () => {
    const { stderr } = inspect(
      processes(
        shim("default", "registry"),
        words("/usr/bin/conmon", "-c", "1f", "-n", "grafana", "-r", "crun"),
        words("[lxc monitor] /var/lib/incus/containers web"),
        words("/usr/bin/systemd-nspawn", "-M", "build"),
        words("/usr/bin/qemu-system-aarch64", "-name", "guest=nas,debug-threads=on", "-S"),
        words("/usr/sbin/cron", "-f"),
      ),
    );
    expect(stderr).toContain(
      "containers are running on it: LXC web, Podman grafana, QEMU nas, containerd's namespace default registry, systemd-nspawn build;",
    );
  });

  it.for<[string, Files, Partial<typeof plan>?]>([
    ["Ubuntu 26.04", { "etc/os-release": 'ID=ubuntu\nVERSION_ID="26.04"\nVERSION_CODENAME=resolute\n' }],
    [
      "1500 MiB on / where images and pods have a disk of their own",
      {
        ...mounts("/dev/mmcblk0p2 / ext4 rw", "/dev/sda1 /var ext4 rw"),
        df: "/ 7000 1500 400000 300000\n/var 59000 50000 3800000 3000000",
        "var/lib/dpkg/info/none": "",
      },
    ],
    [
      "NFS for / where a disk has images and pods",
      {
        ...mounts("10.0.0.1:/pi / nfs4 rw", "/dev/sda1 /var/lib ext4 rw"),
      },
    ],
    ["a new ZFS", { ...mounts("rpool/root / zfs rw"), "sys/module/zfs/version": "2.3.1-1\n" }],
    [
      "a file system without a number of inodes",
      { ...mounts("/dev/sda1 / btrfs rw"), df: "/ 29700 20000 0 0" },
    ],
    [
      "systemd-resolved's own address where it knows real servers",
      {
        "etc/resolv.conf": "nameserver 127.0.0.53\n",
        "run/systemd/resolve/resolv.conf": "nameserver 192.168.1.1\n",
      },
    ],
    [
      "Docker's package of containerd as it comes",
      {
        installed: "containerd.io 2.2.1\n",
        "etc/containerd/config.toml": 'disabled_plugins = ["cri"]\n',
        conffiles: "/etc/containerd/config.toml 40a16883b1e6ffff0af15b8d1a0b429a\n",
      },
    ],
    [
      "what Kubernetes' instructions make of containerd's configuration",
      {
        "etc/containerd/config.toml": containerdDefault(3).replace(
          "SystemdCgroup = false",
          "SystemdCgroup = true",
        ),
      },
    ],
    [
      "a kubelet that its owner holds at the same version",
      { installed: "kubelet 1.37.1-1.1\n", held: "kubelet\n" },
    ],
    [
      "files of its own that a power cut has damaged",
      { "etc/containerd/config.toml": "\0\0", "var/lib/bramble/board": "\0\0" },
    ],
    ["its own node", { ...node, "var/lib/bramble/in-cluster": "" }],
    ["its own first try of a node", { ...node, "var/lib/bramble/kubeadm-begun": "" }],
  ])("accepts %s", ([, files, changes]) => {
    expect(inspect(files, {}, changes)).toMatchObject({ status: 0, stderr: "" });
  });

  it("asks Docker nothing where nothing of its runs: the question would start it", () => {
    board = new ScratchBoard(
      { ...fresh, ...processes(shim("default", "registry")) },
      { docker: `touch "$ROOT/started"` },
    );
    board.run("inspect", "apply");
    expect(board.read("started")).toBeUndefined();
  });

  it("does not take a cluster for its own first try that was made after that was given up", () => {
    board = new ScratchBoard({ ...fresh, ...node, "var/lib/bramble/kubeadm-begun": "" });
    const mark = `${board.root}/var/lib/bramble/kubeadm-begun`;
    const then = Date.now() / 1000 - 3 * 3600;
    utimesSync(mark, then, then);
    expect(board.run("inspect", "apply").stderr).toMatch(/that bramble did not set up/);
  });

  it("names what listens on ports that the cluster takes", () => {
    const ss = (lines: string) => ({ ss: `cat <<'END'\n${lines}\nEND\n` });
    const web = `tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=6),("nginx",pid=6,fd=6))
tcp LISTEN 0 511 [::]:80 [::]:* users:(("nginx",pid=7,fd=7))
tcp LISTEN 0 511 127.0.0.1:8080 0.0.0.0:* users:(("python3",pid=9,fd=7))
udp UNCONN 0 0 0.0.0.0:8125 0.0.0.0:*
udp UNCONN 0 0 0.0.0.0:443 0.0.0.0:*`;
    const ports = { ports: ["10250/tcp", "80/tcp", "443/tcp", "8125/udp"] };
    expect(inspect({}, ss(web), ports).stderr).toMatch(
      /programs listen on ports that the cluster needs: 80\/tcp \(nginx\), 8125\/udp \(unknown program\);.*\n {2}fix: move them to other ports/,
    );
    board.remove();
    expect(inspect({}, ss(web), { ports: ["10250/tcp"] })).toMatchObject({ status: 0, stderr: "" });
    board.remove();
    // Its own, by now.
    expect(inspect({ "var/lib/bramble/board": "pi3-1\nunknown\n" }, ss(web), ports)).toMatchObject({
      status: 0,
    });
  });

  it("hears of a listener from the real ss", async ({ skip }) => {
    skip(spawnSync("/usr/bin/ss", ["-V"]).status !== 0, "there is no /usr/bin/ss");
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { stderr } = inspect({}, { ss: `exec /usr/bin/ss "$@"` }, { ports: [`${port}/tcp`] });
    server.close();
    expect(stderr).toMatch(new RegExp(`cluster needs: ${port}/tcp \\([^)]+\\);`));
  });

  it("does not take a board that bramble has set up for somebody's node", () => {
    const { stderr } = inspect({ ...node, "var/lib/bramble/board": "pi3-1\nunknown\n" });
    expect(stderr).toMatch(/that bramble did not set up/);
  });
});

describe("packages that stand in the way", () => {
  beforeEach(({ skip }) => skip(noApt !== "", noApt));

  it("are named, with what apt would remove with them", () => {
    const { stderr } = inspect(installedPackages(debiansDocker), realApt);
    expect(stderr).toMatch(
      /installing containerd.io would remove packages that bramble did not install: containerd docker.io runc\n.*fix: if nothing needs them: sudo apt-get remove containerd docker.io runc; otherwise remove the board/,
    );
  });

  it("may stay where Kubernetes can do with that containerd", () => {
    const packages = { ...plan.packages, containerdMinimum: "1.6" };
    const { stderr } = inspect(installedPackages(debiansDocker), realApt, { packages });
    expect(stderr).toMatch(/otherwise set containerd to containerd, or remove the board/);
  });
});

/** What a node of bramble's has beside the phases' work. */
const inCluster: Files = {
  ...node,
  ...processes(
    shim("k8s.io", "4f1aa4c0ffee"),
    words("/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"),
  ),
  "var/lib/kubelet/config.yaml": "",
  "var/lib/bramble/in-cluster": "",
  "etc/cni/net.d/10-flannel.conflist": "{}",
  df: "/ 29700 900 1900000 60000",
};

describe("a board that bramble has set up", () => {
  it("has nothing to find, as a node or before", () => {
    board = new ScratchBoard(fresh);
    for (const phase of phaseNames)
      expect(board.run(phase, "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.run("inspect", "check")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    board.write(inCluster);
    expect(board.run("inspect", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.run("inspect", "check")).toMatchObject({ status: 0, stdout: "" });
  });

  it("has nothing to find where an older bramble did it, and goes on with each phase", () => {
    const apart = { containerdRepository: undefined, imageRepository: "http://192.168.1.5:5000" };
    const older = { ...plan, packages: { ...plan.packages, ...apart } };
    board = new ScratchBoard({
      ...fresh,
      ...inCluster,
      installed: [
        "kubelet 1.37.1-1.1",
        "kubeadm 1.37.1-1.1",
        "kubectl 1.37.1-1.1",
        "containerd.io 2.2.1",
        "",
      ].join("\n"),
      held: "kubelet\nkubeadm\nkubectl\ncontainerd.io\n",
      "etc/tmpfiles.d/bramble-cni.conf": "R! /var/lib/cni\n",
      "etc/containerd/config.toml": "# As an older bramble wrote it.\n",
      "etc/containerd/certs.d/_default/hosts.toml":
        '[host."http://192.168.1.5:5000"]\ncapabilities = ["pull", "resolve"]\n',
    });
    const phases = phaseNames.filter((phase) => phase !== "reboot");
    for (const phase of phases)
      expect(board.run(phase, "apply", older)).toMatchObject({ status: 0, stderr: "" });
    for (const phase of phases)
      expect(board.run(phase, "check", older), phase).toMatchObject({ status: 0, stdout: "" });
    expect(board.read("var/lib/bramble/packages")!.split("\n")).toContain("kubelet");
  });
});
