// A board's network, as netplan and NetworkManager read it.
import type { CardPlan } from "./plan.ts";

/**
 * The network in netplan's form, which cloud-init reads too (version 2).
 *
 * @param port the id of the network port's definition, with what else belongs to it
 */
export function netplan({ host, network, wifi }: CardPlan, port: Readonly<Record<string, object>>): object {
  const addresses = network
    ? {
        dhcp4: false,
        addresses: [`${host}/${network.prefix}`],
        // Older releases do not know `default`.
        routes: [{ to: "0.0.0.0/0", via: network.gateway }],
        nameservers: { addresses: [...network.nameservers] },
      }
    : { dhcp4: true };
  if (!wifi) {
    const ports = Object.entries(port).map(([id, own]) => [id, { ...own, ...addresses }]);
    return { network: { version: 2, ethernets: Object.fromEntries(ports) as object } };
  }
  const { ssid, password, country } = wifi;
  const wlan0 = {
    ...addresses,
    "regulatory-domain": country,
    "access-points": { [ssid]: { password } },
  };
  return { network: { version: 2, wifis: { wlan0 } } };
}

/**
 * The network as a keyfile of NetworkManager, which reads none that others than root can read.
 * https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html
 */
export function networkManagerKeyfile({ host, network, wifi }: CardPlan): string {
  return keyfile({
    connection: {
      id: "bramble",
      type: wifi ? "wifi" : "ethernet",
      "interface-name": wifi ? "wlan0" : "eth0",
      // Above what the image has.
      "autoconnect-priority": "100",
    },
    ...(wifi && {
      // As a list of bytes it needs no escapes, and is never taken for anything else.
      wifi: { mode: "infrastructure", ssid: [...Buffer.from(wifi.ssid)].map((byte) => `${byte};`).join("") },
      "wifi-security": { "key-mgmt": "wpa-psk", psk: escaped(wifi.password) },
    }),
    ipv4: network
      ? {
          method: "manual",
          address1: `${host}/${network.prefix},${network.gateway}`,
          dns: network.nameservers.map((address) => `${address};`).join(""),
        }
      : { method: "auto" },
    ipv6: { method: "auto" },
  });
}

/** A value in GLib's form of keyfiles: the escapes of ini files are others. A space in front would be dropped. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll(" ", "\\s");
}

function keyfile(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
      return `[${name}]\n${lines.join("")}`;
    })
    .join("\n");
}
