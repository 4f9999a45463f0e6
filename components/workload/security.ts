import type { Container, PodSpec } from "./workload.ts";

/** A container's security context: what the standard `restricted` demands, and a read-only root file system. */
export const restrictedContainer: NonNullable<Container["securityContext"]> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** A pod's security context as the standard `restricted` demands it, for a user and the group of the same id. */
export function restrictedPod(user: number): NonNullable<PodSpec["securityContext"]> {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
  };
}
