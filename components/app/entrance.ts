/** An entrance, by which routes and Traefik know each other. A cluster may have several: each has its namespace. */
export interface Entrance {
  /** Traefik, in its namespace: its pods and its service account. */
  readonly name: string;
  readonly namespace: string;
  /** What of it has no namespace: its ClusterRole, its IngressClass, the repository of its backups. */
  readonly clusterName: string;
  /** The ClusterRole with what Traefik may read in a namespace that has a route. */
  readonly routeRole: string;
}

/** Namespace of an entrance by default. */
export const entranceNamespace = "ingress";

/** The entrance of a namespace. */
export function entranceIn(namespace = entranceNamespace): Entrance {
  const clusterName = namespace === entranceNamespace ? "traefik" : `traefik-${namespace}`;
  return { name: "traefik", namespace, clusterName, routeRole: `${clusterName}-routes` };
}

/** Name of the certificate resolver that routes name. */
export const acmeResolver = "acme";
/** Name of the entry point for HTTPS that routes name. */
export const secureEntryPoint = "websecure";
