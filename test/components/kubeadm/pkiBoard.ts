import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { kubeadmDocuments, maintenanceStep } from "../../../components/kubeadm/clusterSteps.ts";
import { kubeadm, noKubeadm } from "../../lab/kubeadm.ts";
import { layout } from "./madeCluster.ts";

const programs = fileURLToPath(new URL("programs/", import.meta.url));

const stoodIn: Readonly<Record<string, string>> = {
  // The API server answers while all run, and what it is reached with and reaches etcd with has not ended.
  kubectl: `case "$*" in
    "config "*) exec /usr/bin/kubectl "$@" ;;
    *" annotate "*) echo "\${!#}" >>"$NOTES/annotations" ;;
    *readyz*)
      [ ! -e "$NOTES/silent" ] || exit 1
      for each in etcd kube-apiserver kube-controller-manager kube-scheduler; do kill -0 "$(cat "$NOTES/$each")" || exit 1; done
      for each in apiserver etcd/server; do openssl x509 -noout -checkend 0 -in /etc/kubernetes/pki/$each.crt || exit 1; done ;;
  esac`,
  systemctl: `echo "$*" >>"$NOTES/systemctl"`,
  pidof: `for each in $(cat "$NOTES/$1" 2>/dev/null); do if kill -0 "$each" 2>/dev/null; then echo "$each"; fi; done`,
  sleep: `exec /bin/sleep 0.1`,
  sync: "",
};

/** Why there can be no such board, or an empty text. */
export const noPkiBoard =
  kubeadm === undefined
    ? noKubeadm
    : spawnSync("unshare", ["--mount", "--map-root-user", "true"]).status !== 0
      ? "mount namespaces can't be made here"
      : "";

/**
 * A control plane's files as kubeadm makes them, and the real script that renews certificates on them. Programs
 * run as far as a start and an end go.
 */
export class PkiBoard {
  readonly root = mkdtempSync(path.join(tmpdir(), "pki-"));

  /** A control plane whose certificates hold for so long, as Go writes it: `8760h`, `1s`. */
  static make(validity: string): PkiBoard {
    const board = new PkiBoard();
    for (const [name, body] of Object.entries(stoodIn)) board.program(name, body);
    for (const folder of ["notes", "kubernetes/manifests", "bramble/kubeadm", "var/lib/kubelet/pki", "run"])
      mkdirSync(path.join(board.root, folder), { recursive: true });
    const [init, cluster, proxy] = kubeadmDocuments(layout, layout.nodes[0]!);
    const yaml = (period: object) =>
      [init, { ...cluster, ...period, encryptionAlgorithm: "ECDSA-P256" }, proxy]
        .map((each) => stringify(each))
        .join("---\n");
    board.write("bramble/kubeadm/first.yaml", yaml({ certificateValidityPeriod: validity }));
    board.write("bramble/kubeadm/kubeadm.yaml", yaml({}));
    board.write("bramble/snapshot.conf", "BOARD=cp\n");
    const made = board.run(`set -e
      first="--config /etc/bramble/kubeadm/first.yaml"
      kubeadm init phase certs all $first
      kubeadm init phase kubeconfig all $first
      cd /var/lib/kubelet/pki
      mv /etc/kubernetes/kubelet.conf .
      embedded() { awk -v key="$1:" '$1 == key { print $2 }' kubelet.conf | base64 -d; }
      { embedded client-certificate-data; embedded client-key-data; } >kubelet-client-1.pem
      ln -s /var/lib/kubelet/pki/kubelet-client-1.pem kubelet-client-current.pem
      sed "s|client-certificate-data: .*|client-certificate: $PWD/kubelet-client-current.pem|; s|client-key-data: .*|client-key: $PWD/kubelet-client-current.pem|" kubelet.conf >/etc/kubernetes/kubelet.conf
      rm kubelet.conf
      for each in etcd kube-apiserver kube-controller-manager kube-scheduler; do touch "/etc/kubernetes/manifests/$each.yaml"; done`);
    if (made.status !== 0) throw new Error(made.stderr + made.stdout);
    return board;
  }

  /** Another one with the same files. */
  copy(): PkiBoard {
    const board = new PkiBoard();
    cpSync(this.root, board.root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    rmSync(path.join(board.root, "real"), { recursive: true });
    return board;
  }

  program(name: string, body: string): void {
    const file = path.join(this.root, "bin", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/bash\nNOTES=$HOME/notes\n${body}\n`);
    chmodSync(file, 0o755);
  }

  write(file: string, content: string): void {
    writeFileSync(path.join(this.root, file), content);
  }

  /** A file's content, or undefined. */
  read(file: string): string | undefined {
    try {
      return readFileSync(path.join(this.root, file), "utf8");
    } catch {
      return undefined;
    }
  }

  #inBoard(command: string) {
    const bin = path.join(this.root, "bin");
    const PATH = `${bin}:${path.dirname(kubeadm!)}:${process.env.PATH}`;
    const args = ["--mount", "--map-root-user", `${programs}inBoard.sh`, this.root, "bash", "-c", command];
    return { args, env: { PATH, HOME: this.root } };
  }

  /** Runs a shell command on the board. */
  run(command: string) {
    const { args, env } = this.#inBoard(command);
    return spawnSync("unshare", args, { env, encoding: "utf8" });
  }

  /**
   * Runs the board's renewal of certificates beside a kubelet.
   *
   * @param before shell that runs first
   * @param seconds for the API server
   */
  renew({ before = "", days = 30, seconds = 20 } = {}) {
    const script = /^CERTIFICATES_SCRIPT='(.*?)'\nSNAPSHOT_TIMES=/ms.exec(
      maintenanceStep(layout.nodes[0]!, undefined),
    )![1]!;
    this.write("bramble/certificates.sh", script.replaceAll(`'\\''`, "'"));
    return this.run(`
      ${programs}kubelet.sh "$HOME/notes" &
      kubelet=$!
      ${before}
      bash /etc/bramble/certificates.sh ${days} ${seconds} 9>&-
      status=$?
      kill "$kubelet"
      for each in etcd kube-apiserver kube-controller-manager kube-scheduler; do kill "$(cat "$HOME/notes/$each")"; done 2>/dev/null
      exit "$status"`);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
