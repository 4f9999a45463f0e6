import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import { labelsOf } from "../workload/workload.ts";
import type { BackedUp } from "./backupWorkload.ts";
import {
  type AppFlows,
  type Flow,
  type Isolation,
  toApiServer,
  toBackups,
  toDns,
  toDogstatsd,
} from "./isolation.ts";

type Spec = Unwrap<types.input.networking.v1.NetworkPolicySpec>;

/**
 * The NetworkPolicies of an app's namespace, by name.
 *
 * @param name of its pods
 * @param backup how it is backed up, by pods of their own in the namespace
 */
export function networkPolicies(name: string, flows: AppFlows, backup?: BackedUp): Record<string, Spec> {
  const backups = backup ? toBackups(backup.plan) : [];
  return {
    // Every pod that no other policy names: none may connect to anybody.
    isolated: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    [name]: policyOf(name, flows.from, [...flows.to, ...backups]),
    ...(backup && backupPolicy(backup, flows.isolation, backups)),
  };
}

function backupPolicy({ source, plan }: BackedUp, isolation: Isolation, backups: readonly Flow[]) {
  const name = `${source.app}-backup`;
  const to = [
    ...backups,
    ...(plan.statsdPort === undefined ? [] : [toDogstatsd(plan.statsdPort)]),
    // By which it stops its app.
    ...(source.stopped === undefined ? [] : [toDns, toApiServer(isolation)]),
  ];
  return { [name]: policyOf(name, [], to) };
}

function policyOf(name: string, from: readonly Flow[], to: readonly Flow[]): Spec {
  // Backups and the app itself may both ask the DNS.
  const [ingress, egress] = [from, to].map((flows) => [...new Set(flows)]) as [Flow[], Flow[]];
  return {
    podSelector: { matchLabels: labelsOf(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: ingress.map(({ peers, ports }) => ({
      ...(peers.length > 0 && { from: [...peers] }),
      ...(ports && { ports: [...ports] }),
    })),
    egress: egress.map(({ peers, ports }) => ({
      ...(peers.length > 0 && { to: [...peers] }),
      ...(ports && { ports: [...ports] }),
    })),
  };
}
