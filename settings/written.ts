import type { Fault } from "./faults.ts";

/** Settings as they were written: any part may be missing or of a wrong type. */
export type WrittenSettings = Readonly<Record<string, unknown>>;

/** Finds faults that no schema can see, because they lie between settings. */
export type Rule = (settings: WrittenSettings) => Fault[];

/** A fault of a setting below `bramble:`. */
export function fault(setting: string, message: string): Fault {
  return { path: `bramble:${setting}`, message };
}

/**
 * The boards, as far as they are a list: a text is taken for a name and a role by another word for the role that is
 * meant, so that each is told once.
 */
export function boardsOf({ boards }: WrittenSettings): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(boards)) return [];
  return boards.map((board: unknown) => {
    const written = typeof board === "string" ? { name: board } : objectOf(board);
    const meant = roleMeant(written.role);
    return meant === undefined ? written : { ...written, role: meant };
  });
}

/** What others call the roles: Kubernetes of old, kubeadm, k3s, Kubespray, Docker's Swarm. */
const otherWords = {
  controlPlane: [
    "controlplane",
    "etcd",
    "kubecontrolplane",
    "kubemaster",
    "leader",
    "main",
    "manager",
    "master",
    "server",
  ],
  worker: ["agent", "compute", "kubenode", "minion", "node", "slave"],
} as const;

/** The role that another word for it means: `controlPlane` for `master`. */
export function roleMeant(role: unknown): keyof typeof otherWords | undefined {
  if (typeof role !== "string" || role in otherWords) return undefined;
  const word = role
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace(/s$/, "");
  const [meant] =
    Object.entries(otherWords).find(
      ([role, words]) => word === role.toLowerCase() || words.some((each) => each === word),
    ) ?? [];
  return meant as keyof typeof otherWords | undefined;
}

/** The fields of an object; of anything else none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A text; of anything else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
