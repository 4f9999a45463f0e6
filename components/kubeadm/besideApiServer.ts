import type { PodSpec } from "../workload/workload.ts";
import { controlPlaneTaint } from "./kubeadmWorkloads.ts";

/**
 * Where a program belongs that reads from the API server all the time: on the control plane if that has room,
 * which leaves the small boards to the apps; else anywhere.
 */
export const besideApiServer: Pick<PodSpec, "affinity" | "tolerations"> = {
  tolerations: [{ ...controlPlaneTaint, operator: "Exists" }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          preference: { matchExpressions: [{ key: controlPlaneTaint.key, operator: "Exists" }] },
        },
      ],
    },
  },
};
