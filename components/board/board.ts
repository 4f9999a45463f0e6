import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { type KubeletConfiguration, kubeletConfiguration } from "./kubeletConfig.ts";
import { type Taint, taintOf } from "./taints.ts";
import { type MemoryPlan, memoryPlan } from "./memoryPlan.ts";
import { capacityOf, models } from "./models.ts";

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
  /** Pods that it may run. Default: the memory plan's. */
  readonly maxPods?: number | undefined;
  /** MiB below which the kubelet kills pods at once. Default: the memory plan's. */
  readonly evictionHard?: number | undefined;
  /** Taints of its node as kubectl writes them. Default: none but the control plane's. */
  readonly taints?: readonly string[] | undefined;
}

/** A board with what follows from it. */
export interface PlannedBoard {
  readonly name: string;
  readonly role: "controlPlane" | "worker";
  readonly host: string;
  /** `Raspberry Pi 3 Model B`, or `board` without a model. */
  readonly modelName: string;
  /** Nominal RAM in MiB. */
  readonly ram: number;
  readonly cores: number;
  readonly arch: "arm64" | "amd64";
  /** Whether apps may run on it: workers, and the control plane where there is no worker. */
  readonly takesApps: boolean;
  /** Taints of its node besides the control plane's. Default: none. */
  readonly taints?: readonly Taint[] | undefined;
  readonly memory: MemoryPlan;
}

/** Completes the boards from the catalogue and plans their memory. */
export function planBoards(boards: readonly BoardDescription[]): PlannedBoard[] {
  const hasWorker = boards.some(({ role }) => role === "worker");
  return boards.map((board) => planBoard(board, board.role === "worker" || !hasWorker));
}

function planBoard(description: BoardDescription, takesApps: boolean): PlannedBoard {
  const { name, model, ram, cores, arch = "arm64", role, host } = description;
  const known = model === undefined ? undefined : models[model];
  const nominal = ram ?? known?.ram;
  const cpus = cores ?? known?.cores;
  // The settings' own check comes first and says more.
  if (nominal === undefined || cpus === undefined) throw new Error(`board ${name} has no ram or cores`);
  // A RAM of its own is another board than the catalogue's: the catalogue's measurement does not hold for it.
  const capacity = known?.ram === nominal ? known.capacity : capacityOf(nominal);
  const modelName = known?.name ?? "board";
  const memory = memoryPlan(capacity, description);
  const taints = description.taints?.length ? { taints: description.taints.map(taintOf) } : {};
  return { name, role, host, modelName, ram: nominal, cores: cpus, arch, takesApps, ...taints, memory };
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
  /** The kubelet configuration that fits the board's RAM. */
  readonly kubelet: KubeletConfiguration;

  constructor(planned: PlannedBoard, opts?: ComponentResourceOptions) {
    const { name, role, ram, cores, arch, taints = [], memory } = planned;
    const kubelet = kubeletConfiguration(memory);
    const args: BoardArgs = { role, ram, capacity: memory.capacity, cores, arch, taints, kubelet };
    super("bramble:board:Board", name, args, opts);
    this.kubelet = kubelet;
    // Policies for a whole stack see the outputs, those for one resource its arguments.
    this.registerOutputs({ ...args });
  }
}
