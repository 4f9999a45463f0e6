import { core, rbac } from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";

/** The service account by which a program asks the API server. */
export interface Account {
  readonly name: string;
  readonly namespace: Input<string>;
}

/** What of the API someone may use, and how. */
export interface AccessRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/** Of roles and their bindings. */
export const apiGroup = "rbac.authorization.k8s.io";

/** What ties an account to a role, as a RoleBinding or a ClusterRoleBinding says it. */
export function bindingTo(kind: "ClusterRole" | "Role", role: Input<string>, { name, namespace }: Account) {
  return { roleRef: { apiGroup, kind, name: role }, subjects: [{ kind: "ServiceAccount", name, namespace }] };
}

/**
 * Registers a program's account with a cluster role of its own.
 *
 * @param rules what it may do in the whole cluster
 * @param opts `namespace`: what its namespace is registered as, where bramble does that; `role`: the name of the
 *   cluster role and of its binding. Default: the account's
 * @returns what the program's pods wait for
 */
export function registerAccess(
  resourceName: string,
  account: Account,
  rules: AccessRule[],
  opts: { readonly parent: Resource; readonly namespace?: Resource; readonly role?: string },
): rbac.v1.ClusterRoleBinding {
  const { parent, namespace, role: name = account.name } = opts;
  const serviceAccount = new core.v1.ServiceAccount(
    `${resourceName}-account`,
    { metadata: { name: account.name, namespace: account.namespace } },
    { parent, dependsOn: namespace ?? [] },
  );
  const role = new rbac.v1.ClusterRole(`${resourceName}-role`, { metadata: { name }, rules }, { parent });
  return new rbac.v1.ClusterRoleBinding(
    `${resourceName}-binding`,
    { metadata: { name }, ...bindingTo("ClusterRole", name, account) },
    { parent, dependsOn: [serviceAccount, role] },
  );
}
