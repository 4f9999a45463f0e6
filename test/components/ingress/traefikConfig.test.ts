import { describe, expect, it } from "vitest";
import type { AcmeArgs } from "../../../components/ingress/acmeConfig.ts";
import { defaultLimits, privateRanges } from "../../../components/app/limits.ts";
import { type TraefikConfigArgs, traefikStaticConfig } from "../../../components/ingress/traefikConfig.ts";
import { traefikDynamicConfig, type TraefikDynamicArgs } from "../../../components/ingress/traefikDynamic.ts";

const acme: AcmeArgs = { email: "me@example.com", challenge: "dns01", directory: "production" };

function config(changes: Partial<TraefikConfigArgs> = {}) {
  return traefikStaticConfig({
    certificates: "acme",
    acme,
    namespaces: ["sensors", "gogs"],
    trustedProxies: [],
    ...changes,
  });
}

function resolver(changes: Partial<AcmeArgs>) {
  return config({ acme: { ...acme, ...changes } }).certificatesResolvers?.acme.acme;
}

describe("traefikStaticConfig", () => {
  it("redirects for good to the port that browsers know, not to the container's", () => {
    expect(config().entryPoints.web.http.redirections.entryPoint).toEqual({
      to: ":443",
      scheme: "https",
      permanent: true,
    });
    expect(config().entryPoints.websecure).toMatchObject({ address: ":8443", http: { tls: {} } });
  });

  it("has no dashboard and calls nobody home", () => {
    expect(Object.keys(config()).sort()).toEqual([
      "accessLog",
      "certificatesResolvers",
      "entryPoints",
      "global",
      "log",
      "ping",
      "providers",
    ]);
    expect(config().global).toEqual({ checkNewVersion: false, sendAnonymousUsage: false });
  });

  it("serves the Ingresses of the given namespaces", () => {
    expect(config().providers).toMatchObject({ kubernetesIngress: { namespaces: ["gogs", "sensors"] } });
  });

  it("serves none, rather than those of all namespaces, where none is given", () => {
    expect(config({ namespaces: [] }).providers).not.toHaveProperty("kubernetesIngress");
  });

  it("registers without a contact where no address is set", () => {
    expect(
      config({ acme: { challenge: "dns01", directory: "production" } }).certificatesResolvers?.acme.acme,
    ).not.toHaveProperty("email");
  });

  it.for([
    ["dns01", "dnsChallenge", { provider: "cloudflare" }],
    ["http01", "httpChallenge", { entryPoint: "web" }],
    ["tlsAlpn01", "tlsChallenge", {}],
  ] as const)("proves a host by %s alone", ([challenge, key, value]) => {
    const made = resolver({ challenge });
    expect(made).toMatchObject({ email: "me@example.com", [key]: value });
    expect(Object.keys(made ?? {}).filter((each) => each.endsWith("Challenge"))).toEqual([key]);
  });

  it.for([
    ["production", "https://acme-v02.api.letsencrypt.org/directory"],
    ["staging", "https://acme-staging-v02.api.letsencrypt.org/directory"],
    ["https://ca.example.com/dir", "https://ca.example.com/dir"],
  ] as const)("takes certificates from %s", ([directory, caServer]) => {
    expect(resolver({ directory })).toMatchObject({ caServer });
  });

  it("knows the private authority of another directory by its file", () => {
    const directoryCa = "-----BEGIN CERTIFICATE-----";
    expect(resolver({ directoryCa })).toMatchObject({ caCertificates: ["/etc/traefik/acme-ca.pem"] });
    expect(resolver({})).not.toHaveProperty("caCertificates");
  });

  it("asks no authority with selfSigned, whatever else is given", () => {
    expect(config({ certificates: "selfSigned" })).not.toHaveProperty("certificatesResolvers");
  });
});

function dynamic(changes: Partial<TraefikDynamicArgs> = {}) {
  return traefikDynamicConfig({ limits: defaultLimits, lan: privateRanges, trustedProxies: [], ...changes });
}

describe("traefikDynamicConfig", () => {
  it("refuses what is older than TLS 1.2, and what has no forward secrecy", () => {
    const { minVersion, cipherSuites } = dynamic().tls.options.default;
    expect(minVersion).toBe("VersionTLS12");
    for (const suite of cipherSuites) expect(suite).toMatch(/^TLS_ECDHE_.*(GCM|POLY1305)/);
  });

  it("counts each client by itself, IPv6 by its home's prefix", () => {
    expect(dynamic().http.middlewares.logins).toEqual({
      rateLimit: {
        average: 1,
        period: "1m",
        burst: 10,
        sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } },
      },
    });
  });

  it("counts who a trusted proxy names", () => {
    const trustedProxies = ["203.0.113.0/24"];
    const { sourceCriterion } = dynamic({ trustedProxies }).http.middlewares.requests.rateLimit;
    expect(sourceCriterion.ipStrategy).toEqual({ ipv6Subnet: 64, depth: 1 });
    expect(config({ trustedProxies }).entryPoints).toMatchObject({
      web: { forwardedHeaders: { trustedIPs: trustedProxies } },
      websecure: { forwardedHeaders: { trustedIPs: trustedProxies } },
    });
    expect(JSON.stringify(config())).not.toContain("forwardedHeaders");
  });

  it("has a login and a way for SSH where they are given, and else not", () => {
    const ssh = { port: 2222, backend: "gogs-ssh.gogs.svc.cluster.local:22" };
    expect(dynamic({ login: { user: "me" }, ssh })).toMatchObject({
      http: { middlewares: { login: { basicAuth: { removeHeader: true } } } },
      tcp: { services: { ssh: { loadBalancer: { servers: [{ address: ssh.backend }] } } } },
    });
    expect(config({ ssh }).entryPoints).toMatchObject({ ssh: { address: ":8022" } });
    expect(JSON.stringify([dynamic(), config()])).not.toMatch(/basicAuth|ssh/);
  });
});
