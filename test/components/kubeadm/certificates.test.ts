import { X509Certificate } from "node:crypto";
import { readdirSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { noPkiBoard, PkiBoard } from "./pkiBoard.ts";

const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];
const pki = [
  ...["apiserver", "apiserver-kubelet-client", "apiserver-etcd-client", "front-proxy-client"],
  ...["etcd/server", "etcd/peer", "etcd/healthcheck-client"],
].map((name) => `kubernetes/pki/${name}.crt`);
const kubeconfigs = ["admin", "super-admin", "controller-manager", "scheduler"].map(
  (name) => `kubernetes/${name}.conf`,
);
const leaves = [...pki, ...kubeconfigs];
const kubelets = "var/lib/kubelet/pki/kubelet-client-current.pem";
/** Until every program has run for longer than the seconds in which times are counted. */
const whenAllRun = `until [ "$(cat $HOME/notes/kube-* $HOME/notes/etcd 2>/dev/null | wc -l)" = 4 ]; do /bin/sleep 0.1; done; /bin/sleep 2.1;`;

describe.skipIf(noPkiBoard !== "")(`a control plane's certificates ${noPkiBoard}`, () => {
  let valid: PkiBoard;
  let ended: PkiBoard;
  let board: PkiBoard;
  beforeAll(() => {
    valid = PkiBoard.make("8760h");
    ended = PkiBoard.make("1s");
    return () => {
      valid.remove();
      ended.remove();
    };
  });
  afterEach(() => {
    board.remove();
  });

  const certificate = (file: string) => {
    // The kubelet's is a link from / on.
    const text = (file === kubelets ? board.run(`cat /${file}`).stdout : board.read(file)) ?? "";
    const embedded = /client-certificate-data: (\S+)/.exec(text)?.[1];
    return new X509Certificate(embedded === undefined ? text : Buffer.from(embedded, "base64"));
  };
  const days = (file: string) =>
    Math.floor((Date.parse(certificate(file).validTo) - Date.now()) / 86_400_000);
  const all = () => leaves.map((file) => board.read(file));
  const setAside = () =>
    readdirSync(`${board.root}/kubernetes`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes(".broken-"))
      .map((name) => name.replace(/\.broken-\d{8}T\d{6}Z$/, ""));
  const started = (text: string) => [...text.matchAll(/^restarted (\S+)$/gm)].map(([, name]) => name);

  it("are left alone while they hold, whatever else is in their folder", () => {
    board = valid.copy();
    const before = all();
    const { status, stdout, stderr } = board.renew({
      before: `${whenAllRun} cd /etc/kubernetes/pki; openssl req -x509 -key apiserver.key -days 1 -subj /CN=x -out webhook.crt`,
    });
    expect(stderr).toBe("");
    expect([status, stdout]).toEqual([0, "364 days left, 364 for the kubelet\n"]);
    expect(all()).toEqual(before);
    expect(board.read("notes/annotations")).toBe("bramble/certificates=364 days left, 364 for the kubelet\n");
    expect(board.read("notes/systemctl")).toBeUndefined();
  });

  it("are all renewed after a year off, the kubelet's too, and done when the API server answers", () => {
    board = ended.copy();
    const names = certificate(pki[0]!).subjectAltName;
    board.write("notes/silent", "");
    for (const run of [1, 2]) {
      const { status, stderr } = board.renew({ seconds: 1 });
      expect([run, status]).toEqual([run, 1]);
      expect(stderr).toMatch(/^the API server does not answer\n {2}fix: see: journalctl -u kubelet -e/);
    }
    expect(board.read("notes/annotations")).toMatch(
      /^bramble\/certificates=failed at \S+: the API server does/,
    );
    const { status, stdout, stderr } = board.renew({ before: "rm $HOME/notes/silent" });
    expect([status, stdout, stderr]).toEqual([0, "364 days left, 364 for the kubelet\n", ""]);
    for (const file of [...leaves, kubelets]) expect([file, days(file)]).toEqual([file, 364]);
    expect(certificate(pki[0]!).subjectAltName).toBe(names);
    expect(certificate(kubelets).subject).toBe("O=system:nodes\nCN=system:node:cp");
    expect(board.read("notes/systemctl")).toBe("restart kubelet\n");
  });

  it("are taken up by each program where a renewal was cut off before", () => {
    board = valid.copy();
    const { status, stdout } = board.renew({
      before: `${whenAllRun}
        kubeadm certs renew all --config /etc/bramble/kubeadm/kubeadm.yaml >/dev/null
        mv /etc/kubernetes/manifests/etcd.yaml /etc/kubernetes/etcd.yaml.renewing
        while [ -e $HOME/notes/etcd ]; do /bin/sleep 0.1; done
        sha256sum /etc/kubernetes/*.conf >$HOME/sums`,
    });
    expect(status).toBe(0);
    expect(started(stdout)).toEqual(programs.slice(1));
    expect(stdout).not.toContain("renewed");
    expect(board.read("kubernetes/manifests/etcd.yaml")).toBe("");
    expect(board.run("sha256sum --check --quiet $HOME/sums").status).toBe(0);
  });

  it("that can't be read are made anew, what is broken is kept beside, and both is said", () => {
    board = valid.copy();
    const zeros = (file: string) => `truncate -s 0 ${file}; truncate -s 4k ${file}`;
    const { status, stdout, stderr } = board.renew({
      before: `cd /etc/kubernetes
        : >pki/apiserver.crt
        cp pki/apiserver-kubelet-client.key pki/etcd/server.key
        ${zeros("scheduler.conf")}
        truncate -s -100 admin.conf
        rm controller-manager.conf
        ${zeros("kubelet.conf")}
        truncate -s 0 /var/lib/kubelet/pki/kubelet-client-1.pem`,
    });
    expect(stderr.replaceAll(/^W\d+ .*\n/gm, "")).toBe("");
    expect(status).toBe(0);
    for (const file of [...leaves, kubelets]) expect([file, days(file)]).toEqual([file, 364]);
    const broken = ["admin.conf", "kubelet.conf", "pki/apiserver.crt", "pki/apiserver.key"];
    expect(setAside().sort()).toEqual([
      ...broken,
      "pki/etcd/server.crt",
      "pki/etcd/server.key",
      "scheduler.conf",
    ]);
    for (const file of setAside()) expect(stdout).toContain(`/etc/kubernetes/${file} can't be read; moved`);
    const conf = board.read("kubernetes/kubelet.conf");
    expect(conf).toContain("server: https://192.168.1.2:6443");
    expect(conf).toContain("client-key: /var/lib/kubelet/pki/kubelet-client-current.pem");
  });

  it("of an authority that can't be read come from a snapshot, for another one would be another cluster", () => {
    board = valid.copy();
    const [key, before] = [board.read("kubernetes/pki/ca.key"), all()];
    const breaking = "truncate -s 0 /etc/kubernetes/pki/ca.key /etc/kubernetes/pki/sa.key";
    const without = board.renew({
      before: `tar -cf $HOME/snapshot.tar -C /etc/kubernetes pki; ${breaking}`,
    });
    expect(without.status).toBe(1);
    expect(without.stderr).toMatch(
      /^\/etc\/kubernetes\/pki\/ca.crt or its key can't be read.*\n {2}fix: restore both/,
    );
    expect(all()).toEqual(before);
    const { status, stdout } = board.renew({
      before:
        "mkdir -p /var/lib/bramble/snapshots; cp $HOME/snapshot.tar /var/lib/bramble/snapshots/20260101T000000Z.tar",
    });
    expect(status).toBe(0);
    expect(stdout).toContain("/etc/kubernetes/pki/ca.key can't be read; moved to a file beside it");
    expect(board.read("kubernetes/pki/ca.key")).toBe(key);
    expect(board.read("kubernetes/pki/sa.key")).toMatch(/PRIVATE KEY/);
  });

  it("that kubeadm does not renew, for want of the authority's key, are an error", () => {
    board = valid.copy();
    const { status, stdout, stderr } = board.renew({ before: "rm /etc/kubernetes/pki/ca.key", days: 400 });
    expect(stdout).toContain("Detected external ca");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^kubeadm has not renewed \/etc\/kubernetes\/\S+\n {2}fix: .*keys of/);
  });

  it("of an authority that ends within a year are told, of one that has ended are an error", () => {
    board = valid.copy();
    const authority = (validity: string) =>
      `cd /etc/kubernetes/pki; openssl req -x509 -key ca.key -subj /CN=kubernetes ${validity} -out ca.crt`;
    const soon = board.renew({ before: authority("-days 100") });
    expect(soon.stdout).toMatch(
      /^364 days left, 364 for the kubelet; the certificate authority pki\/ca.crt expires in (99|100) days\n$/,
    );
    expect(board.read("notes/annotations")).toMatch(
      /; the certificate authority pki\/ca.crt expires in \d+ days$/m,
    );
    board.program("date", "case $1 in +%s) /bin/date -d '11 years' +%s ;; *) exec /bin/date \"$@\" ;; esac");
    const over = board.renew();
    expect([over.status, over.stderr]).toEqual([
      1,
      expect.stringMatching(/pki\/ca.crt has expired.*\n {2}fix: /),
    ]);
  });

  it("leave no manifest aside when they are ended in the middle of a restart", () => {
    board = valid.copy();
    board.program("pidof", 'if [ "$1" = etcd ]; then cat "$NOTES/pid"; fi');
    const { stdout } = board.renew({
      before: `bash -c 'exec -a "etcd --file=/etc/kubernetes/" /bin/sleep 60' & echo $! >$HOME/notes/pid; /bin/sleep 2.1
        touch /etc/kubernetes/pki/etcd/peer.crt
        bash() { timeout 3 /bin/bash "$@"; echo "ended with $?"; ls /etc/kubernetes/*.yaml.renewing; kill "$(cat $HOME/notes/pid)"; }`,
    });
    expect(stdout).toBe("ended with 124\n");
    expect(board.read("kubernetes/manifests/etcd.yaml")).toBe("");
  });
});
