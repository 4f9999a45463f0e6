import { z } from "zod";
import { publicKeyError } from "../../components/card/keys.ts";
import { cardSystems } from "../../components/card/plan.ts";
import { publicAddressError } from "../../components/fields/addresses.ts";
import { list, secretString } from "../../components/fields/fields.ts";
import { refuse, refusing } from "../../components/fields/refuse.ts";

/** Length of the prefix of most home networks. */
const defaultPrefix = 24;

const ipv4 = () =>
  z
    .string("must be an IPv4 address")
    .superRefine(refusing(publicAddressError))
    .refine((address) => !address.includes(":"), "must be an IPv4 address");

const wifi = z
  .strictObject({
    ssid: z
      .string("must be the name of a Wi-Fi network; put a number in quotes")
      .superRefine(refusing(ssidError))
      .describe("Its name."),
    password: secretString(
      /^([\x20-\x7e]{8,63}|[\da-fA-F]{64})$/,
      "must be 8 to 63 printable ASCII characters, or 64 hexadecimal digits",
      "Its password.",
      64,
    ),
    country: z
      .string("must be a country code such as DE")
      .superRefine(refusing(countryError))
      .describe(
        "Country in which the boards are, as ISO 3166-1 code: `DE`. It sets the radio channels allowed there.",
      ),
  })
  .describe("The Wi-Fi for boards with `wifi: true`.");

/** What is on the cards of all boards. */
export const cards = z
  .strictObject({
    system: z
      .enum(cardSystems)
      .default("raspberry-pi-os")
      .describe(
        "Operating system on the cards. `raspberry-pi-os` is trixie or later; a board's own `system` overrides it.",
      ),
    gateway: ipv4()
      .optional()
      .describe(
        "Address of the router. If set, every board gets its `host` as a fixed address. Default: boards ask DHCP, and the router must give each board its `host`.",
      ),
    prefix: z
      .int("must be a whole number")
      .min(8, "must be 8 or more")
      .max(30, "must be 30 at most")
      .default(defaultPrefix)
      .describe("Prefix length of the network, with a `gateway`."),
    nameservers: list(ipv4(), "IPv4 addresses", "Name servers, with a `gateway`. Default: the gateway."),
    wifi: wifi.optional(),
    authorizedKeys: list(
      z.string("must be a public key").superRefine((key, context) => {
        const message = publicKeyError(key);
        // Without the value, which may be a private key.
        if (message !== undefined) refuse(context, "public-key", [], `${message}.`);
      }),
      "public keys",
      "More public SSH keys that may log in, such as your laptop's: `ssh-ed25519 AAAA… me@laptop`.",
    ),
  })
  .describe("What `npm run card` writes to the boards' cards (docs/cards.md).");

/** IEEE 802.11 allows 32 bytes of any kind; what no user types is taken for an error. */
function ssidError(ssid: string): string | undefined {
  const size = Buffer.byteLength(ssid);
  if (size < 1 || size > 32) return `must be 1 to 32 bytes in UTF-8; it is ${size}`;
  // netplan hands it to NetworkManager as it is, which then takes it for bytes.
  if (/^(\d+;)+\d*$/.test(ssid))
    return "must not consist of numbers and semicolons: NetworkManager reads such a name as a list of bytes";
  // oxlint-disable-next-line no-control-regex -- These are the ones.
  return /[\x00-\x1f\x7f]/.test(ssid) ? "must not contain control characters" : undefined;
}

/** Codes that ICU knows and that are no countries: unions, and those for tests. */
const noCountries = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

function countryError(code: string): string | undefined {
  const such = "must be a country's ISO 3166-1 code of two capital letters, such as DE";
  if (!/^[A-Za-z]{2}$/.test(code)) return such;
  const { region = "" } = new Intl.Locale(`und-${code}`);
  const name = new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(region);
  if (name === undefined || noCountries.has(region)) return such;
  // Lower case, or one that was replaced: UK.
  return region === code ? undefined : `${such}: write ${region} for ${name}`;
}
