import { describe, expect, it } from "vitest";
import { type Config, errorsOf as errorsIn, section, settings } from "./smallCluster.ts";

/** Errors of settings of public urls that are right in every point, with one change. */
const errorsOf = (change: (config: Config) => void, isEncrypted = true) =>
  errorsIn(settings(change), isEncrypted);

describe("public urls that cannot work are refused with where, what, and the fix", () => {
  const cases: [string, (config: Config) => void, string, string, string?][] = [
    [
      "an app with the address's name",
      (config) => (config["bramble:gogs"] = { host: "entrance" }),
      "bramble:gogs.host",
      "app-host-taken",
    ],
    [
      "a host outside the zone",
      (config) => (section(config, "dns").zone = "example.org"),
      "bramble:dns.zone",
      "zone-without-domain",
    ],
    [
      "a rate of 0",
      (config) => (section(config, "ingress").limits = { logins: { perMinute: 0 } }),
      "bramble:ingress.limits.logins.perMinute",
      "invalid",
      "0 must be 1 or more: 0 would mean no limit.",
    ],
    [
      "a burst below 1",
      (config) => (section(config, "ingress").limits = { requests: { burst: 0 } }),
      "bramble:ingress.limits.requests.burst",
      "invalid",
      "0 must be 1 or more, or all requests would be rejected.",
    ],
    [
      "a proxied record with HTTP-01",
      (config) => {
        Object.assign(section(config, "ingress").acme as Config, { challenge: "http01" });
        section(config, "dns").proxied = true;
      },
      "bramble:ingress.acme.challenge",
      "challenge-behind-proxy",
    ],
    [
      "a proxied record with TLS-ALPN-01",
      (config) => {
        Object.assign(section(config, "ingress").acme as Config, { challenge: "tlsAlpn01" });
        section(config, "dns").proxied = true;
      },
      "bramble:ingress.acme.challenge",
      "challenge-behind-proxy",
    ],
    [
      "a wildcard with HTTP-01",
      (config) =>
        Object.assign(section(config, "ingress").acme as Config, { challenge: "http01", wildcard: true }),
      "bramble:ingress.acme.wildcard",
      "wildcard-unproven",
      "can't be proven by http01",
    ],
    ...["0.0.0.0/0", "::/0", "10.0.0.0/7"].map((range): (typeof cases)[number] => [
      `a trusted proxy range of ${range}`,
      (config) => (section(config, "ingress").trustedProxies = ["192.168.1.2/32", range]),
      "bramble:ingress.trustedProxies[1]",
      "trusts-too-many",
    ]),
    [
      "a trusted proxy that is no range",
      (config) => (section(config, "ingress").trustedProxies = ["192.168.1.2"]),
      "bramble:ingress.trustedProxies[0]",
      "invalid",
      '"192.168.1.2" must be an address range such as 192.168.1.2/32',
    ],
    [
      "a token that is the global key",
      (config) => (section(config, "dns").apiToken = "0123456789abcdef0123456789abcdef01234"),
      "bramble:dns.apiToken",
      "invalid",
      "must be a Cloudflare API token (40 to 80 letters, digits, _ and -), not the global key",
    ],
    [
      "a login's password that is short",
      (config) => (section(config, "ingress").login = { user: "me", password: "short" }),
      "bramble:ingress.login.password",
      "invalid",
      "must be 12 to 72 printable ASCII characters",
    ],
    [
      "an address that is none",
      (config) => (section(config, "dns").addresses = ["203.0.113.300"]),
      "bramble:dns.addresses[0]",
      "invalid",
      '"203.0.113.300" must be an IPv4 or IPv6 address',
    ],
    [
      "a ttl that Cloudflare does not take",
      (config) => (section(config, "dns").ttl = 30),
      "bramble:dns.ttl",
      "invalid",
      "30 must be 1 (automatic) or 60 to 86400",
    ],
  ];

  it.each(cases)("%s", (_, change, path, code, says = "") => {
    expect(errorsOf(change)).toEqual([{ path, code, message: expect.stringContaining(says) as string }]);
  });

  it("a login's password in plain text, without showing it", () => {
    const errors = errorsOf((config) => {
      // Those with secrets of their own.
      for (const other of ["dns", "sensors", "datadog"]) Reflect.deleteProperty(config, `bramble:${other}`);
      section(config, "ingress").certificates = "selfSigned";
      section(config, "ingress").login = { user: "me", password: "correct horse battery" };
    }, false);
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      ["bramble:ingress.login.password", "plain-secret"],
    ]);
    expect(JSON.stringify(errors)).not.toContain("horse");
  });
});

describe("public urls that can", () => {
  it.each<[string, (config: Config) => void]>([
    ["with everything by default", () => undefined],
    ["in a zone of three parts", (config) => (section(config, "dns").zone = "home.example.com")],
    ["behind Cloudflare by DNS-01", (config) => (section(config, "dns").proxied = true)],
    ["behind a proxy of one's own", (config) => (section(config, "ingress").trustedProxies = ["10.0.0.0/8"])],
    ["with limits of one's own", (config) => (section(config, "ingress").limits = { logins: { burst: 5 } })],
  ])("are accepted %s", (_, change) => {
    expect(errorsOf(change)).toEqual([]);
  });
});
