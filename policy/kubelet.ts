import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { mebibytes } from "../components/workload/quantity.ts";
import type { BoardArgs } from "../components/board/board.ts";
import { configMapData, idOf } from "./pods.ts";
import { type Config, names, type Seen } from "./rule.ts";

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
export interface KubeletSeen extends Partial<Omit<BoardArgs, "kubelet">> {
  /** Name of the resource. */
  readonly id: string;
  readonly kubelet: Kubelet;
}

/** Settings by which a project that is not bramble says where its kubelets are configured. */
export const kubeletSettings = {
  boardTypes: names
    .default([boardType])
    .describe(
      "Resource types that represent boards, with the inputs ram and capacity (MiB), role, and kubelet (a KubeletConfiguration). ConfigMaps and objects with a KubeletConfiguration are always read.",
    ),
  ramMi: z
    .number()
    .default(0)
    .describe(
      "RAM in Mi of the boards that use a KubeletConfiguration in a ConfigMap or an object; 0 if unknown.",
    ),
};

/** The kubelet's configuration of a board, if a resource stands for one. */
export function boardIn({ type, name, props }: Seen, boardTypes: readonly string[]): KubeletSeen | undefined {
  if (!boardTypes.includes(type)) return undefined;
  return { ...(props as Partial<KubeletSeen>), kubelet: props.kubelet ?? {}, id: name };
}

const kind = "KubeletConfiguration";

/**
 * The kubelets' configurations in a resource: a board's, an object of the kind KubeletConfiguration, or each one that a
 * ConfigMap has.
 */
export function kubeletIn(
  resource: Seen,
  { boardTypes, ramMi: ram }: Config<typeof kubeletSettings>,
): readonly KubeletSeen[] {
  const board = boardIn(resource, boardTypes);
  if (board) return [board];
  const known = { ...(ram > 0 && { ram, capacity: ram }), id: resource.name };
  if (/^kubernetes:kubelet\.config\.k8s\.io\/[^:]+:KubeletConfiguration$/.test(resource.type)) {
    return [{ ...known, kubelet: resource.props }];
  }
  const data = configMapData(resource);
  if (data === undefined) return [];
  const isKubeadms = idOf(resource) === "kube-system/kubelet-config";
  return Object.entries(data)
    .filter(([key, text]) => (isKubeadms && key === "kubelet") || text.includes(kind))
    .flatMap(([key, text]) =>
      documentsIn(text).filter((each) => (isKubeadms && key === "kubelet" ? true : each.kind === kind)),
    )
    .map((kubelet) => ({ ...known, kubelet }));
}

/** The documents of a YAML text; none of a text that is not YAML. */
function documentsIn(text: string): (Kubelet & { readonly kind?: string })[] {
  const documents = parseAllDocuments(text);
  const valid = documents.filter(({ errors }) => errors.length === 0);
  return valid.flatMap((each) => (each.toJS() as Kubelet | null) ?? {});
}

/** MiB of a threshold, which may be a share of the RAM; undefined if that is not known. */
export function thresholdOf(threshold: string, ram: number | undefined): number | undefined {
  if (!threshold.endsWith("%")) return mebibytes(threshold);
  return ram === undefined ? undefined : (parseFloat(threshold) / 100) * ram;
}
