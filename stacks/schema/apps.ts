import { z } from "zod";
import { datadogSites } from "../../components/datadog/sites.ts";
import { absolutePath, boardName, label, secretString } from "./fields.ts";

/** Where data lies on a board unless the settings say otherwise. */
export const dataDirectory = "/var/lib/bramble";

const acme = z
  .strictObject({
    email: z
      .email("must be an e-mail address")
      .meta({ description: "Where the certificate authority writes before a certificate expires." }),
    challenge: z
      .enum(["dns01", "http01", "tlsAlpn01"])
      .default("dns01")
      .meta({ description: "How the domain is proven. `dns01` needs `dns`, and no open port." }),
    directory: z
      .union([z.enum(["production", "staging"]), z.url({ protocol: /^https$/ })], {
        error: "must be production, staging or the https url of an ACME directory",
      })
      .default("production")
      .meta({ description: "Let's Encrypt's production or staging, or the url of another directory." }),
  })
  .meta({ description: "Certificates by ACME (Let's Encrypt)." });

/** Settings of the entrance. */
export const ingress = z
  .strictObject({
    board: boardName("The board to which the router forwards ports 80 and 443."),
    certificates: z
      .enum(["acme", "selfSigned"])
      .default("acme")
      .meta({ description: "Where certificates come from." }),
    acme: acme.optional(),
  })
  .meta({ description: "Traefik, the entrance for all hosts." });

/** Settings of the DNS updater. */
export const dns = z
  .strictObject({
    apiToken: secretString(
      /^[0-9A-Za-z_-]{40,80}$/,
      "must be a Cloudflare API token (40 to 80 letters, digits, _ and -), not the global key",
      "Cloudflare API token with the rights Zone–Zone–Read and Zone–DNS–Edit on the zone.",
      { placeholder: (digits) => digits.slice(0, 40) },
    ),
    proxied: z
      .boolean("must be true or false")
      .default(false)
      .meta({ description: "Whether Cloudflare stands in front of the hosts." }),
    paused: z
      .boolean("must be true or false")
      .default(false)
      .meta({ description: "Keeps the updater deployed but has it change nothing." }),
  })
  .meta({ description: "The updater that points Cloudflare's records at a changing home address." });

/** Settings of where data lies. */
export const storage = z
  .strictObject({
    board: boardName("The board whose disk holds the apps' data."),
    directory: absolutePath()
      .default(dataDirectory)
      .meta({ description: "The directory on that board; it must exist." }),
  })
  .meta({ description: "Where data lives." });

/** Settings of Gogs. */
export const gogs = z
  .strictObject({
    host: label().default("gogs").meta({ description: "The host's name below `domain`." }),
    size: z
      .string("must be a size such as 8Gi")
      .regex(/^[1-9]\d*(Mi|Gi)$/, "must be a size such as 8Gi")
      .default("8Gi")
      .meta({ description: "Size of its volume." }),
  })
  .meta({ description: "Gogs, the Git service. Needs `storage` and `ingress`." });

/** Settings of the Datadog agent. */
export const datadog = z
  .strictObject({
    apiKey: secretString(
      /^[0-9a-f]{32}$/,
      "must be a Datadog API key (32 hexadecimal digits)",
      "Datadog API key.",
      { placeholder: (digits) => digits.slice(0, 32) },
    ),
    site: z
      .enum(datadogSites)
      .default("datadoghq.com")
      .meta({ description: "The Datadog site that the account is on." }),
  })
  .meta({ description: "The Datadog agent on every board." });

/** Settings of the sensor gateway. */
export const sensors = z
  .strictObject({
    host: label().default("sensors").meta({ description: "The host's name below `domain`." }),
  })
  .meta({ description: "The gateway that takes temperature and humidity. Needs `datadog` and `ingress`." });
