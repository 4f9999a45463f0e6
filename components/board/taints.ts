/** What keeps pods off a node that do not tolerate it. */
export interface Taint {
  readonly key: string;
  /** Default: empty. */
  readonly value?: string | undefined;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** The taint that kubeadm gives a control plane. */
export const controlPlaneTaint = {
  key: "node-role.kubernetes.io/control-plane",
  effect: "NoSchedule",
} as const;

/** Taints as kubectl writes them: `dedicated=media:NoSchedule`, `slow-card:PreferNoSchedule`. */
export const taintPattern =
  /^((?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)(?:=([A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?)?:(NoSchedule|PreferNoSchedule|NoExecute)$/;

/** @throws Error if it is none; the settings' own check comes first and says more */
export function taintOf(text: string): Taint {
  const [, key, value, effect] = taintPattern.exec(text) ?? [];
  if (key === undefined) throw new Error(`"${text}" is not a valid taint`);
  return { key, ...(value !== undefined && { value }), effect: effect as Taint["effect"] };
}

/** The same as kubectl writes it. */
export function taintText({ key, value = "", effect }: Taint): string {
  return `${key}${value && `=${value}`}:${effect}`;
}
