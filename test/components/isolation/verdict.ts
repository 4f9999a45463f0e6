import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import type { Registered } from "../registered.ts";

type Spec = Unwrap<types.input.networking.v1.NetworkPolicySpec>;
type Peer = Unwrap<types.input.networking.v1.NetworkPolicyPeer>;
type Selector = { matchLabels?: Record<string, string> } | undefined;

/** An end of a connection: a pod of a namespace with its labels, or an address outside. */
export interface End {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address: string;
}

/** NetworkPolicies of a program, each with its namespace. */
export function policiesIn(registered: readonly Registered[]): (readonly [namespace: string, spec: Spec])[] {
  return registered
    .filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    .map(({ inputs }) => [(inputs.metadata as { namespace: string }).namespace, inputs.spec as Spec]);
}

/** Whether policies let a connection be made, as the API's documentation has it. */
export function isAllowed(
  policies: ReturnType<typeof policiesIn>,
  [from, to]: readonly [End, End],
  port: string,
): boolean {
  const side = (own: End, other: End, type: "Egress" | "Ingress") => {
    const about = policies.filter(
      ([namespace, { podSelector, policyTypes = [] }]) =>
        namespace === own.namespace && selects(podSelector, own.labels) && policyTypes.includes(type),
    );
    if (about.length === 0) return true;
    return about.some(([, spec]) => {
      const rules = type === "Egress" ? (spec.egress ?? []) : (spec.ingress ?? []);
      return rules.some((rule) => {
        const peers = "to" in rule ? rule.to : "from" in rule ? rule.from : undefined;
        const ports = rule.ports?.map((each) => `${String(each.port)}/${each.protocol}`);
        return (peers?.some((peer) => isPeer(peer, other)) ?? true) && (ports?.includes(port) ?? true);
      });
    });
  };
  return side(from, to, "Egress") && side(to, from, "Ingress");
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, end: End): boolean {
  if (ipBlock) {
    const holds = (range: string) => ipaddr.IPv4.parse(end.address).match(ipaddr.IPv4.parseCIDR(range));
    return holds(ipBlock.cidr) && !(ipBlock.except ?? []).some(holds);
  }
  const own = { "kubernetes.io/metadata.name": end.namespace ?? "" };
  return end.namespace !== undefined && selects(namespaceSelector, own) && selects(podSelector, end.labels);
}

function selects(selector: Selector, labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
