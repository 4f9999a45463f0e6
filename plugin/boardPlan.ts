import {
  ComponentResource,
  type ComponentResourceOptions,
  type Output,
  output,
  InputPropertyError,
} from "@pulumi/pulumi";
import { stringify } from "yaml";
import { Board, type BoardDescription, models, planBoards } from "../components/board/index.ts";

/** What a board does in its cluster. */
export const BoardRole = { ControlPlane: "controlPlane", Worker: "worker" } as const;
export type BoardRole = (typeof BoardRole)[keyof typeof BoardRole];

/** Architecture of a board's operating system. */
export const Architecture = { Arm64: "arm64", Amd64: "amd64" } as const;
export type Architecture = (typeof Architecture)[keyof typeof Architecture];

/** A board. */
export interface BoardPlanArgs {
  /** Its name, and its node's. */
  board: string;
  /** A model of the catalogue, such as `rpi-4b-4gb`. Without it `ram` and `cores` are needed. */
  model?: string;
  /** Nominal RAM in MiB. Default: the model's. */
  ram?: number;
  /** CPU cores. Default: the model's. */
  cores?: number;
  /** Default: `arm64`. */
  arch?: Architecture;
  /** Default: `worker`. */
  role?: BoardRole;
  /** Pods that it may run. Default: one for each 64 MiB, 110 at most. */
  maxPods?: number;
  /** MiB below which the kubelet kills pods at once. Default: 128. */
  evictionHard?: number;
  /** Taints of its node as kubectl writes them. Default: none but the control plane's. */
  taints?: string[];
}

/** How a board's RAM is divided, and the kubelet configuration that follows. Nothing is set up on the board. */
export class BoardPlan extends ComponentResource {
  /** MiB that the kernel has. */
  readonly capacity: Output<number>;
  /** MiB that pods may request. */
  readonly allocatable: Output<number>;
  /** Pods that it may run. */
  readonly maxPods: Output<number>;
  /** The KubeletConfiguration, as YAML. */
  readonly kubeletConfiguration: Output<string>;

  constructor(name: string, args: BoardPlanArgs, opts?: ComponentResourceOptions) {
    const [planned] = planBoards([describe(args)]);
    super("bramble:index:BoardPlan", name, args, opts);
    if (!planned) throw new Error(`${name} has no plan`);
    // Policies read its kubelet configuration there.
    new Board(planned, { parent: this });
    const { memory, kubelet } = planned;
    this.capacity = output(memory.capacity);
    this.allocatable = output(memory.allocatable);
    this.maxPods = output(memory.maxPods);
    this.kubeletConfiguration = output(stringify(kubelet));
    const { capacity, allocatable, maxPods, kubeletConfiguration } = this;
    this.registerOutputs({ capacity, allocatable, maxPods, kubeletConfiguration });
  }
}

function describe({ board, model, role = "worker", ...rest }: BoardPlanArgs): BoardDescription {
  const refuse = (propertyPath: string, reason: string) => new InputPropertyError({ propertyPath, reason });
  // Nobody connects to it.
  const common = { ...rest, name: board, role, host: board };
  if (model !== undefined) {
    if (!isModel(model)) throw refuse("model", `is "${model}". Models: ${Object.keys(models).join(", ")}.`);
    return { ...common, model };
  }
  for (const each of ["ram", "cores"] as const) {
    if (rest[each] === undefined) throw refuse(each, "is missing: give it, or a `model`.");
  }
  return common;
}

function isModel(name: string): name is keyof typeof models {
  return Object.hasOwn(models, name);
}
