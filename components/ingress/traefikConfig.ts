/** How the ACME server checks that a host is yours. */
export type AcmeChallenge = "dns01" | "http01" | "tlsAlpn01";

/** Certificates by ACME. */
export interface AcmeArgs {
  /** Account's e-mail address; the authority writes there before a certificate expires. */
  email: string;
  /**
   * `dns01`: a TXT record at Cloudflare, needs no open port. `http01`: needs port 80 open to the internet;
   * `tlsAlpn01`: port 443.
   */
  challenge: AcmeChallenge;
  /** `production` or `staging` (Let's Encrypt), or the https url of another ACME directory. */
  directory: string;
}

/** What decides Traefik's configuration. */
export interface TraefikConfigArgs {
  /**
   * Where certificates come from: `acme`, or `selfSigned`, where Traefik serves every host with one certificate
   * that it makes anew at each start, and which browsers warn of.
   */
  certificates: "acme" | "selfSigned";
  /** Required with `certificates: "acme"`, and without effect otherwise. */
  acme?: AcmeArgs;
  /**
   * Namespaces whose Ingresses are served: exactly those that have a Route. Traefik may read Services and
   * Secrets there and nowhere else, and serves nothing at all until each of them has one.
   */
  namespaces: readonly string[];
}

/** Name of the certificate resolver that routes name. */
export const acmeResolver = "acme";
/** Name of the entry point for HTTPS that routes name. */
export const secureEntryPoint = "websecure";
/** Name of the IngressClass that Traefik serves. */
export const ingressClassName = "traefik";

/** The ports that Traefik listens on in its container: above 1024, so that it needs no privilege for them. */
export const containerPorts = { web: 8080, websecure: 8443, ping: 8082 } as const;

/** How certificates are got by ACME, if they are. */
export function acmeOf({ certificates, acme }: Pick<TraefikConfigArgs, "certificates" | "acme">) {
  return certificates === "acme" ? acme : undefined;
}

/** Where Traefik finds and keeps its files in its container. */
export const traefikPaths = {
  configuration: "/etc/traefik",
  acmeStorage: "/var/lib/traefik",
  dnsApiToken: "/run/secrets/traefik/dns-api-token",
} as const;

// https://letsencrypt.org/docs/acme-protocol-updates and …/staging-environment
const letsEncrypt: Readonly<Record<string, string>> = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/**
 * Traefik's static configuration (traefik.yaml), read once at its start.
 *
 * Sections that are not there are off in Traefik: `api` (with the dashboard), `accessLog`, `metrics`, `tracing`.
 */
export function traefikStaticConfig(args: TraefikConfigArgs) {
  const acme = acmeOf(args);
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: "INFO" },
    entryPoints: {
      web: {
        address: `:${containerPorts.web}`,
        // The port and not the entry point's name: a name would send browsers to the container's port.
        http: { redirections: { entryPoint: { to: ":443", scheme: "https", permanent: true } } },
      },
      [secureEntryPoint]: {
        address: `:${containerPorts.websecure}`,
        // Without it a route that forgets its TLS would answer in plain text on the port for HTTPS.
        http: { tls: {} },
        // Bounds the whole request with its body. The default of 60 s would cut off a large `git push`.
        transport: { respondingTimeouts: { readTimeout: "600s" } },
      },
      ping: { address: `:${containerPorts.ping}` },
    },
    ping: { entryPoint: "ping" },
    providers: {
      // Not watched: a changed file gives the pod another hash, and so a restart.
      file: { filename: `${traefikPaths.configuration}/dynamic.yaml`, watch: false },
      // No namespaces would mean all of them, which Traefik has no right to read.
      ...(args.namespaces.length > 0 && {
        kubernetesIngress: {
          namespaces: [...args.namespaces].sort(),
          ingressClass: ingressClassName,
          // An app that restarts answers 503 and not 404.
          allowEmptyServices: true,
        },
      }),
    },
    ...(acme && { certificatesResolvers: { [acmeResolver]: { acme: acmeResolverConfig(acme) } } }),
  };
}

/** Traefik's dynamic configuration (dynamic.yaml): what does not come from Ingresses. */
export function traefikDynamicConfig() {
  return { tls: { options: { default: { minVersion: "VersionTLS12" } } } };
}

function acmeResolverConfig({ email, challenge, directory }: AcmeArgs) {
  return {
    email,
    storage: `${traefikPaths.acmeStorage}/acme.json`,
    caServer: letsEncrypt[directory] ?? directory,
    // Traefik's default, RSA of 4096 bits, costs a small board far more at each handshake.
    keyType: "EC256",
    ...challengeConfig(challenge),
  };
}

function challengeConfig(challenge: AcmeChallenge) {
  switch (challenge) {
    case "dns01":
      return {
        dnsChallenge: {
          provider: "cloudflare",
          // A home router may answer for the domain itself, and then the record is never seen.
          resolvers: ["1.1.1.1:53", "1.0.0.1:53"],
        },
      };
    case "http01":
      return { httpChallenge: { entryPoint: "web" } };
    case "tlsAlpn01":
      return { tlsChallenge: {} };
  }
}
