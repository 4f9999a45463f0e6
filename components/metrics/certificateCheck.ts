/** Certificates whose days are counted. */
export interface WatchedCertificates {
  /** Address of the board that is the entrance. */
  readonly address: string;
  /** The hosts behind it. */
  readonly hosts: readonly string[];
}

/**
 * The agent's check `tls`, as part of a pod's annotation: how many days certificates have left, the API server's
 * and those of the entrance. It belongs to kube-state-metrics' pod, because the agent of that pod's board has
 * loaded Python already, which on another board would cost memory.
 *
 * @param entrance undefined where there is none
 */
export function certificateCheck(entrance: WatchedCertificates | undefined): object {
  const apiServer = {
    name: "api-server",
    server: "kubernetes.default.svc",
    port: 443,
    tls_ca_cert: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
  };
  const hosts = (entrance?.hosts ?? []).map((host) => ({
    name: host,
    // Not by its name: a router may not lead from inside the home to its own outside.
    server: entrance?.address,
    server_hostname: host,
    port: 443,
    // Days are counted of a self-signed one too.
    tls_validate_hostname: false,
    tls_verify: false,
  }));
  const instances = [apiServer, ...hosts].map((instance) => ({ ...instance, min_collection_interval: 3600 }));
  return { tls: { ignore_autodiscovery_tags: true, init_config: {}, instances } };
}
