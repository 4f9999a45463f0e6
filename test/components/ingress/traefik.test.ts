import { compareSync } from "bcryptjs";
import { beforeAll, describe, expect, it } from "vitest";
import { gogsGuards } from "../../../components/gogs/gogsRoute.ts";
import { requireWhatAcmeNeeds, type TraefikArgs } from "../../../components/ingress/traefik.ts";
import { defaultLimits, privateRanges } from "../../../components/app/limits.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const acme = { email: "me@example.com", challenge: "dns01", directory: "production" } as const;
const args: TraefikArgs = {
  board: "pi3-1",
  certificates: "acme",
  acme,
  dnsApiToken: "a".repeat(40),
  directory: "/var/lib/bramble",
  namespaces: ["gogs"],
  trustedProxies: [],
  limits: defaultLimits,
  lan: privateRanges,
};

describe("Traefik", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { Traefik } = await import("../../../components/ingress/traefik.ts");
      new Traefik("traefik", args);
      new Traefik("other-token", { ...args, dnsApiToken: "b".repeat(40) });
      new Traefik("other-email", {
        ...args,
        acme: { ...args.acme, email: "you@example.com" },
      });
      new Traefik("self-signed", { ...args, certificates: "selfSigned" });
      const directoryCa = "-----BEGIN CERTIFICATE-----";
      new Traefik("private-authority", { ...args, acme: { ...acme, directoryCa } });
      new Traefik("login", { ...args, login: { user: "me", password: "correct horse battery" } });
      new Traefik("other-login", { ...args, login: { user: "me", password: "incorrect horse" } });
    });
  });
  const hashOf = (name: string) => {
    const { spec } = inputsOf(registered, "Deployment", `${name}-deployment`) as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    return spec.template.metadata.annotations["bramble/config-hash"];
  };

  it("is allowed its host ports", () => {
    expect(inputsOf(registered, "Namespace", "traefik-namespace").metadata).toMatchObject({
      name: "ingress",
      labels: { "pod-security.kubernetes.io/enforce": "privileged" },
    });
  });

  it("may read no Secret but where a route lets it", () => {
    expect(JSON.stringify(inputsOf(registered, "ClusterRole", "traefik-role").rules)).not.toContain(
      "secrets",
    );
    const bindings = registered.filter(({ type }) => type.endsWith(":ClusterRoleBinding"));
    for (const { inputs } of bindings) expect(inputs.roleRef).toMatchObject({ name: "traefik" });
    expect(bindings).not.toHaveLength(0);
  });

  it("may read all that its provider waits for", () => {
    const rules = ["traefik-role", "traefik-routes-role"].flatMap(
      (name) => inputsOf(registered, "ClusterRole", name).rules as { resources: string[]; verbs: string[] }[],
    );
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual([
      "endpointslices",
      "ingressclasses",
      "ingresses",
      "nodes",
      "secrets",
      "services",
    ]);
    for (const { verbs } of rules) expect(verbs).toEqual(["get", "list", "watch"]);
  });

  it.for(["other-token", "other-email", "login"])("starts anew with %s", (name) => {
    expect(hashOf("traefik")).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(name)).not.toBe(hashOf("traefik"));
  });

  it("keeps the DNS token in a Secret alone", () => {
    const holders = registered.filter(({ type, inputs }) => {
      return type.startsWith("kubernetes:") && JSON.stringify(inputs).includes("a".repeat(40));
    });
    expect(holders.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["traefik-dns", "other-email-dns"]),
    );
    for (const { type } of holders) expect(type).toBe("kubernetes:core/v1:Secret");
  });

  it("keeps of the login's password only a hash in the cluster, and that in a Secret", () => {
    const inCluster = registered.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(JSON.stringify(inCluster)).not.toContain("correct horse battery");
    const holders = inCluster.filter(({ inputs }) => JSON.stringify(inputs).includes("$2b$"));
    expect(holders.map(({ name }) => name)).toEqual(["login-login-users", "other-login-login-users"]);
    for (const { secrets } of holders) expect(secrets).toContain("stringData");
    const { stringData } = inputsOf(registered, "Secret", "login-login-users");
    const [, hash] = (stringData as { users: string }).users.trim().split(":");
    expect(compareSync("correct horse battery", hash!)).toBe(true);
    expect(hashOf("login")).not.toBe(hashOf("other-login"));
  });

  it("reads the login's users in its pod, where there is a login", () => {
    expect(JSON.stringify(inputsOf(registered, "Deployment", "login-deployment"))).toContain("traefik-users");
    expect(JSON.stringify(inputsOf(registered, "Deployment", "traefik-deployment"))).not.toContain("users");
  });

  it("brings a private authority's certificate along", () => {
    expect(inputsOf(registered, "ConfigMap", "private-authority-configuration").data).toMatchObject({
      "acme-ca.pem": "-----BEGIN CERTIFICATE-----",
    });
  });

  it("makes no volume with selfSigned", () => {
    const names = registered.map(({ name }) => name);
    expect(names).toContain("traefik-acme-volume");
    expect(names).not.toContain("self-signed-acme-volume");
    expect(names).not.toContain("self-signed-dns");
  });
});

describe("requireWhatAcmeNeeds", () => {
  it.for([
    ["acme", { acme: undefined }],
    ["dnsApiToken", { dnsApiToken: undefined }],
  ] as const)("says that %s is missing", ([propertyPath, change]) => {
    expect(() => {
      requireWhatAcmeNeeds({ ...args, ...change });
    }).toThrow(expect.objectContaining({ propertyPath }));
  });

  it.for([
    ["everything", {}],
    ["http01 without a token", { acme: { ...acme, challenge: "http01" }, dnsApiToken: undefined }],
    ["selfSigned without either", { certificates: "selfSigned", acme: undefined, dnsApiToken: undefined }],
  ] as const)("is content with %s", ([, change]) => {
    expect(() => {
      requireWhatAcmeNeeds({ ...args, ...change });
    }).not.toThrow();
  });
});

describe("Route", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { Route } = await import("../../../components/app/route.ts");
      const route = {
        namespace: "gogs",
        host: "gogs.home.example.com",
        service: "gogs",
        port: 80,
        ...gogsGuards,
      };
      new Route("acme", { ...route, tls: "acme" });
      new Route("self-signed", { ...route, tls: "selfSigned" });
      new Route("wildcard", { ...route, tls: { wildcard: "*.home.example.com" } });
    });
  });
  const annotations = (name: string) =>
    (inputsOf(registered, "Ingress", `${name}-ingress`).metadata as { annotations: Record<string, string> })
      .annotations;

  it("leads from its host to its service, over TLS", () => {
    expect(inputsOf(registered, "Ingress", "acme-ingress").spec).toEqual({
      ingressClassName: "traefik",
      tls: [{ hosts: ["gogs.home.example.com"] }],
      rules: [
        {
          host: "gogs.home.example.com",
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: { service: { name: "gogs", port: { number: 80 } } } },
            ],
          },
        },
      ],
    });
  });

  it("limits each client before a password is checked, tighter where people and programs sign in", () => {
    const middlewares = (ingress: string) => {
      const { metadata } = inputsOf(registered, "Ingress", `acme-ingress${ingress}`);
      const all = (metadata as { annotations: Record<string, string> }).annotations;
      return all["traefik.ingress.kubernetes.io/router.middlewares"]?.replaceAll("@file", "").split(",");
    };
    expect(middlewares("")).toEqual(["headers", "inFlight", "requests", "withoutCredentials"]);
    expect(middlewares("-login")).toEqual(["headers", "inFlight", "logins", "withoutCredentials"]);
    expect(middlewares("-git")).toEqual(["headers", "inFlight", "credentials"]);
    expect(middlewares("-refused")).toEqual(["headers", "inFlight", "requests", "refuse"]);
  });

  it("takes the wildcard's certificate, or one of its own", () => {
    const main = "traefik.ingress.kubernetes.io/router.tls.domains.0.main";
    expect(annotations("wildcard")).toMatchObject({ [main]: "*.home.example.com" });
    expect(annotations("acme")).not.toHaveProperty([main]);
  });

  it("is on the entry point for HTTPS alone, and not waited for", () => {
    for (const name of ["acme", "self-signed"]) {
      expect(annotations(name)).toMatchObject({
        "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
        "pulumi.com/skipAwait": "true",
      });
    }
  });

  it("names the resolver with acme, and none with selfSigned", () => {
    const resolver = "traefik.ingress.kubernetes.io/router.tls.certresolver";
    expect(annotations("acme")).toMatchObject({ [resolver]: "acme" });
    expect(annotations("self-signed")).not.toHaveProperty([resolver]);
    expect(annotations("self-signed")).toMatchObject({ "traefik.ingress.kubernetes.io/router.tls": "true" });
  });

  it("lets Traefik read its namespace", () => {
    expect(inputsOf(registered, "RoleBinding", "acme-access")).toMatchObject({
      metadata: { namespace: "gogs" },
      roleRef: { kind: "ClusterRole", name: "traefik-routes" },
      subjects: [{ kind: "ServiceAccount", name: "traefik", namespace: "ingress" }],
    });
  });
});
