import path from "node:path";

/** The repository's own folder. */
export const repository = path.join(import.meta.dirname, "..");

/** Where a rehearsal keeps what it makes. Removing `root` removes all of it. */
export interface RehearsalFolder {
  readonly root: string;
  /** Credentials for the control plane; `export KUBECONFIG=…` to look around with kubectl. */
  readonly kubeconfig: string;
  /** kwokctl's files: data, logs and process ids of the control plane. */
  readonly kwok: string;
  /** Pulumi's project and state. */
  readonly project: string;
  /** What the control plane was made for; absent until its boards are complete. */
  readonly boards: string;
  readonly report: string;
  readonly lock: string;
}

/** The files of a rehearsal below a folder inside the repository; git ignores `.rehearsal`. */
export function rehearsalFolder(root = path.join(repository, ".rehearsal")): RehearsalFolder {
  return {
    root,
    kubeconfig: path.join(root, "kubeconfig"),
    kwok: path.join(root, "kwok"),
    project: path.join(root, "pulumi"),
    boards: path.join(root, "boards.json"),
    report: path.join(root, "report.html"),
    lock: `${root}.lock`,
  };
}
