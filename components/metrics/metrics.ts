import { apiregistration, core, rbac } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { apiGroup, bindingTo, registerAccess } from "../workload/access.ts";
import { labelsOf, registerWorkload } from "../workload/workload.ts";
import { metricsServer, metricsServerWorkload } from "./metricsWorkload.ts";

const { name: serverName, namespace } = metricsServer;
const account = { name: serverName, namespace };

/** metrics-server: what pods and boards use right now, for `kubectl top`. */
export class MetricsServer extends ComponentResource {
  constructor(name: string, opts?: ComponentResourceOptions) {
    super("bramble:cluster:MetricsServer", name, {}, opts);
    const own = { parent: this };

    const permissions = this.registerPermissions(name);
    const server = registerWorkload(`${name}-deployment`, metricsServerWorkload(), {
      ...own,
      dependsOn: permissions,
    });
    const service = new core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: serverName, namespace, labels: labelsOf(serverName) },
        spec: {
          selector: labelsOf(serverName),
          ports: [{ name: "https", port: 443, targetPort: "https", appProtocol: "https" }],
        },
      },
      own,
    );
    new apiregistration.v1.APIService(
      `${name}-apiservice`,
      {
        metadata: { name: "v1beta1.metrics.k8s.io", labels: labelsOf(serverName) },
        spec: {
          group: "metrics.k8s.io",
          version: "v1beta1",
          service: account,
          // As upstream: metrics-server signs its certificate anew at each start.
          insecureSkipTLSVerify: true,
          groupPriorityMinimum: 100,
          versionPriority: 100,
        },
      },
      // Not before it answers: an API group without a server makes every discovery fail, and with it the
      // deletion of namespaces.
      { ...own, dependsOn: [server, service] },
    );
    this.registerOutputs({});
  }

  private registerPermissions(name: string) {
    const own = { parent: this };
    const view = ["get", "list", "watch"];
    const access = registerAccess(
      name,
      account,
      [
        { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods", "nodes"], verbs: view },
      ],
      { ...own, role: `system:${account.name}` },
    );
    // Whoever may view a namespace may see what its pods use.
    const readers = ["view", "edit", "admin"].map(
      (role) => [`${apiGroup}/aggregate-to-${role}`, "true"] as const,
    );
    new rbac.v1.ClusterRole(
      `${name}-reader-role`,
      {
        metadata: { name: "system:aggregated-metrics-reader", labels: Object.fromEntries(readers) },
        rules: [{ apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: view }],
      },
      own,
    );
    const bound = { ...own, dependsOn: access };
    return [
      access,
      // These two let it ask the API server who is asking, and whether they may.
      new rbac.v1.ClusterRoleBinding(
        `${name}-delegator-binding`,
        {
          metadata: { name: `${account.name}:system:auth-delegator` },
          ...bindingTo("ClusterRole", "system:auth-delegator", account),
        },
        bound,
      ),
      new rbac.v1.RoleBinding(
        `${name}-reader-binding`,
        {
          metadata: { name: `${account.name}-auth-reader`, namespace: account.namespace },
          ...bindingTo("Role", "extension-apiserver-authentication-reader", account),
        },
        bound,
      ),
    ];
  }
}
