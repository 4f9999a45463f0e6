/** Names that routes and the entrance share. */
export const entrance = {
  /** Traefik, its service account and its backups. */
  name: "traefik",
  namespace: "ingress",
  /** The ClusterRole with what Traefik may read in a namespace that has a route. */
  routeRole: "traefik-routes",
} as const;

/** Name of the certificate resolver that routes name. */
export const acmeResolver = "acme";
/** Name of the entry point for HTTPS that routes name. */
export const secureEntryPoint = "websecure";
/** Name of the IngressClass that Traefik serves. */
export const ingressClassName = "traefik";
