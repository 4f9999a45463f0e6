import { defaultLimits, lanMiddleware, limitMiddlewares, type Limits, privateRanges } from "../app/limits.ts";
import { secureEntryPoint } from "../app/entrance.ts";
import type { SshForward, TraefikConfigArgs } from "./traefikConfig.ts";
import { containerPlace, type TraefikPlace } from "./traefikPlace.ts";

/** What decides Traefik's dynamic configuration. */
export interface TraefikDynamicArgs extends Pick<TraefikConfigArgs, "trustedProxies" | "ssh"> {
  /** What one client address may ask for. Default: `defaultLimits`. */
  limits?: Limits;
  /** Address ranges of the LAN, for hosts that are for it alone. Default: all private ones. */
  lan?: readonly string[];
  /** Given if there is a login for pages that have none of their own. */
  login?: { user: string };
}

/** Name of the file, in the folder of users, with the lines `name:hash` of who may pass the login. */
export const usersFile = "users";

// Mozilla's intermediate set without what has no forward secrecy; Go orders them itself, and TLS 1.3 has its own
// (https://ssl-config.mozilla.org/guidelines/5.7.json).
const cipherSuites = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/** Traefik's dynamic configuration (dynamic.yaml): what does not come from Ingresses. */
export function traefikDynamicConfig(args: TraefikDynamicArgs, place: TraefikPlace = containerPlace) {
  const { limits = defaultLimits, lan = privateRanges, trustedProxies = [] } = args;
  return {
    tls: { options: { default: { minVersion: "VersionTLS12", cipherSuites } } },
    http: {
      routers: { refusedPaths },
      middlewares: {
        refuse,
        headers: { headers: securityHeaders },
        lan: lanMiddleware(lan),
        ...limitMiddlewares(limits, trustedProxies),
        withoutCredentials: { headers: { customRequestHeaders: { Authorization: "" } } },
        ...(args.login && {
          login: { basicAuth: { usersFile: `${place.paths.users}/${usersFile}`, removeHeader: true } },
        }),
      },
    },
    ...(args.ssh && { tcp: sshForward(args.ssh) }),
  };
}

/**
 * Paths with `;` or `\`, before any route. Programs that take `;x` for a parameter read `/readings/..;x/` as `/`,
 * and `/user;x/login` as `/user/login`, where Traefik sees neither the login's page nor its limit. Traefik 3.7.18
 * resolves the first form (CVE-2026-137481), no version the second.
 */
const refusedPaths = {
  entryPoints: [secureEntryPoint],
  rule: "PathRegexp(`[;\\\\]`)",
  // Above a rule's own priority, which is its length.
  priority: 1_000_000,
  tls: {},
  middlewares: ["headers", "inFlight", "requests", "refuse"],
  service: "noop@internal",
};

/** Nobody has this address, so everybody is refused. */
const refuse = { ipAllowList: { sourceRange: ["255.255.255.255/32"], rejectStatusCode: 400 } };

/** What browsers are told with every answer, also with those that Traefik gives itself. */
const securityHeaders = {
  // A year. Not for subdomains, and not preloaded: the domain may have other hosts than these.
  stsSeconds: 31_536_000,
  forceSTSHeader: true,
  contentTypeNosniff: true,
  customFrameOptionsValue: "SAMEORIGIN",
  referrerPolicy: "strict-origin-when-cross-origin",
};

function sshForward({ backend }: SshForward) {
  return {
    routers: { ssh: { entryPoints: ["ssh"], rule: "HostSNI(`*`)", service: "ssh" } },
    services: { ssh: { loadBalancer: { servers: [{ address: backend }] } } },
  };
}
