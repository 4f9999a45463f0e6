import { apiregistration, core, rbac } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { labelsOf, registerWorkload } from "../workload.ts";
import { metricsServer, metricsServerWorkload } from "./metricsWorkload.ts";

const { name: account, namespace } = metricsServer;
const roleGroup = "rbac.authorization.k8s.io";
const subjects = [{ kind: "ServiceAccount", name: account, namespace }];

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
        metadata: { name: account, namespace, labels: labelsOf(account) },
        spec: {
          selector: labelsOf(account),
          ports: [{ name: "https", port: 443, targetPort: "https", appProtocol: "https" }],
        },
      },
      own,
    );
    new apiregistration.v1.APIService(
      `${name}-apiservice`,
      {
        metadata: { name: "v1beta1.metrics.k8s.io", labels: labelsOf(account) },
        spec: {
          group: "metrics.k8s.io",
          version: "v1beta1",
          service: { name: account, namespace },
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
    const serviceAccount = new core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { name: account, namespace } },
      own,
    );
    const role = new rbac.v1.ClusterRole(
      `${name}-role`,
      {
        metadata: { name: `system:${account}` },
        rules: [
          { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
          { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
        ],
      },
      own,
    );
    // Whoever may view a namespace may see what its pods use.
    new rbac.v1.ClusterRole(
      `${name}-reader-role`,
      {
        metadata: {
          name: "system:aggregated-metrics-reader",
          labels: Object.fromEntries(
            ["view", "edit", "admin"].map((role) => [`${roleGroup}/aggregate-to-${role}`, "true"]),
          ),
        },
        rules: [
          { apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
        ],
      },
      own,
    );
    const bound = { ...own, dependsOn: [serviceAccount, role] };
    return [
      new rbac.v1.ClusterRoleBinding(
        `${name}-binding`,
        {
          metadata: { name: `system:${account}` },
          roleRef: { apiGroup: roleGroup, kind: "ClusterRole", name: `system:${account}` },
          subjects,
        },
        bound,
      ),
      // These two let it ask the API server who is asking, and whether they may.
      new rbac.v1.ClusterRoleBinding(
        `${name}-delegator-binding`,
        {
          metadata: { name: `${account}:system:auth-delegator` },
          roleRef: { apiGroup: roleGroup, kind: "ClusterRole", name: "system:auth-delegator" },
          subjects,
        },
        bound,
      ),
      new rbac.v1.RoleBinding(
        `${name}-reader-binding`,
        {
          metadata: { name: `${account}-auth-reader`, namespace },
          roleRef: { apiGroup: roleGroup, kind: "Role", name: "extension-apiserver-authentication-reader" },
          subjects,
        },
        bound,
      ),
    ];
  }
}
