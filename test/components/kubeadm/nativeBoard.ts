import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  makePlace,
  type Place,
  type Ports,
  type Program,
  programs,
} from "../../../bench/controlPlane/programs.ts";
import { memoryPlan } from "../../../components/board/memoryPlan.ts";
import { controlPlaneSettings } from "../../../components/kubeadm/controlPlaneSettings.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";
import { findTools } from "../../../tools/obtain.ts";
import { certificateOf } from "./certificates.ts";

type ProgramName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler";

/** The real programs of a control plane, on loopback, with the arguments that kubeadm and bramble give them. */
export class NativeBoard {
  readonly #children: ChildProcess[] = [];
  readonly #folder: string;
  readonly #programs: readonly Program[];
  readonly ports: Ports;
  /** Of an administrator. */
  readonly token: string;

  private constructor({ folder, token }: Place, all: readonly Program[], ports: Ports) {
    this.#folder = folder;
    this.#programs = all;
    this.ports = ports;
    this.token = token;
  }

  /** @param controlPlanes how many the cluster has */
  static async of(controlPlanes: number): Promise<NativeBoard> {
    const folder = mkdtempSync(path.join(tmpdir(), "native-board-"));
    const [etcd, etcdPeer, apiServer, controllerManager, scheduler] = await freePorts(5);
    const ports = { etcd, etcdPeer, apiServer, controllerManager, scheduler } as Ports;
    const settings = controlPlaneSettings(memoryPlan(1848), controlPlanes);
    const place = await makePlace(folder, ports);
    const compared = { name: "bramble", ...settings, etcd: settings.etcd.local };
    return new NativeBoard(place, programs(compared, await findTools(), place, ports), ports);
  }

  /** Starts one of them; it is not started again. */
  start(name: ProgramName): { child: ChildProcess; said: () => string } {
    const { file, args, env } = this.#programs.find((each) => each.name === name)!;
    const all = name === "kube-controller-manager" ? [...args, ...this.#authorities()] : args;
    const child = spawn(file, all, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    this.#children.push(child);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-20_000)));
    return { child, said: () => said };
  }

  /** kubeadm's own: with them the controller manager does not ask the API server for authorities. */
  #authorities(): string[] {
    const file = path.join(this.#folder, "authority.crt");
    writeFileSync(file, certificateOf("/CN=authority"));
    return ["client-ca-file", "requestheader-client-ca-file"].map((flag) => `--${flag}=${file}`);
  }

  async end(): Promise<void> {
    for (const child of this.#children) {
      const ended = child.exitCode === null ? once(child, "exit") : undefined;
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
