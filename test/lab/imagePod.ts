import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { type ContainerArgs, ImageContainer } from "./imageContainer.ts";

/** What containers of images share in a pod: a network of their own, which leads nowhere. Needs root. */
export class ImagePod {
  readonly #network: ChildProcess;
  readonly #containers: ImageContainer[] = [];

  private constructor(network: ChildProcess) {
    this.#network = network;
  }

  static async create(): Promise<ImagePod> {
    const up = "ip link set lo up && echo up && exec sleep infinity";
    const network = spawn("unshare", ["--net", "sh", "-c", up], { stdio: ["ignore", "pipe", "inherit"] });
    await once(network.stdout, "data");
    return new ImagePod(network);
  }

  start(args: ContainerArgs): ImageContainer {
    const started = new ImageContainer(this.#enter, args);
    this.#containers.push(started);
    return started;
  }

  /** Asks what listens on a port of the pod. Status 0 if nothing does. */
  ask(port: number, url: string, init: RequestInit = {}): { status: number; body: string } {
    const code = `fetch(process.argv[1], JSON.parse(process.argv[2])).then(
      async (r) => console.log(JSON.stringify({ status: r.status, body: await r.text() })),
      () => console.log(JSON.stringify({ status: 0, body: "" })))`;
    const request = [`http://127.0.0.1:${port}${url}`, JSON.stringify(init)];
    const [program = "", ...args] = [...this.#enter, process.execPath, "--eval", code, ...request];
    return JSON.parse(execFileSync(program, args, { encoding: "utf8" })) as { status: number; body: string };
  }

  async end(): Promise<void> {
    await Promise.all(this.#containers.map((each) => each.end("SIGKILL")));
    this.#network.kill("SIGKILL");
  }

  get #enter(): string[] {
    return ["nsenter", `--net=/proc/${this.#network.pid}/ns/net`];
  }
}
