import type { Container, PodSpec } from "./workload.ts";

/** A container's security context: what the standard `restricted` demands, and a read-only root file system. */
export const restrictedContainer: NonNullable<Container["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** The same for root that reads and writes files of others, and gives them to their owners. */
export const anyOwnerContainer: NonNullable<Container["securityContext"]> = {
  ...restrictedContainer,
  capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
};

/** A pod's security context as the standard `restricted` demands it, for a user and a group, by default of the same number. */
export function restrictedPod(user: number, group = user): NonNullable<PodSpec["securityContext"]> {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: group,
    seccompProfile: { type: "RuntimeDefault" },
  };
}
