import { z } from "zod";
import { defaultLimits, type LimitName, privateRanges } from "../app/limits.ts";
import { defaultAcme } from "./acmeConfig.ts";
import { rangeError } from "../fields/addresses.ts";
import { flag, label, list, secretString } from "../fields/fields.ts";
import { podHost, urlHostError } from "../fields/hosts.ts";
import { plainName } from "../fields/names.ts";
import { refusing } from "../fields/refuse.ts";

/** The domain of an address may be one that ASCII does not write. */
function emailError(email: unknown): string {
  const such = "must be an e-mail address";
  const [, user = "", domain = ""] = /^([\x21-\x7e]+)@([^@]+)$/.exec(String(email)) ?? [];
  const plain = plainName(domain);
  return user !== "" && plain !== undefined && plain !== domain
    ? `${such}, with its domain in ASCII: ${user}@${plain}`
    : such;
}

const emailForm =
  /^[\w.!#$%&'*+/=?^`{|}~-]+@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

const directoryWanted = "must be production, staging or the https url of an ACME directory";

const acme = z
  .strictObject({
    email: z
      .email({ pattern: emailForm, error: ({ input }) => emailError(input) })
      .optional()
      .describe(
        "Contact for the certificate authority. Let's Encrypt has sent no mail about expiring certificates since June 2025; another authority may require it.",
      ),
    // A TXT record at Cloudflare; or port 80 open to the internet; or port 443.
    challenge: z
      .enum(["dns01", "http01", "tlsAlpn01"])
      .default(defaultAcme.challenge)
      .describe("The ACME challenge. `dns01` needs `dns`, but no open port."),
    directory: z
      .union(
        [
          z.enum(["production", "staging"]),
          z
            .url({ protocol: /^https$/, error: directoryWanted })
            .superRefine(refusing((url) => urlHostError(url, podHost))),
        ],
        {
          error: directoryWanted,
        },
      )
      .default(defaultAcme.directory)
      .describe("Let's Encrypt's production or staging, or the URL of another ACME directory."),
    directoryCa: z
      .string("must be a certificate in PEM")
      .regex(
        /^-----BEGIN CERTIFICATE-----\n[^]+\n-----END CERTIFICATE-----\s*$/,
        "must be a certificate in PEM",
      )
      .optional()
      .describe("CA certificate for the https of that URL, if it is not publicly trusted."),
    wildcard: flag(false, "One certificate for all hosts below `domain`. Only with `dns01`."),
  })
  .describe("Certificates by ACME (Let's Encrypt).");

function limit(name: LimitName, what: string) {
  const { perMinute, burst } = defaultLimits[name];
  const atLeastOne = (why: string) =>
    z.int(`must be a whole number, 1 or more${why}`).min(1, `must be 1 or more${why}`);
  return z
    .strictObject({
      perMinute: atLeastOne(": 0 would mean no limit")
        .max(60_000, "must be 60000 at most")
        .default(perMinute)
        .describe("Average requests per minute."),
      burst: atLeastOne(", or all requests would be rejected")
        .max(10_000, "must be 10000 at most")
        .default(burst)
        .describe("Requests in a burst."),
    })
    .prefault({})
    .describe(what);
}

const limits = z
  .strictObject({
    requests: limit("requests", "Requests for which no password is checked."),
    passwords: limit("passwords", "Pages behind the login."),
    credentials: limit("credentials", "git over HTTPS and Gogs' API, where programs log in."),
    logins: limit("logins", "Pages where people log in."),
    inFlight: z
      .int("must be a whole number, 1 or more")
      .min(1, "must be 1 or more, or all requests would be rejected")
      .max(10_000, "must be 10000 at most")
      .default(defaultLimits.inFlight)
      .describe("Concurrent requests."),
  })
  .prefault({})
  .describe("Limits for each client address (docs/guessing.md).");

const login = z
  .strictObject({
    user: z
      .string("must be a name")
      .regex(/^[\w.@-]{1,64}$/, "must be letters, digits and . _ @ -, 64 at most")
      .describe("User name."),
    password: secretString(
      /^[\x20-\x7e]{12,72}$/,
      "must be 12 to 72 printable ASCII characters: bcrypt ignores the rest",
      "Password. Generated if omitted.",
      24,
    ).optional(),
  })
  .describe("Login for pages that have none of their own. Without it they are public.");

/** Settings of the entrance. */
export const schema = z
  .strictObject({
    board: label.describe("The board to which the router forwards ports 80 and 443."),
    certificates: z.enum(["acme", "selfSigned"]).default("acme").describe("The source of certificates."),
    acme: acme.prefault({}),
    limits,
    login: login.optional(),
    lan: z
      .array(
        z.string("must be an address range").superRefine(refusing(rangeError)),
        "must be a list of address ranges",
      )
      .min(1, "must have at least one address range, or nobody could reach a host with access: lan")
      .default([...privateRanges])
      .describe(
        "Whose addresses reach hosts with `access: lan`. If clients use IPv6, add the range that your provider gives you.",
      ),
    trustedProxies: list(
      z.string("must be an address range").superRefine(refusing(rangeError)),
      "address ranges",
      "Proxies whose X-Forwarded-For is trusted. With `dns.proxied`, Cloudflare's are trusted automatically.",
    ),
  })
  .describe("Traefik, the entrance for all hosts.");

/** The section `ingress`. */
export type IngressSettings = z.output<typeof schema>;
