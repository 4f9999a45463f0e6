import { z } from "zod";
import { enforcer } from "../components/isolation/enforcerWorkload.ts";
import { idOf, isOf, metadataOf } from "./pods.ts";
import { names, type RuleViolation, type Seen, stackRule } from "./rule.ts";

interface PolicySpec {
  readonly podSelector?: { readonly matchLabels?: object; readonly matchExpressions?: readonly unknown[] };
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly unknown[];
  readonly egress?: readonly unknown[];
}

const isIngress = (resource: Seen) => isOf(resource, "networking.k8s.io/v1:Ingress");
const middlewares = "traefik.ingress.kubernetes.io/router.middlewares";

/** Whoever takes over an app that everybody reaches is not to reach everything from there. */
export const isolatedApps = stackRule({
  name: "isolated-apps",
  description:
    "Where NetworkPolicies are enforced, the namespace of each Ingress that is not for the LAN alone has one that denies everything else.",
  settings: {
    enforcers: names
      .default([enforcer.name, "calico-node", "cilium", "kube-router"])
      .describe("DaemonSets that enforce NetworkPolicies: the policy applies if the stack has one of them."),
    enforced: z
      .boolean()
      .default(false)
      .describe(
        "Whether the policy applies in any case: something outside the stack enforces NetworkPolicies.",
      ),
    lanMiddlewares: names
      .default(["lan@file"])
      .describe("Traefik's middlewares that refuse addresses outside the LAN."),
  },
  concerns: isIngress,
  violations: (resources, { enforcers, enforced, lanMiddlewares }) => {
    const isEnforced = resources.some(
      (each) => isOf(each, "apps/v1:DaemonSet") && enforcers.includes(metadataOf(each).name ?? each.name),
    );
    if (!enforced && !isEnforced) return [];
    const closed = new Set(resources.filter(deniesAll).map(namespaceOf));
    const open = resources.filter((each) => {
      const used = (metadataOf(each).annotations?.[middlewares] ?? "").split(",").map((name) => name.trim());
      return (
        isIngress(each) &&
        !closed.has(namespaceOf(each)) &&
        !used.some((name) => lanMiddlewares.includes(name))
      );
    });
    return open.map((resource): RuleViolation => {
      const message = `the namespace of ${idOf(resource)} has no NetworkPolicy that denies everything else: whoever takes over its pods reaches every pod, the LAN and the boards. Add one with podSelector {} and both policyTypes, and one that allows what the app needs.`;
      return { message, resource };
    });
  },
});

const namespaceOf = (resource: Seen) => metadataOf(resource).namespace ?? "default";

/** Whether it is a NetworkPolicy that selects every pod of its namespace and allows nothing. */
function deniesAll(resource: Seen): boolean {
  if (!isOf(resource, "networking.k8s.io/v1:NetworkPolicy")) return false;
  const { podSelector = {}, policyTypes = [], ingress = [], egress = [] } = resource.props.spec as PolicySpec;
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  const selectsAll = Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
  const isBoth = ["Ingress", "Egress"].every((type) => policyTypes.includes(type));
  return selectsAll && isBoth && ingress.length === 0 && egress.length === 0;
}
