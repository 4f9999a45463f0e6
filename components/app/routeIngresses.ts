import type { LimitName } from "./limits.ts";
import { acmeResolver, entranceIn, secureEntryPoint } from "./entrance.ts";

/**
 * Where a host's certificate comes from: `acme` for one of its own, `{ wildcard }` for the one of all hosts
 * below the domain (`*.home.example.com`), `selfSigned` for Traefik's own, which browsers warn of.
 */
export type RouteTls = "acme" | "selfSigned" | { readonly wildcard: string };

/** What becomes of a password that a request brings along in its header `Authorization`. */
export type Authorization =
  /** The app gets it. */
  | "pass"
  /** It is taken off: the app gets no password to check. */
  | "drop"
  /** Traefik checks it against the users of the login, and the app gets neither it nor who fails. */
  | "login"
  /** Nobody gets through, whatever the password: status 400. */
  | "refuse";

/** How some paths of a host are guarded. */
export interface RouteGuard {
  /** The limit that holds for each client address. Always before any password is checked. */
  limit: LimitName;
  authorization: Authorization;
  /** Whether addresses outside the LAN are refused. Default: false. */
  isLanOnly?: boolean;
}

/** Paths of a host that are guarded otherwise than the rest. */
export interface GuardedPaths extends RouteGuard {
  /** Suffix of the Ingress: `login`. */
  name: string;
  /** Paths with everything below them, such as `/api`. */
  prefixes?: readonly string[];
  /** Regular expressions (RE2); see {@link fromStart}. Each path and each pattern has its own limit. */
  patterns?: readonly string[];
}

/**
 * A pattern that matches from the start of the path only. An Ingress takes no path that does not begin with a
 * slash, and so no `^`: no slash at all, written as one that is there no times, comes before it.
 */
export function fromStart(pattern: string): string {
  return `/{0}^${pattern}`;
}

/** What decides the Ingresses of a host. */
export interface RouteIngressArgs extends RouteGuard {
  /** Full host name, such as `gogs.home.example.com`. */
  host: string;
  /** Name of the service behind it, and of the Ingress. */
  service: string;
  /** Port of the service. */
  port: number;
  /** Where the host's certificate comes from. Default: `acme`. */
  tls?: RouteTls;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  entrance?: string | undefined;
  /** Paths that are guarded otherwise. */
  guarded?: readonly GuardedPaths[];
}

/** The Ingresses of a host: one for its guarded paths each, since annotations hold for a whole Ingress. */
export function routeIngresses(args: RouteIngressArgs) {
  const everything = { ...args, name: "", prefixes: ["/"] };
  return [everything, ...(args.guarded ?? [])].map((paths) => ({
    name: paths.name === "" ? args.service : `${args.service}-${paths.name}`,
    annotations: routeAnnotations(args.tls ?? "acme", paths),
    spec: ingressSpec(args, paths),
  }));
}

function ingressSpec(
  { host, service, port, entrance }: RouteIngressArgs,
  { prefixes, patterns }: Partial<GuardedPaths>,
) {
  const backend = { service: { name: service, port: { number: port } } };
  const paths = [
    ...(prefixes ?? []).map((path) => ({ path, pathType: "Prefix", backend })),
    ...(patterns ?? []).map((path) => ({ path, pathType: "ImplementationSpecific", backend })),
  ];
  const { clusterName: ingressClassName } = entranceIn(entrance);
  return { ingressClassName, tls: [{ hosts: [host] }], rules: [{ host, http: { paths } }] };
}

function routeAnnotations(tls: RouteTls, guard: Omit<GuardedPaths, "name">): Record<string, string> {
  const router = "traefik.ingress.kubernetes.io/router";
  return {
    [`${router}.entrypoints`]: secureEntryPoint,
    [`${router}.middlewares`]: middlewares(guard)
      .map((name) => `${name}@file`)
      .join(","),
    ...(guard.patterns && { [`${router}.pathmatcher`]: "PathRegexp" }),
    // A router's own TLS replaces the entry point's, so it is given in every case.
    ...(tls === "selfSigned"
      ? { [`${router}.tls`]: "true" }
      : { [`${router}.tls.certresolver`]: acmeResolver }),
    ...(typeof tls === "object" && { [`${router}.tls.domains.0.main`]: tls.wildcard }),
    // Traefik on host ports publishes no load balancer's address, which Pulumi would wait for.
    "pulumi.com/skipAwait": "true",
  };
}

/** In this order they act: the limits before the password. */
function middlewares({ limit, authorization, isLanOnly }: RouteGuard): string[] {
  const guards = { pass: [], drop: ["withoutCredentials"], login: ["login"], refuse: ["refuse"] };
  return ["headers", ...(isLanOnly ? ["lan"] : []), "inFlight", limit, ...guards[authorization]];
}
