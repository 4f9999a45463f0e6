import { describe, expect, it } from "vitest";
import {
  type AcmeArgs,
  type TraefikConfigArgs,
  traefikDynamicConfig,
  traefikStaticConfig,
} from "../../../components/ingress/traefikConfig.ts";

const acme: AcmeArgs = { email: "me@example.com", challenge: "dns01", directory: "production" };

function config(changes: Partial<TraefikConfigArgs> = {}) {
  return traefikStaticConfig({ certificates: "acme", acme, namespaces: ["sensors", "gogs"], ...changes });
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

  it("has no dashboard, access log or calls home", () => {
    expect(Object.keys(config()).sort()).toEqual([
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

  it("asks no authority with selfSigned, whatever else is given", () => {
    expect(config({ certificates: "selfSigned" })).not.toHaveProperty("certificatesResolvers");
  });
});

describe("traefikDynamicConfig", () => {
  it("refuses what is older than TLS 1.2", () => {
    expect(traefikDynamicConfig().tls.options.default).toEqual({ minVersion: "VersionTLS12" });
  });
});
