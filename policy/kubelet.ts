import { parse } from "yaml";
import { mebibytes } from "../components/quantity.ts";
import type { Taint } from "../components/cluster/taints.ts";
import type { Config, ResourceRule, Seen } from "./rule.ts";

/** Type token of bramble's boards. */
export const boardType = "bramble:board:Board";

/** A kubelet's configuration as it was written: any part may be missing, and that is what is checked. */
export interface Kubelet {
  readonly evictionHard?: Readonly<Record<string, string>>;
  readonly evictionSoft?: Readonly<Record<string, string>>;
  readonly evictionSoftGracePeriod?: Readonly<Record<string, string>>;
  readonly evictionMinimumReclaim?: Readonly<Record<string, string>>;
  readonly mergeDefaultEvictionSettings?: boolean;
  readonly systemReserved?: Readonly<Record<string, string>>;
  readonly kubeReserved?: Readonly<Record<string, string>>;
  readonly maxPods?: number;
  readonly failSwapOn?: boolean;
  readonly memorySwap?: { readonly swapBehavior?: string };
}

/** A kubelet's configuration and the board that it is for, as far as it is known. */
export interface KubeletSeen {
  readonly role?: string;
  /** Nominal RAM in MiB. */
  readonly ram?: number;
  /** MemTotal in MiB. */
  readonly capacity?: number;
  readonly cores?: number;
  readonly arch?: string;
  readonly taints?: readonly Taint[];
  readonly kubelet: Kubelet;
}

/** Settings by which a project that is not bramble says where its kubelets are configured. */
export const kubeletSettings = {
  boardTypes: {
    type: "array",
    items: { type: "string" },
    default: [boardType],
    description:
      "Resource types that represent boards, with the inputs ram and capacity (MiB), role, and kubelet (a KubeletConfiguration). The ConfigMap kube-system/kubelet-config is always read.",
  },
  ramMi: {
    type: "number",
    default: 0,
    description: "RAM in Mi of the boards that use the ConfigMap kubelet-config; 0 if unknown.",
  },
} satisfies ResourceRule["settings"];

/** The kubelet's configuration in a resource, if there is one. */
export function kubeletIn({ type, props }: Seen, config: Config): KubeletSeen | undefined {
  const isBoard = (config.boardTypes as readonly string[]).includes(type);
  if (isBoard) return { ...(props as Partial<KubeletSeen>), kubelet: props.kubelet ?? {} };
  const { metadata, data } = props as {
    metadata?: { name?: string; namespace?: string };
    data?: { kubelet?: string };
  };
  const isConfigMap = /^kubernetes:core\/v1:ConfigMap(Patch)?$/.test(type);
  if (!isConfigMap || metadata?.name !== "kubelet-config" || metadata.namespace !== "kube-system") {
    return undefined;
  }
  const ram = config.ramMi as number;
  const known = ram > 0 ? { ram, capacity: ram } : {};
  return { ...known, kubelet: (parse(data?.kubelet ?? "") ?? {}) as Kubelet };
}

/** MiB of a threshold, which may be a share of the RAM; undefined if that is not known. */
export function thresholdOf(threshold: string, ram: number | undefined): number | undefined {
  if (!threshold.endsWith("%")) return mebibytes(threshold);
  return ram === undefined ? undefined : (parseFloat(threshold) / 100) * ram;
}

/** A rule about kubelets: concerned with whatever has one's configuration. */
export function kubeletRule(
  rule: Omit<ResourceRule, "faults" | "subject">,
  faults: (seen: KubeletSeen, config: Config, name: string) => string[],
): ResourceRule {
  return {
    ...rule,
    settings: { ...kubeletSettings, ...rule.settings },
    subject: (resource, config) => (kubeletIn(resource, config) ? resource.name : undefined),
    faults: (resource, config) => {
      const seen = kubeletIn(resource, config);
      return seen ? faults(seen, config, resource.name) : [];
    },
  };
}
