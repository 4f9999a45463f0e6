import type { ResourceValidationPolicy } from "@pulumi/policy";
import { mebibytes } from "../components/quantity.ts";
import { type BoardProps, boardType } from "./board.ts";

/** Every board keeps memory for itself, and has some left for pods. */
export const reservations: ResourceValidationPolicy = {
  name: "reservations",
  description:
    "Every board's kubelet reserves memory for the system and for Kubernetes, and what remains for pods is positive.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, reportViolation) => {
    if (type !== boardType) return;
    const { capacity, kubelet } = props as BoardProps;
    const reserved = {
      systemReserved: kubelet?.systemReserved?.memory,
      kubeReserved: kubelet?.kubeReserved?.memory,
    };
    for (const [name, memory] of Object.entries(reserved)) {
      if (memory === undefined) {
        reportViolation(
          `${name} has no memory: pods may take what the board itself needs, and it starves. Set it from the board's RAM.`,
        );
      }
    }
    const eviction = kubelet?.evictionHard?.["memory.available"] ?? "0";
    if (eviction.endsWith("%")) return;
    const held = [...Object.values(reserved), eviction].reduce(
      (sum, memory) => sum + mebibytes(memory ?? "0"),
      0,
    );
    if (held >= capacity) {
      reportViolation(
        `reservations and eviction take ${held} of the board's ${capacity} MiB: nothing is left for pods. Give it more RAM, or leave it out.`,
      );
    }
  },
};
