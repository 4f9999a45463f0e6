import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { BoardDisk } from "./disk.ts";
import { type KubeletConfiguration, kubeletConfiguration } from "./kubeletConfig.ts";
import { type Taint, taintOf } from "./taints.ts";
import { type MemoryPlan, memoryPlan } from "./memoryPlan.ts";
import { type BoardModel, capacityOf, models } from "./models.ts";
import { sshPort, sshUser } from "./connection.ts";

/** What a board is, as the settings describe it. */
export interface BoardDescription {
  readonly name: string;
  /** A model of the catalogue. Without it `ram` and `cores` are needed. */
  readonly model?: keyof typeof models | undefined;
  /** Nominal RAM in MiB. Default: the model's. */
  readonly ram?: number | undefined;
  /** CPU cores. Default: the model's. */
  readonly cores?: number | undefined;
  /** Architecture of its operating system. Default: arm64. */
  readonly arch?: "arm64" | "amd64" | undefined;
  readonly role: "controlPlane" | "worker";
  /** Address or host name. */
  readonly host: string;
  /** Port of its SSH server. Default: 22. */
  readonly port?: number | undefined;
  /** Who logs in by SSH. Default: pi. */
  readonly user?: string | undefined;
  /** Its public SSH host key. Needed where bramble sets the board up. */
  readonly hostKey?: string | undefined;
  /** Pods that it may run. Default: the memory plan's. */
  readonly maxPods?: number | undefined;
  /** MiB below which the kubelet kills pods at once. Default: the memory plan's. */
  readonly evictionHard?: number | undefined;
  /** Taints of its node as kubectl writes them. Default: none but the control plane's. */
  readonly taints?: readonly string[] | undefined;
  /** Labels of its node besides those of Kubernetes. Default: none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Its disk besides the card. Default: none. */
  readonly disk?: BoardDisk | undefined;
  /** Says that the board is gone for good. Default: false. */
  readonly dead?: boolean | undefined;
}

/** What decides which pods a board takes, and how many. */
export interface BoardNode {
  /** Its host name, and its node's. */
  readonly name: string;
  /** What it does in the cluster. */
  readonly role: "controlPlane" | "worker";
  /** CPU cores. */
  readonly cores: number;
  /** Architecture of its operating system. */
  readonly arch: "arm64" | "amd64";
  /** Whether apps may run on it: workers, and the control plane where there is no worker. */
  readonly takesApps: boolean;
  /** Taints of its node besides the control plane's. */
  readonly taints: readonly Taint[];
  /** What pods may request. */
  readonly memory: Pick<MemoryPlan, "allocatable" | "maxPods">;
}

/** A board with all that is known of it: what it is, how it is reached, and what follows from its RAM. */
export interface PlannedBoard extends BoardNode {
  /** `Raspberry Pi 3 Model B`, or `board` without a model. */
  readonly modelName: string;
  /** Nominal RAM in MiB. */
  readonly ram: number;
  /** Its address. */
  readonly host: string;
  /** SSH port. */
  readonly port: number;
  /** Who signs in by SSH. */
  readonly user: string;
  /** Undefined where bramble does not set the board up. */
  readonly hostKey: string | undefined;
  /** Whether it is gone for good. */
  readonly dead: boolean;
  /** Labels of its node besides those of Kubernetes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its disk besides the card; undefined if it has none. */
  readonly disk: BoardDisk | undefined;
  /** How its RAM is divided. */
  readonly memory: MemoryPlan;
  /** The kubelet configuration that follows. */
  readonly kubelet: KubeletConfiguration;
}

/** Completes the boards from the catalogue and plans their memory. */
export function planBoards(boards: readonly BoardDescription[]): PlannedBoard[] {
  const hasWorker = boards.some(({ role }) => role === "worker");
  return boards.map((board) => planBoard(board, board.role === "worker" || !hasWorker));
}

function planBoard(description: BoardDescription, takesApps: boolean): PlannedBoard {
  const { name, model, role, host, hostKey, disk } = description;
  const known: BoardModel | undefined = model && models[model];
  const { ram = known?.ram, cores = known?.cores, arch = "arm64" } = description;
  const { port = sshPort, user = sshUser, taints = [], labels = {}, dead = false } = description;
  // The settings' own check comes first and says more.
  if (ram === undefined || cores === undefined) throw new Error(`board ${name} has no ram or cores`);
  // A RAM of its own is another board than the catalogue's: the catalogue's measurement does not hold for it.
  const memory = memoryPlan(known?.ram === ram ? known.capacity : capacityOf(ram), description);
  return {
    ...{ name, modelName: known?.name ?? "board", ram, cores, arch },
    ...{ role, takesApps, labels, taints: taints.map(taintOf), dead },
    ...{ host, port, user, hostKey },
    disk,
    memory,
    kubelet: kubeletConfiguration(memory, disk),
  };
}

/** What a board is, and the kubelet configuration that follows from its RAM. */
export interface BoardArgs {
  readonly role: "controlPlane" | "worker";
  /** Nominal RAM in MiB. */
  readonly ram: number;
  /** What the kernel leaves of it, in MiB. */
  readonly capacity: number;
  readonly cores: number;
  readonly arch: "arm64" | "amd64";
  /** What keeps pods off it, besides its role. */
  readonly taints: readonly Taint[];
  readonly kubelet: KubeletConfiguration;
}

/** A board of the cluster. Policies read its kubelet configuration here. */
export class Board extends ComponentResource {
  constructor(planned: PlannedBoard, opts?: ComponentResourceOptions) {
    const { name, role, ram, cores, arch, taints, memory, kubelet } = planned;
    const args: BoardArgs = { role, ram, capacity: memory.capacity, cores, arch, taints, kubelet };
    super("bramble:board:Board", name, args, opts);
    // Policies for a whole stack see the outputs, those for one resource its arguments.
    this.registerOutputs({ ...args });
  }
}
