import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { configMapData, idOf } from "./pods.ts";
import { type Config, names, type Seen } from "./rule.ts";

/** Type token of a cluster that bramble makes. */
const clusterType = "bramble:cluster:KubeadmCluster";

/** Text, for kubeadm; what somebody wrote without quotes is not. */
type Value = string | number | boolean;

interface NameValue {
  readonly name: string;
  readonly value: Value;
}

/** Arguments of a program: a list since kubeadm's v1beta4, an object before. */
type Arguments = readonly NameValue[] | Readonly<Record<string, Value>>;

/** A document for kubeadm as it was written: any part may be missing, and that is what is checked. */
export interface KubeadmDocument {
  readonly kind?: string;
  readonly controllerManager?: { readonly extraArgs?: Arguments };
  readonly scheduler?: { readonly extraArgs?: Arguments };
  readonly etcd?: { readonly local?: { readonly extraArgs?: Arguments }; readonly external?: object };
  readonly timeouts?: Readonly<Record<string, string>>;
}

/** Settings by which a project that is not bramble says where its clusters are configured. */
export const kubeadmSettings = {
  clusterTypes: names
    .default([clusterType])
    .describe(
      "Component types that represent clusters, with the inputs kubeadm (a list of its documents, or their YAML) and layout.nodes (with the role of each). The ConfigMap kube-system/kubeadm-config is always read.",
    ),
  controlPlanes: z
    .number()
    .default(0)
    .describe("Number of control planes of the cluster with the ConfigMap kubeadm-config; 0 if unknown."),
};

/**
 * What kubeadm is told in a resource, if anything, with the resource's name and how many control planes there are:
 * undefined if nothing says so.
 */
export function kubeadmIn(
  resource: Seen,
  { clusterTypes, controlPlanes }: Config<typeof kubeadmSettings>,
): { id: string; documents: readonly KubeadmDocument[]; controlPlanes: number | undefined } | undefined {
  const { type, name: id, props } = resource;
  if (clusterTypes.includes(type)) {
    const { kubeadm = [], layout } = props as {
      kubeadm?: string | readonly KubeadmDocument[];
      layout?: { nodes?: readonly { role?: string }[] };
    };
    const documents = typeof kubeadm === "string" ? documentsIn(kubeadm) : kubeadm;
    return {
      id,
      documents,
      controlPlanes: layout?.nodes?.filter(({ role }) => role === "controlPlane").length,
    };
  }
  const data = configMapData(resource);
  if (data === undefined || idOf(resource) !== "kube-system/kubeadm-config") return undefined;
  const document = parse(data.ClusterConfiguration ?? "") as KubeadmDocument | null;
  return {
    id,
    documents: document ? [{ kind: "ClusterConfiguration", ...document }] : [],
    controlPlanes: controlPlanes > 0 ? controlPlanes : undefined,
  };
}

function documentsIn(text: string): KubeadmDocument[] {
  return parseAllDocuments(text).flatMap((each) => (each.toJS() as KubeadmDocument | null) ?? []);
}

/** A program's arguments by name. */
export function argumentsOf(extraArgs: Arguments = []): ReadonlyMap<string, string> {
  const isList = (all: Arguments): all is readonly NameValue[] => Array.isArray(all);
  const given = isList(extraArgs)
    ? extraArgs.map(({ name, value }) => [name, value] as const)
    : Object.entries(extraArgs);
  return new Map(given.map(([name, value]) => [name, String(value)]));
}

const units = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** Seconds of a duration as Go writes it: `1h2m3.5s`, `500ms`; NaN of anything else. */
export function secondsOf(duration: string): number {
  const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration)) return NaN;
  return [...duration.matchAll(part)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * units[unit as keyof typeof units],
    0,
  );
}
