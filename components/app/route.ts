import { networking, rbac } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Input,
} from "@pulumi/pulumi";
import { bindingTo } from "../workload/access.ts";
import { entrance } from "./entrance.ts";
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
    const access = registerRouteAccess(name, namespace, service, { parent: this });
    for (const ingress of routeIngresses(args)) {
      const suffix = ingress.name.slice(service.length);
      new networking.v1.Ingress(
        `${name}-ingress${suffix}`,
        {
          metadata: { name: ingress.name, namespace, annotations: ingress.annotations },
          spec: ingress.spec,
        },
        { parent: this, dependsOn: access },
      );
    }
    this.registerOutputs({});
  }
}

const traefik = { name: entrance.serviceAccount, namespace: entrance.namespace };

/** Lets Traefik serve the Ingresses of a namespace. */
function registerRouteAccess(
  name: string,
  namespace: Input<string>,
  service: string,
  opts: CustomResourceOptions,
): rbac.v1.RoleBinding {
  return new rbac.v1.RoleBinding(
    `${name}-access`,
    {
      metadata: { name: `${entrance.routeRole}-${service}`, namespace },
      ...bindingTo("ClusterRole", entrance.routeRole, traefik),
    },
    opts,
  );
}
