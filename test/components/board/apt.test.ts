import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { debiansDocker, installedPackages, noApt, type Package, realApt, repositoryOf } from "./realApt.ts";
import { type Files, ScratchBoard } from "./scratchBoard.ts";

const fresh: Files = {
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/hosts": "127.0.0.1 localhost\n",
};
let board: ScratchBoard;
beforeEach(({ skip }) => skip(noApt !== "", noApt));
afterEach(() => board.remove());

const containerdIo: Package = { version: "2.2.1-1", conflicts: "containerd, runc" };
/** A board with these packages installed, and these in a repository that apt has read. */
function boardWith(
  installed: Record<string, Package>,
  repository: Record<string, Package>,
  files: Files = {},
): ScratchBoard {
  board = new ScratchBoard(
    { ...fresh, ...installedPackages(installed), ...repositoryOf(repository), ...files },
    realApt,
  );
  board.write({
    "etc/apt/sources.list.d/there.list": `deb [trusted=yes] copy:${board.root}/repository ./\n`,
  });
  return board;
}

const called = (calls: readonly string[], what: string) => calls.filter((call) => call.includes(` ${what} `));

describe("what apt is about to do", () => {
  it("is looked at before it is done: nothing of the owner's is removed", () => {
    boardWith(debiansDocker, { ...debiansDocker, "containerd.io": containerdIo });
    const { status, stderr, calls } = board.run("containerd", "apply");
    expect(stderr).toMatch(
      /phase containerd: installing containerd.io would change packages that bramble did not install: containerd \(removed\), docker.io \(removed\), runc \(removed\)\n {2}fix: /,
    );
    expect(called(calls, "install")).toEqual([]);
    expect(board.read("var/lib/bramble/packages")).toBeUndefined();
    expect(status).toBe(1);
  });

  it("may remove what bramble itself has installed, and is noted first", () => {
    const { containerd, runc } = debiansDocker;
    boardWith(
      { containerd, runc },
      { "containerd.io": containerdIo },
      {
        "var/lib/bramble/packages": "containerd\nrunc\n",
      },
    );
    const { calls } = board.run("containerd", "apply");
    expect(called(calls, "install")).toHaveLength(1);
    expect(board.read("var/lib/bramble/packages")).toBe("containerd\nrunc\ncontainerd.io\n");
  });

  it("may not downgrade a package of the owner's", () => {
    const kube = (version: string) => ({ kubelet: { version }, kubeadm: { version }, kubectl: { version } });
    boardWith(kube("1.38.0-1.1"), { ...kube("1.37.1-1.1"), "kubernetes-cni": { version: "1.8.0-1.1" } });
    const { stderr, calls } = board.run("packages", "apply");
    expect(stderr).toMatch(/kubeadm \(downgraded from 1.38.0-1.1 to 1.37.1-1.1\)/);
    expect(called(calls, "install")).toEqual([]);
  });

  it("may not change what the owner holds", () => {
    const kube = (version: string) => ({ kubelet: { version }, kubeadm: { version }, kubectl: { version } });
    boardWith(
      kube("1.36.0-1.1"),
      { ...kube("1.37.1-1.1"), "kubernetes-cni": { version: "1.8.0-1.1" } },
      {
        held: "kubelet\n",
      },
    );
    const { stderr, calls } = board.run("packages", "apply");
    expect(stderr).toMatch(
      /that bramble did not install: kubelet \(held at 1.36.0-1.1, would become 1.37.1-1.1\)\n/,
    );
    expect(called(calls, "install")).toEqual([]);
  });

  it("may not complete half installed packages at the cost of others", () => {
    boardWith(
      { ...debiansDocker, broken: { version: "1", depends: "gone", conflicts: "runc" } },
      debiansDocker,
    );
    board.write({ "dpkg-audit": "broken" });
    const { stderr, calls } = board.run("packages", "apply");
    expect(stderr).toMatch(
      /completing half-installed packages would change packages that bramble did not install: .*removed/,
    );
    expect(called(calls, "--fix-broken")).toEqual([]);
  });
});

describe("a board that leaves", () => {
  const kubeadm = { kubelet: { version: "1.37.1-1.1" }, kubeadm: { version: "1.37.1-1.1" } };
  const all = { ...kubeadm, kubectl: { version: "1.37.1-1.1" } };

  it("keeps what was installed or held before bramble came", () => {
    boardWith(
      all,
      {},
      {
        "var/lib/bramble/packages": "kubelet\nkubeadm\n",
        "var/lib/bramble/holds": "kubeadm\n",
        held: "kubelet\nkubeadm\nkubectl\n",
      },
    );
    const { status, calls } = board.run("packages", "remove");
    expect(called(calls, "remove")).toEqual([expect.stringMatching(/ remove kubelet kubeadm$/)]);
    expect(board.read("held")).toBe("kubelet\nkubectl\n");
    expect(status).toBe(0);
  });

  it("keeps what a package of the owner's needs", () => {
    boardWith(
      { ...all, "helm-diff": { version: "1", depends: "kubectl" } },
      {},
      {
        "var/lib/bramble/packages": "kubelet\nkubeadm\nkubectl\n",
      },
    );
    const { status, stdout, calls } = board.run("packages", "remove");
    expect(stdout).toMatch(
      /kubelet kubeadm kubectl stay installed, because removing them would also remove helm-diff \(removed\)/,
    );
    expect(called(calls, "remove")).toEqual([]);
    expect(status).toBe(0);
  });

  it("loses what a bramble without notes has brought", () => {
    boardWith(all, {}, { "etc/tmpfiles.d/bramble-cni.conf": "R! /var/lib/cni\n", held: "kubelet\n" });
    const { calls } = board.run("packages", "remove");
    expect(called(calls, "remove")).toEqual([expect.stringMatching(/ remove kubelet kubeadm kubectl$/)]);
    expect(board.read("held")).toBe("");
  });
});

describe("a repository whose key has expired", () => {
  const list = "etc/apt/sources.list.d/bramble-kubernetes.list";
  const keyring = "etc/apt/keyrings/bramble-kubernetes.asc";
  const files: Files = {
    ...fresh,
    [list]:
      "# key: https://packages.example.com/Release.key\ndeb [signed-by=x] https://packages.example.com /\n",
    [keyring]: "expired\n",
  };
  /** apt reads it only with this key. */
  const reads = (key: string) =>
    `case " $* " in *" update "*) grep -qx ${key} "$ROOT/${keyring}" || { echo "EXPKEYSIG 234654DA9A296436" >&2; exit 100; } ;; esac`;
  const run = (downloads: string, wanted: string) => {
    board = new ScratchBoard(files, { "apt-get": reads(wanted), "apt-helper": downloads });
    const ran = board.run("packages", "apply");
    return { ...ran, updates: ran.calls.filter((call) => call.endsWith(" update")).length };
  };

  it("is read with the key that its project has now", () => {
    const { stderr, updates, calls } = run(`echo extended >"$3"`, "extended");
    expect(stderr).not.toMatch(/EXPKEYSIG|can't be read/);
    expect(board.read(keyring)).toBe("extended\n");
    expect(updates).toBeGreaterThanOrEqual(2);
    expect(calls.filter((call) => call.startsWith("apt-helper "))).toEqual([
      expect.stringMatching(/^apt-helper download-file https:\/\/packages\.example\.com\/Release\.key /),
    ]);
  });

  it.each([
    ["the key is still the same", `echo expired >"$3"`],
    ["the key can't be had", "exit 100"],
  ])("is named, and asked once, where %s", (_, downloads) => {
    const { status, stderr, updates } = run(downloads, "extended");
    expect([status, updates]).toEqual([1, 1]);
    expect(stderr).toMatch(/EXPKEYSIG[^]*a package repository can't be read/);
    expect(board.read(keyring)).toBe("expired\n");
  });
});
