import { describe, expect, it } from "vitest";
import { newKeyPair } from "../../components/card/keys.ts";
import { board, type Config, errorsOf, settings } from "./smallCluster.ts";

const wifi = { ssid: "home", password: "p".repeat(8), country: "DE" };
const cards =
  (change: object) =>
  (config: Config): void => {
    config["bramble:cards"] = change;
  };

describe("cards", () => {
  it.for([
    ["nothing", {}],
    [
      "everything",
      {
        system: "ubuntu",
        gateway: "192.168.1.1",
        prefix: 23,
        nameservers: ["9.9.9.9"],
        wifi,
        authorizedKeys: [newKeyPair("me").publicKey],
      },
    ],
    ["a password of 64 digits", { wifi: { ...wifi, password: "0".repeat(64) } }],
    ["a name of 32 bytes", { wifi: { ...wifi, ssid: "ü".repeat(16) } }],
  ] as const)("may have %s", ([, given]) => {
    expect(errorsOf(settings(cards(given)))).toEqual([]);
  });

  it.for([
    ["a short password", cards({ wifi: { ...wifi, password: "short" } }), "cards.wifi.password", "8 to 63"],
    [
      "a password beyond ASCII",
      cards({ wifi: { ...wifi, password: "pässwörter" } }),
      "cards.wifi.password",
      "ASCII",
    ],
    [
      "64 characters that are no digits",
      cards({ wifi: { ...wifi, password: "x".repeat(64) } }),
      "cards.wifi.password",
      "64 hex",
    ],
    ["a name of 33 bytes", cards({ wifi: { ...wifi, ssid: `${"ü".repeat(16)}x` } }), "cards.wifi.ssid", "33"],
    ["an empty name", cards({ wifi: { ...wifi, ssid: "" } }), "cards.wifi.ssid", "1 to 32"],
    ["a name that is a number", cards({ wifi: { ...wifi, ssid: 5 } }), "cards.wifi.ssid", "quotes"],
    ["a name of bytes", cards({ wifi: { ...wifi, ssid: "1;2;3" } }), "cards.wifi.ssid", "list of bytes"],
    ["a country that is none", cards({ wifi: { ...wifi, country: "XQ" } }), "cards.wifi.country", "ISO 3166"],
    ["the European Union", cards({ wifi: { ...wifi, country: "EU" } }), "cards.wifi.country", "ISO 3166"],
    [
      "a former code",
      cards({ wifi: { ...wifi, country: "UK" } }),
      "cards.wifi.country",
      "write GB for United Kingdom",
    ],
    [
      "a code in small letters",
      cards({ wifi: { ...wifi, country: "de" } }),
      "cards.wifi.country",
      "write DE for Germany",
    ],
    ["an unknown system", cards({ system: "raspbian" }), "cards.system", "Allowed: raspberry-pi-os"],
    [
      "a private key",
      cards({ authorizedKeys: [newKeyPair("x").privateKey] }),
      "cards.authorizedKeys[0]",
      "public key",
    ],
    [
      "a gateway elsewhere",
      cards({ gateway: "192.168.2.1" }),
      "boards[0].host",
      "outside the network of the gateway, 192.168.2.0/24",
    ],
    [
      "a gateway that is a board",
      cards({ gateway: "192.168.1.10" }),
      "boards[0].host",
      "is the address of the gateway",
    ],
    ["a gateway at the edge", cards({ gateway: "192.168.1.255" }), "cards.gateway", "last address"],
    ["an IPv6 gateway", cards({ gateway: "fd00::1" }), "cards.gateway", "IPv4"],
    [
      "name servers alone",
      cards({ nameservers: ["9.9.9.9"] }),
      "cards.nameservers",
      "no effect without a gateway",
    ],
    [
      "a board by name",
      (config: Config) => {
        cards({ gateway: "192.168.1.1" })(config);
        board(config, 1).host = "pi3-1";
      },
      "boards[1].host",
      "is a name",
    ],
    [
      "a board at the edge",
      (config: Config) => {
        cards({ gateway: "192.168.1.1", prefix: 29 })(config);
        board(config, 0).host = "192.168.1.7";
        board(config, 1).host = "192.168.1.2";
      },
      "boards[0].host",
      "first or last address",
    ],
    [
      "Wi-Fi without a network",
      (config: Config): void => {
        board(config, 1).wifi = true;
      },
      "boards[1].wifi",
      "cards.wifi is not set",
    ],
    [
      "a Raspberry Pi's system on another board",
      (config: Config) => {
        Object.assign(board(config, 1), { system: "ubuntu", model: "tinker-board-2-2gb" });
      },
      "boards[1].system",
      "runs only on Raspberry Pi",
    ],
  ] as const)("must not have %s", ([, change, path, says]) => {
    const errors = errorsOf(settings(change));
    expect(errors.map((error) => error.path)).toContain(`bramble:${path}`);
    expect(errors.find((error) => error.path === `bramble:${path}`)!.message).toContain(says);
    expect(JSON.stringify(errors)).not.toMatch(/pässwörter|x{64}|PRIVATE/);
  });
});
