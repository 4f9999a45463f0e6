import path from "node:path";

/** The repository's own folder. */
export const repository = path.join(import.meta.dirname, "..");

/** Where a rehearsal keeps what it makes. Removing `root` removes all of it. */
export type RehearsalFolder = Readonly<ReturnType<typeof rehearsalFolder>>;

/** The files of a rehearsal below a folder inside the repository; git ignores `.rehearsal`. */
export function rehearsalFolder(root = path.join(repository, ".rehearsal")) {
  return {
    root,
    /** Credentials for the control plane; `export KUBECONFIG=…` to look around with kubectl. */
    kubeconfig: path.join(root, "kubeconfig"),
    /** kwokctl's files: data, logs and process ids of the control plane. */
    kwok: path.join(root, "kwok"),
    /** Pulumi's project and state. */
    project: path.join(root, "pulumi"),
    /** What the control plane was made for; absent until its boards are complete. */
    boards: path.join(root, "boards.json"),
    report: path.join(root, "report.html"),
    lock: `${root}.lock`,
  };
}
