import { networking, rbac } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { bindingTo } from "../workload/access.ts";
import { entranceIn } from "./entrance.ts";
import { routeIngresses, type RouteIngressArgs } from "./routeIngresses.ts";

/** What a route needs to know. */
export interface RouteArgs extends RouteIngressArgs {
  /** Namespace of the service. It must be among the `namespaces` that Traefik serves. */
  namespace: Input<string>;
}

/**
 * One app's host on the entrance: certificate, security headers, limits for each client address before any
 * password is checked, optionally the login. Plain Ingresses, and leave for Traefik to read the namespace.
 */
export class Route extends ComponentResource {
  constructor(name: string, args: RouteArgs, opts?: ComponentResourceOptions) {
    super("bramble:ingress:Route", name, args, opts);
    const { namespace, service } = args;
    const entrance = entranceIn(args.entrance);
    // Lets Traefik serve the Ingresses of the namespace.
    const access = new rbac.v1.RoleBinding(
      `${name}-access`,
      {
        metadata: { name: `${entrance.routeRole}-${service}`, namespace },
        ...bindingTo("ClusterRole", entrance.routeRole, entrance),
      },
      { parent: this },
    );
    for (const { name: ingress, annotations, spec } of routeIngresses(args)) {
      new networking.v1.Ingress(
        `${name}-ingress${ingress.slice(service.length)}`,
        { metadata: { name: ingress, namespace, annotations }, spec },
        { parent: this, dependsOn: access },
      );
    }
    this.registerOutputs({});
  }
}
