import { networking } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { registerRouteAccess } from "./traefikAccess.ts";
import { acmeResolver, ingressClassName, secureEntryPoint } from "./traefikConfig.ts";

/** What a route needs to know. */
export interface RouteArgs {
  /** Namespace of the service. It must be among the `namespaces` that Traefik serves. */
  namespace: Input<string>;
  /** Full host name, such as `gogs.home.example.com`. */
  host: string;
  /** Name of the service behind it, and of the Ingress. */
  service: string;
  /** Port of the service. */
  port: number;
  /** Where the host's certificate comes from; as Traefik's `certificates`. */
  tls: "acme" | "selfSigned";
}

/** One app's host on the entrance, over HTTPS: a plain Ingress, and leave for Traefik to read the namespace. */
export class Route extends ComponentResource {
  constructor(name: string, args: RouteArgs, opts?: ComponentResourceOptions) {
    super("bramble:ingress:Route", name, args, opts);
    const { namespace, host, service, port, tls } = args;
    const access = registerRouteAccess(name, namespace, service, { parent: this });
    new networking.v1.Ingress(
      `${name}-ingress`,
      {
        metadata: { name: service, namespace, annotations: routeAnnotations(tls) },
        spec: {
          ingressClassName,
          tls: [{ hosts: [host] }],
          rules: [
            {
              host,
              http: {
                paths: [
                  {
                    path: "/",
                    pathType: "Prefix",
                    backend: { service: { name: service, port: { number: port } } },
                  },
                ],
              },
            },
          ],
        },
      },
      { parent: this, dependsOn: access },
    );
    this.registerOutputs({});
  }
}

/** What an Ingress has no field for. */
export function routeAnnotations(tls: RouteArgs["tls"]): Record<string, string> {
  const router = "traefik.ingress.kubernetes.io/router";
  return {
    [`${router}.entrypoints`]: secureEntryPoint,
    // A router's own TLS replaces the entry point's, so it is given in both cases.
    ...(tls === "acme" ? { [`${router}.tls.certresolver`]: acmeResolver } : { [`${router}.tls`]: "true" }),
    // Traefik on host ports publishes no load balancer's address, which Pulumi would wait for.
    "pulumi.com/skipAwait": "true",
  };
}
