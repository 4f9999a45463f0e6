import type { ResourceValidationPolicy } from "@pulumi/policy";
import { mebibytes } from "../components/quantity.ts";
import { type BoardProps, boardType } from "./board.ts";

const signals = ["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available"];

/** Every board evicts in time: with all four signals, and neither too late nor all the time. */
export const evictionThresholds: ResourceValidationPolicy = {
  name: "eviction-thresholds",
  description:
    "Every board's kubelet has all four hard eviction signals, with memory.available between a minimum and a quarter of the board's RAM.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      minimumMi: {
        type: "number",
        minimum: 0,
        default: 100,
        description:
          "Least memory.available in Mi. 100 is the kubelet's default; below it a board meets the OOM killer before it evicts.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (args.type !== boardType) return;
    const { ram, kubelet } = args.props as BoardProps;
    const thresholds = kubelet?.evictionHard ?? {};
    const absent = signals.filter((signal) => thresholds[signal] === undefined);
    if (absent.length > 0) {
      reportViolation(
        `evictionHard lacks ${absent.join(", ")}. The kubelet drops its default of each signal that is left out as soon as one is set; set all four.`,
      );
    }
    const memory = thresholds["memory.available"];
    if (memory === undefined) return;
    const { minimumMi } = args.getConfig<{ minimumMi: number }>();
    const most = Math.floor(ram / 4);
    const given = memory.endsWith("%") ? (parseFloat(memory) / 100) * ram : mebibytes(memory);
    if (given < minimumMi) {
      reportViolation(
        `evictionHard memory.available is ${memory}, below ${minimumMi}Mi: the kernel kills before the kubelet sees the shortage. Raise it; a lower one does not make room.`,
      );
    } else if (given > most) {
      reportViolation(
        `evictionHard memory.available is ${memory}, above a quarter of the board's ${ram} MiB (${most}Mi): pods are evicted from a board that has room. Lower it.`,
      );
    }
  },
};
