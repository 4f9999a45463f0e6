import { secret } from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { type ModelName, models } from "../components/board/models.ts";
import { datadogSites } from "../components/datadog/sites.ts";

/** Metadata of a setting that is a Pulumi secret: what a made-up value for a rehearsal looks like. */
export interface SecretMeta {
  readonly secret: {
    /** Turns 64 hexadecimal digits into a value of the right form. */
    readonly placeholder: (digits: string) => string;
  };
}

/** Where data lies on a board unless the settings say otherwise. */
export const dataDirectory = "/var/lib/bramble";

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const label = () =>
  z.string("must be a name").regex(dnsLabel, "must be lower-case letters, digits and hyphens, 63 at most");
const boardName = (description: string) => label().meta({ description });
const absolutePath = () =>
  z.string("must be a path").regex(/^(\/[\w.-]+)+$/, "must be an absolute path of letters, digits and . _ -");

/** A secret of a given form. Parsed, it is a secret Output; its value is in no error. */
function secretString(form: RegExp, says: string, description: string, meta: SecretMeta["secret"]) {
  return z
    .string("must be a secret")
    .regex(form, says)
    .transform((value) => secret(value))
    .meta({ description, secret: meta });
}

const board = z
  .strictObject({
    name: boardName("The board's host name and the name of its node."),
    model: z
      .enum(Object.keys(models) as ModelName[])
      .optional()
      .meta({ description: "What it is, from the catalogue (docs/models.md). Gives `ram` and `cores`." }),
    ram: z
      .int("must be a whole number of MiB")
      .min(256, "must be a whole number of MiB, 256 or more")
      .max(262_144, "must be a whole number of MiB, 262144 at most")
      .optional()
      .meta({ description: "Nominal RAM in MiB, as sold: 1024, 2048 … Required without a `model`." }),
    cores: z
      .int("must be a whole number")
      .min(1, "must be 1 or more")
      .max(256, "must be 256 at most")
      .optional()
      .meta({ description: "CPU cores. Required without a `model`." }),
    role: z.enum(["controlPlane", "worker"]).meta({ description: "What it does in the cluster." }),
    host: z
      .string("must be an address or a host name")
      .refine(
        (value) => ipaddr.isValid(value) || value.split(".").every((part) => dnsLabel.test(part)),
        "must be an address or a host name",
      )
      .meta({ description: "The address or host name under which the board is reached." }),
  })
  .meta({ description: "A board." });

const cluster = z
  .strictObject({
    kubeconfig: z
      .string("must be a path")
      .min(1, "must be a path")
      .meta({ description: "Path of the cluster's kubeconfig; a relative one starts at Pulumi.yaml." }),
    network: z
      .enum(["flannel", "none"])
      .default("flannel")
      .meta({ description: "The pod network. `none` where the cluster already has one." }),
    podSubnet: z
      .string("must be an IPv4 range such as 10.244.0.0/16")
      .refine(isPodSubnet, "must be an IPv4 network address with a prefix of 8 to 22, such as 10.244.0.0/16")
      .default("10.244.0.0/16")
      .meta({ description: "The pods' addresses, as given to kubeadm. Every board takes a /24 of it." }),
    metrics: z
      .boolean("must be true or false")
      .default(true)
      .meta({ description: "metrics-server, for `kubectl top`." }),
  })
  .meta({ description: "The Kubernetes cluster that the boards form." });

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

const ingress = z
  .strictObject({
    board: boardName("The board to which the router forwards ports 80 and 443."),
    certificates: z
      .enum(["acme", "selfSigned"])
      .default("acme")
      .meta({ description: "Where certificates come from." }),
    acme: acme.optional(),
  })
  .meta({ description: "Traefik, the entrance for all hosts." });

const dns = z
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

const storage = z
  .strictObject({
    board: boardName("The board whose disk holds the apps' data."),
    directory: absolutePath()
      .default(dataDirectory)
      .meta({ description: "The directory on that board; it must exist." }),
  })
  .meta({ description: "Where data lives." });

const gogs = z
  .strictObject({
    host: label().default("gogs").meta({ description: "The host's name below `domain`." }),
    size: z
      .string("must be a size such as 8Gi")
      .regex(/^[1-9]\d*(Mi|Gi)$/, "must be a size such as 8Gi")
      .default("8Gi")
      .meta({ description: "Size of its volume." }),
  })
  .meta({ description: "Gogs, the Git service. Needs `storage` and `ingress`." });

const datadog = z
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

const sensors = z
  .strictObject({
    host: label().default("sensors").meta({ description: "The host's name below `domain`." }),
  })
  .meta({ description: "The gateway that takes temperature and humidity. Needs `datadog` and `ingress`." });

/** Every setting of a stack, below `bramble:`. */
export const settingsSchema = z.strictObject({
  rehearses: label()
    .optional()
    .meta({ description: "The stack whose settings this one takes over; what it sets itself differs." }),
  boards: z
    .array(board, "must be a list of boards")
    .min(1, "must name at least one board")
    .max(256, "must name 256 boards at most")
    .meta({ description: "The boards." }),
  cluster,
  domain: z
    .string("must be a domain")
    .refine(
      (value) => value.includes(".") && value.split(".").every((part) => dnsLabel.test(part)),
      "must be a domain such as home.example.com",
    )
    .meta({ description: "The domain below which the apps get their hosts." }),
  ingress: ingress.optional(),
  dns: dns.optional(),
  storage: storage.optional(),
  gogs: gogs.optional(),
  datadog: datadog.optional(),
  sensors: sensors.optional(),
});

/** The settings of a stack: plain values, and secrets as Outputs. */
export type Settings = z.output<typeof settingsSchema>;
/** A board as the user describes it. */
export type BoardSettings = Settings["boards"][number];

function isPodSubnet(value: string): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(value)) return false;
  const prefix = Number(value.split("/")[1]);
  return (
    prefix >= 8 &&
    prefix <= 22 &&
    ipaddr.IPv4.networkAddressFromCIDR(value).toString() === value.split("/")[0]
  );
}
