// Namespaces of the kernel for computers that are no boards: programs of this machine with a network of their own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type Outcome, run, type RunOptions } from "../../tools/run.ts";

const script = path.join(import.meta.dirname, "namespace.sh");

/**
 * A network without devices but loopback, with processes and name servers of its own; all else is this machine's. It
 * ends with the process that has started it, however that ends, and everything that runs in it ends too.
 */
export class Namespace {
  /** A process in its network, for `ip link … netns`. */
  readonly pid: number;
  /** The program and arguments that run a command in there, which ends with the process that starts it. */
  readonly enter: readonly string[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, ended: Promise<unknown>) {
    this.#child = child;
    this.#ended = ended;
    this.pid = child.pid ?? 0;
    this.enter = [path.join(import.meta.dirname, "enter.sh"), String(this.pid)];
  }

  /**
   * @param resolver address of the name server that programs in there ask
   * @throws an Error with what was printed, if it can't be created
   */
  static async start(resolver: string): Promise<Namespace> {
    const spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const child = spawn("unshare", [...spaces, script, resolver], { stdio: "pipe" });
    const ended = once(child, "close");
    const said = text(child.stderr);
    const isReady = await Promise.race([
      once(child.stdout, "data").then(() => true),
      ended.then(() => false),
    ]);
    if (!isReady) throw new Error(`no namespace can be created: ${await said}`);
    return new Namespace(child, ended);
  }

  /** Runs a command in there, without input. A non-zero exit code is not an error. */
  run([command = "", ...args]: readonly string[], options?: RunOptions): Promise<Outcome> {
    const [first = "", ...rest] = this.enter;
    return run(first, [...rest, command, ...args], options);
  }

  /** Ends everything in it. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
