import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import type { Container, PodSpec } from "../../components/workload/workload.ts";
import type { UnpackedImage } from "./unpackedImages.ts";

const script = path.join(import.meta.dirname, "container.sh");

/** What a cluster would give a container. */
export interface Given {
  /** A folder or file here for each path in the container that is mounted; others than its own are read-only. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Variables whose values its pod takes from elsewhere, and others. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A container, and what it is run with. */
export interface ContainerArgs {
  readonly container: Container;
  /** The pod that it is of. */
  readonly pod: PodSpec;
  readonly image: UnpackedImage;
  readonly given?: Given;
}

/** A container of an unpacked image, run by its own document. Needs root. */
export class ImageContainer {
  /** What it has said so far. */
  said = "";
  /** Its exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  /** @param enter the command that leads into the network of its pod */
  constructor(enter: readonly string[], { container, pod, image, given = {} }: ContainerArgs) {
    const { runAsUser, runAsGroup, fsGroup } = { ...pod.securityContext, ...container.securityContext };
    const user = [`${runAsUser}:${runAsGroup ?? 0}`, fsGroup === undefined ? "" : `${fsGroup}`];
    const command = [...(container.command ?? image.entrypoint), ...(container.args ?? [])];
    const run = ["sh", script, image.root, ...user, mountsOf(container, image.root, given), ...command];
    const [program = "", ...args] = [...enter, "unshare", "--mount", "--pid", "--fork", ...run];
    const env = Object.fromEntries([
      ...image.env.map((each) => each.split("=")),
      ...(container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
      ...Object.entries(given.env ?? {}),
    ]) as Record<string, string>;
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.ended = once(this.#child, "close").then(([code]) => code as number | null);
  }

  /** What the kernel says of its first process: of whom it is, and whether its root can be written to. */
  get process(): { uid: number; isRootReadOnly: boolean } {
    const status = fs.readFileSync(`/proc/${this.#first}/status`, "utf8");
    const [root = ""] = fs.readFileSync(`/proc/${this.#first}/mountinfo`, "utf8").split("\n");
    const options = root.split(" ")[5]?.split(",");
    return {
      uid: Number(/^Uid:\t(\d+)/m.exec(status)?.[1]),
      isRootReadOnly: options?.includes("ro") === true,
    };
  }

  /** Sends its first process a signal, as the kubelet does: with that all of them end. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const first = this.#first;
    if (first === undefined) this.#child.kill(signal);
    else process.kill(first, signal);
    return this.ended;
  }

  /** Its number here; undefined before it starts and when it has ended. */
  get #first(): number | undefined {
    const children = `/proc/${this.#child.pid}/task/${this.#child.pid}/children`;
    const text = fs.existsSync(children) ? fs.readFileSync(children, "utf8") : "";
    return text === "" ? undefined : Number(text);
  }
}

/** Makes the mount points in the image, and the file that tells container.sh of them. */
function mountsOf({ volumeMounts = [] }: Container, root: string, { mounts = {} }: Given): string {
  const missing = volumeMounts.filter(({ mountPath }) => !(mountPath in mounts));
  if (missing.length > 0)
    throw new Error(`nothing is mounted at ${missing.map((each) => each.mountPath).join()}`);
  const writable = new Set(volumeMounts.flatMap(({ mountPath, readOnly }) => (readOnly ? [] : [mountPath])));
  for (const folder of ["proc", "dev"]) fs.mkdirSync(path.join(root, folder), { recursive: true });
  const lines = Object.entries(mounts).map(([to, from]) => {
    const point = path.join(root, to);
    fs.mkdirSync(fs.statSync(from).isDirectory() ? point : path.dirname(point), { recursive: true });
    if (!fs.existsSync(point)) fs.writeFileSync(point, "");
    return `${from} ${to} ${writable.has(to) ? "rw" : "ro"}\n`;
  });
  const file = `${root}.${randomUUID()}.mounts`;
  fs.writeFileSync(file, lines.join(""));
  return file;
}
