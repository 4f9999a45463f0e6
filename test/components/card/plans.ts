import { newKeyPair } from "../../../components/card/keys.ts";
import { type CardPlan, cardSystems } from "../../../components/card/plan.ts";

const stackKey = newKeyPair("bramble-home").publicKey;

/** A card that is right in every point, with one change. */
export function plan(change: Partial<CardPlan> = {}): CardPlan {
  return {
    board: "pi3-1",
    system: "raspberry-pi-os",
    host: "192.168.1.11",
    user: "pi",
    authorizedKeys: [stackKey],
    hostKey: newKeyPair("pi3-1"),
    ...change,
  };
}

export const network = { prefix: 24, gateway: "192.168.1.1", nameservers: ["192.168.1.1", "9.9.9.9"] };
export const wifi = { ssid: "home", password: "correct horse", country: "DE" };

/** Twenty boards, of all kinds. */
export const twenty: readonly CardPlan[] = Array.from({ length: 20 }, (_, i) =>
  plan({
    board: ["pi3-1", "a", "x-1-2-3", "0", "n".repeat(63)][i % 5]!,
    system: cardSystems[i % cardSystems.length]!,
    host: `192.168.1.${String(20 + i)}`,
    user: ["pi", "ubuntu", "root", "_x-1"][i % 4]!,
    authorizedKeys: [
      stackKey,
      ...(i % 3 === 0 ? [newKeyPair(`"Zoë" o'k: #${String(i)} $(id) {{ x }}`).publicKey] : []),
    ],
    network: i % 2 === 0 ? network : undefined,
    wifi: i % 8 < 4 ? { ...wifi, ssid: `net ${String(i)}` } : undefined,
  }),
);

/** Names of Wi-Fi networks that some format takes for something else. */
export const hostile = [
  ...[
    "it's",
    'a "b"',
    "'",
    '"',
    "a\\",
    "\\n",
    "$(id)`id`",
    "{{ x }}",
    "## template: jinja",
    "%YAML 1.1",
    "---",
  ],
  ...["&a *a", "!!python/object/apply:os.system", "a: b # c", "- x", "[x]", "{x", "|", ">", "?", "@x", "`x"],
  ...[
    "yes",
    "No",
    "null",
    "~",
    "=",
    "<<",
    "0123",
    "12345678",
    "1_000",
    "12:30:45",
    "2001-01-01",
    "0x1F",
    ".inf",
  ],
  ...[
    " leading",
    "trailing ",
    "a\tb",
    "ü € 網",
    "\u{1f600}",
    "a\u0085b",
    "a\u2028b",
    "\ufeffx",
    "a\x7fb",
    "x".repeat(32),
  ],
];

/** A password with the same, as far as Wi-Fi allows. */
export const passwordOf = (text: string) => `${text.replaceAll(/[^\x20-\x7e]/g, "?")}~~~~~~~~`.slice(0, 63);
