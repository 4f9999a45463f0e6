import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import { type BoardModel, models } from "../../components/board/models.ts";
import type { CardSystem } from "../../components/card/plan.ts";
import { settingError } from "../errors.ts";
import { type Rule, rule } from "./rule.ts";

const wifi = rule(["boards", "cards"], function* ({ boards, cards }) {
  for (const [i, board] of boards.entries()) {
    if (board.wifi !== true || cards?.wifi) continue;
    const message = "is true, but bramble:cards.wifi is not set. Set its ssid, password and country.";
    yield settingError("wifi-missing", `boards[${i}].wifi`, message);
  }
});

/** Fixed addresses lie in one network, with the router. */
const network = rule(["boards", "cards"], function* ({ boards, cards }) {
  if (!cards) return;
  const { gateway, prefix } = cards;
  if (gateway === undefined) {
    if (cards.nameservers.length === 0) return;
    const message =
      "has no effect without a gateway: DHCP names the name servers. Set the gateway, or remove it.";
    yield settingError("nameservers-without-gateway", "cards.nameservers", message);
    return;
  }
  const range = `${gateway}/${prefix}`;
  const edges = [
    ipaddr.IPv4.networkAddressFromCIDR(range).toString(),
    ipaddr.IPv4.broadcastAddressFromCIDR(range).toString(),
  ];
  const [first = ""] = edges;
  if (edges.includes(gateway)) {
    const message = `"${gateway}" is the first or last address of ${first}/${prefix}, which no machine has. Correct gateway or prefix.`;
    yield settingError("gateway-at-edge", "cards.gateway", message);
  }
  for (const [i, { host, dead }] of boards.entries()) {
    const setting = `boards[${i}].host`;
    if (host === undefined || dead === true) continue;
    if (!isIPv4(host)) {
      const message = `"${host}" is a name, but with cards.gateway a board's host is the fixed address on its card. Set its IPv4 address, or remove the gateway.`;
      yield settingError("host-not-fixed", setting, message);
    } else if (host === gateway) {
      yield settingError(
        "host-is-gateway",
        setting,
        `"${host}" is the address of the gateway (cards.gateway).`,
      );
    } else if (!ipaddr.IPv4.parse(host).match(ipaddr.IPv4.parse(gateway), prefix)) {
      const message = `"${host}" is outside the network of the gateway, ${first}/${prefix}. Correct host, cards.gateway or cards.prefix.`;
      yield settingError("host-outside", setting, message);
    } else if (edges.includes(host)) {
      const message = `"${host}" is the first or last address of ${first}/${prefix}, which no machine has.`;
      yield settingError("host-at-edge", setting, message);
    }
  }
});

/** Images of these are for one kind of computers. */
const onlyRaspberryPi: readonly CardSystem[] = ["raspberry-pi-os", "raspberry-pi-os-bookworm", "ubuntu"];

/** Models that can't run the system on their card. Of a board without a model nothing is known. */
const system = rule(["boards", "cards"], function* ({ boards, cards }) {
  for (const [i, { system: own, model }] of boards.entries()) {
    const wanted = own ?? cards?.system;
    const known: BoardModel | undefined = model && models[model];
    if (wanted === undefined || !onlyRaspberryPi.includes(wanted)) continue;
    if (known === undefined || known.name.startsWith("Raspberry Pi")) continue;
    const message = `"${wanted}" runs only on Raspberry Pi, and this is a ${known.name}. Set system: armbian for this board.`;
    yield settingError("system-of-other", `boards[${i}].system`, message);
  }
});

/** Rules about cards. */
export const cardRules: readonly Rule[] = [wifi, network, system];
