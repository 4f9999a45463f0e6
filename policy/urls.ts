import { parse } from "yaml";
import { configMapData, idOf, isOf, metadataOf } from "./pods.ts";
import { type RuleViolation, type Seen, stackRule } from "./rule.ts";

interface IngressSpec {
  readonly rules?: readonly {
    readonly host?: string;
    readonly http?: { readonly paths?: readonly { readonly path?: string }[] };
  }[];
}

const isIngress = (resource: Seen) => isOf(resource, "networking.k8s.io/v1:Ingress");

/** A host leads to one app: two would answer by turns, or the one that was there first. */
export const oneAppPerHost = stackRule({
  name: "one-app-per-host",
  description: "No two Ingresses have the same host and path.",
  concerns: isIngress,
  mayOmit: isIngress,
  violations: (resources) => {
    const first = new Map<string, Seen>();
    // The engine shows them in the order in which they were registered by chance.
    const ingresses = resources.filter(isIngress).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    return ingresses.flatMap((resource): RuleViolation[] => {
      const { rules = [] } = (resource.props.spec ?? {}) as IngressSpec;
      const places = rules.flatMap(({ host = "*", http }) =>
        (http?.paths ?? [{}]).map(({ path = "/" }) => `${host}${path}`),
      );
      return places.flatMap((place) => {
        const other = first.get(place) ?? resource;
        first.set(place, other);
        if (other === resource) return [];
        return {
          message: `${place} is already used by ${idOf(other)}. Give one of them another host.`,
          resource,
        };
      });
    });
  },
});

type Middlewares = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
interface TraefikFile {
  readonly http?: {
    readonly middlewares?: Middlewares;
    readonly routers?: Readonly<Record<string, { readonly middlewares?: readonly string[] }>>;
  };
  readonly entryPoints?: Readonly<
    Record<string, { readonly http?: { readonly middlewares?: readonly string[] } }>
  >;
}

const annotation = {
  middlewares: "traefik.ingress.kubernetes.io/router.middlewares",
  entryPoints: "traefik.ingress.kubernetes.io/router.entrypoints",
  nginxAuth: "nginx.ingress.kubernetes.io/auth-type",
};

/** Whoever may guess a password may not guess often. */
export const rateLimitedAuth = stackRule({
  name: "rate-limited-auth",
  description: "Every basic authentication has a rate limit in front of it.",
  concerns: isIngress,
  violations: (resources) => {
    const files = resources.flatMap(traefikFiles);
    const middlewares = middlewaresOf(files, resources);
    const atEntry = (name: string) =>
      files.flatMap(({ entryPoints }) => entryPoints?.[name]?.http?.middlewares ?? []);
    const ingresses = resources.filter(isIngress).flatMap((resource): RuleViolation[] => {
      const { annotations = {} } = metadataOf(resource);
      const entries = namesIn(annotations[annotation.entryPoints]).flatMap(atEntry);
      const ofRoute = namesIn(annotations[annotation.middlewares]);
      const nginx = annotations[annotation.nginxAuth] === "basic" && !hasNginxLimit(annotations);
      const auth =
        authBeforeLimit([...entries, ...ofRoute], middlewares) ?? (nginx ? "auth-type: basic" : undefined);
      return auth === undefined ? [] : [{ message: guessable(idOf(resource), auth), resource }];
    });
    const routers = files.flatMap(({ http }) => Object.entries(http?.routers ?? {}));
    return [
      ...ingresses,
      ...routers.flatMap(([name, router]) => {
        const auth = authBeforeLimit(router.middlewares ?? [], middlewares);
        return auth === undefined ? [] : [{ message: guessable(`Traefik's router ${name}`, auth) }];
      }),
    ];
  },
});

function guessable(what: string, auth: string): string {
  return `${what} asks for a password (${auth}) without a rate limit in front of it: passwords can be guessed as fast as the board answers. Put a rateLimit first.`;
}

/** Traefik's own configuration files, in ConfigMaps. */
function traefikFiles(resource: Seen): TraefikFile[] {
  return Object.entries(configMapData(resource) ?? {}).flatMap(([key, text]) => {
    if (!/\.ya?ml$/.test(key)) return [];
    const file = parse(text) as TraefikFile | null;
    return file?.http === undefined && file?.entryPoints === undefined ? [] : [file];
  });
}

/** All middlewares by the names by which routers call them, with their provider. */
function middlewaresOf(files: readonly TraefikFile[], resources: readonly Seen[]): Middlewares {
  const inFiles = files.flatMap(({ http }) =>
    Object.entries(http?.middlewares ?? {}).flatMap(([name, each]) => [
      [name, each] as const,
      [`${name}@file`, each] as const,
    ]),
  );
  const inCluster = resources
    .filter(({ type }) => /^kubernetes:traefik\.io\/v1alpha1:Middleware$/.test(type))
    .map((resource) => {
      const spec = resource.props.spec as Record<string, unknown> | undefined;
      return [`${idOf(resource).replace("/", "-")}@kubernetescrd`, spec] as const;
    });
  return Object.fromEntries([...inFiles, ...inCluster]);
}

/** The first basic authentication that no rate limit comes before. */
function authBeforeLimit(names: readonly string[], middlewares: Middlewares): string | undefined {
  const flat = names.flatMap((name) => chainOf(name, middlewares));
  const auth = flat.findIndex((name) => kindOf(name, middlewares, "basicAuth", "digestAuth"));
  const limit = flat.findIndex((name) => kindOf(name, middlewares, "rateLimit"));
  return auth >= 0 && (limit < 0 || limit > auth) ? flat[auth] : undefined;
}

function chainOf(name: string, middlewares: Middlewares): string[] {
  const chain = middlewares[name]?.chain as { middlewares?: readonly string[] } | undefined;
  return chain ? (chain.middlewares ?? []).flatMap((each) => chainOf(each, middlewares)) : [name];
}

function kindOf(name: string, middlewares: Middlewares, ...kinds: string[]): boolean {
  return kinds.some((kind) => middlewares[name]?.[kind] !== undefined);
}

function namesIn(list = ""): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function hasNginxLimit(annotations: Readonly<Record<string, string>>): boolean {
  return ["limit-rps", "limit-rpm"].some(
    (each) => annotations[`nginx.ingress.kubernetes.io/${each}`] !== undefined,
  );
}
