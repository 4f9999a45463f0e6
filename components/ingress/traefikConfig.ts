import { type AcmeArgs, acmeResolverConfig, defaultAcme } from "./acmeConfig.ts";
import { acmeResolver, entranceIn, secureEntryPoint } from "../app/entrance.ts";
import { containerPlace, type TraefikPlace } from "./traefikPlace.ts";

/** What decides Traefik's static configuration. */
export interface TraefikConfigArgs {
  /**
   * Its namespace, by which routes name it as their `entrance`. Default: `ingress`; another one for each further
   * entrance of a cluster.
   */
  namespace?: string | undefined;
  /**
   * Where certificates come from: `acme`, or `selfSigned`, where Traefik serves every host with one certificate
   * that it makes anew at each start, and which browsers warn of. Default: `acme`.
   */
  certificates?: "acme" | "selfSigned";
  /** Required with `certificates: "acme"`, and without effect otherwise. */
  acme?: AcmeArgs;
  /**
   * Namespaces whose Ingresses are served: exactly those that have a Route. Traefik may read Services and
   * Secrets there and nowhere else, and serves nothing at all until each of them has one.
   */
  namespaces: readonly string[];
  /**
   * Proxies whose X-Forwarded-For is believed, as address ranges: Cloudflare's where it stands in front. From
   * anybody else the header is dropped. Default: none.
   */
  trustedProxies?: readonly string[];
  /** Git over SSH, which Traefik hands on as it comes. None if omitted. */
  ssh?: SshForward;
}

/** Where connections for git over SSH come in, and where they go. */
export interface SshForward {
  /** Port of the board; not 22, where the board's own SSH server is. */
  port: number;
  /** The SSH server in the cluster, `host:port`. */
  backend: string;
}

/** How certificates are got by ACME, if they are. */
export function acmeOf({ certificates = "acme", acme }: Pick<TraefikConfigArgs, "certificates" | "acme">) {
  return certificates === "acme" && acme ? { ...defaultAcme, ...acme } : undefined;
}

/**
 * Traefik's static configuration (traefik.yaml), read once at its start.
 *
 * Sections that are not there are off in Traefik: `api` (with the dashboard), `metrics`, `tracing`.
 */
export function traefikStaticConfig(args: TraefikConfigArgs, place: TraefikPlace = containerPlace) {
  const acme = acmeOf(args);
  const { ports, paths, listen } = place;
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: "INFO" },
    accessLog,
    entryPoints: {
      web: {
        address: `${listen}:${ports.web}`,
        ...trusting(args.trustedProxies),
        // The port and not the entry point's name: a name would send browsers to the container's port.
        http: {
          ...requestRules,
          redirections: { entryPoint: { to: `:${place.publicPort}`, scheme: "https", permanent: true } },
        },
      },
      [secureEntryPoint]: {
        address: `${listen}:${ports.websecure}`,
        ...trusting(args.trustedProxies),
        // Without it a route that forgets its TLS would answer in plain text on the port for HTTPS.
        http: { ...requestRules, tls: {} },
        transport: {
          // Bounds the whole request with its body. The default of 60 s would cut off a large `git push`.
          respondingTimeouts: { readTimeout: "600s" },
          // Longer than most requests take, and shorter than the pod's own grace period.
          lifeCycle: { graceTimeOut: "20s" },
        },
      },
      ...(args.ssh && { ssh: { address: `${listen}:${ports.ssh}`, http: requestRules } }),
      ping: { address: `${listen}:${ports.ping}`, http: requestRules },
    },
    ping: { entryPoint: "ping" },
    providers: {
      // Not watched: a changed file gives the pod another hash, and so a restart.
      file: { filename: `${paths.configuration}/dynamic.yaml`, watch: false },
      // No namespaces would mean all of them, which Traefik has no right to read.
      ...(args.namespaces.length > 0 && {
        kubernetesIngress: {
          namespaces: [...args.namespaces].sort(),
          ingressClass: entranceIn(args.namespace).clusterName,
          // An app that restarts answers 503 and not 404.
          allowEmptyServices: true,
        },
      }),
    },
    ...(acme && { certificatesResolvers: { [acmeResolver]: { acme: acmeResolverConfig(acme, place) } } }),
  };
}

/**
 * What a program behind may read otherwise than Traefik, on every entry point, or Traefik warns of those without.
 *
 * Paths: `/user%2Flogin` would not be the login's path here, and pass by its limit, but be it there. They are
 * refused; `;` and `\` as they are by `refusedPaths` of the dynamic configuration.
 *
 * Headers: `X_Forwarded_For` and `X.Forwarded.For` are headers of their own here, but X-Forwarded-For to a program
 * that makes variables of names (CVE-2026-88011). They are taken off.
 */
const requestRules = {
  encodedCharacters: {
    allowEncodedSlash: false,
    allowEncodedBackSlash: false,
    allowEncodedNullCharacter: false,
    allowEncodedSemicolon: false,
  },
  aliasHeadersStrategy: "delete",
} as const;

function trusting(proxies: readonly string[] = []) {
  return proxies.length > 0 ? { forwardedHeaders: { trustedIPs: [...proxies] } } : {};
}

/**
 * One line for each request, with who asked for what and how it went. The user's name is left out: people type
 * their passwords there.
 */
const accessLog = {
  format: "json",
  fields: { names: { ClientUsername: "drop" }, headers: { defaultMode: "drop" } },
};
