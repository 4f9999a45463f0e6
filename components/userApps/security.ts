import type { PodSecurity } from "../workload/namespace.ts";
import type { Container, PodSpec } from "../workload/workload.ts";
import type { UserAppSettings } from "./settings.ts";

/** What the standard `baseline` lets a container add (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
const baselineCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Annotation of pods with what of them is less secure than the default, separated by commas, for the policies. */
export const relaxedAnnotation = "bramble/relaxed";

type Security = Pick<UserAppSettings, "user" | "security" | "devices" | "boardPorts">;

/** Of a container that owns its board. */
export const isPrivileged = "is privileged";

/** Of an app that has a device of its board. */
export function usesDevice(path: string): string {
  return `uses ${path}`;
}

/** What of an app is less secure than the default, each in a few words: `runs as root`. */
export function relaxationsOf({ user, security, devices }: Security): string[] {
  const { writableRoot, capabilities, privileged, hostNetwork } = security;
  return [
    ...(user === 0 ? ["runs as root"] : []),
    ...(writableRoot ? ["writes to its image"] : []),
    ...capabilities.map((each) => `has the capability ${each}`),
    ...(privileged ? [isPrivileged] : []),
    ...(hostNetwork ? ["uses its board's network"] : []),
    ...devices.map(usesDevice),
  ];
}

/** The pod security standard that its namespace can have. */
export function podSecurityOf(app: Security): PodSecurity {
  const { capabilities, privileged, hostNetwork } = app.security;
  // Of a port of the board `baseline` knows nothing.
  if (privileged || hostNetwork || app.boardPorts.length > 0) return "privileged";
  if (!capabilities.every((each) => baselineCapabilities.includes(each))) return "privileged";
  const isRestricted = app.user !== 0 && capabilities.every((each) => each === "NET_BIND_SERVICE");
  return isRestricted ? "restricted" : "baseline";
}

/** User and group of an app, and what it may do. */
export function podSecurityContext(app: UserAppSettings): NonNullable<PodSpec["securityContext"]> {
  const { user, group = user, security } = app;
  return {
    runAsNonRoot: user !== 0,
    runAsUser: user,
    runAsGroup: group,
    // Data and secret files are the group's. Once is enough: at each start it would walk all data.
    fsGroup: group,
    fsGroupChangePolicy: "OnRootMismatch",
    // Without it nobody but root listens below 1024.
    ...(user !== 0 &&
      !security.hostNetwork && { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Of its one container. */
export function containerSecurityContext({ security }: Security): NonNullable<Container["securityContext"]> {
  const { writableRoot, capabilities, privileged } = security;
  return {
    // The API server takes no privileged container that may not gain privileges.
    ...(privileged ? { privileged } : { allowPrivilegeEscalation: false }),
    readOnlyRootFilesystem: !writableRoot,
    capabilities: { drop: ["ALL"], ...(capabilities.length > 0 && { add: [...capabilities] }) },
  };
}

/** Whether an app has volumes. */
export function hasData({ volumes }: Pick<UserAppSettings, "volumes">): boolean {
  return Object.keys(volumes).length > 0;
}
