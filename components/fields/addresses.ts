import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { zeroError } from "./names.ts";

/** First and last addresses that private networks have, of whatever size they are (RFC 1918). */
const edges = new Map<string, "broadcast" | "network">([
  ...["10.0.0.0", "172.16.0.0", "192.168.0.0"].map((address) => [address, "network"] as const),
  ...["10.255.255.255", "172.31.255.255", "192.168.255.255"].map(
    (address) => [address, "broadcast"] as const,
  ),
]);

/**
 * Why an address can't be that of one machine in a network, with the way out; undefined if it can.
 *
 * @param address a valid IPv4 or IPv6 address
 */
export function addressError(address: string): string | undefined {
  if (address.includes("%"))
    return "has a zone, which is only valid on one machine: remove % and what follows";
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) {
    return `is an IPv4 address in IPv6 notation: write ${parsed.toIPv4Address().toString()}`;
  }
  return errors[edges.get(address) ?? parsed.range()];
}

const itself = "is a loopback address; use the board's address in the network";
/** Of kinds of addresses, as ipaddr.js calls them. */
const errors: Readonly<Record<string, string>> = {
  loopback: itself,
  unspecified: itself,
  linkLocal:
    "is a link-local address, which a machine assigns itself when no router does; use the address that the router reserves for it",
  network: "is the address of a network, not of a machine",
  broadcast: "is a broadcast address, not that of a machine",
  multicast: "is a multicast address, not that of a machine",
};

/** What is wrong with an address that others dial; undefined if nothing is. */
export function publicAddressError(address: string): string | undefined {
  if (isIP(address) !== 0) return addressError(address);
  return zeroError(address) ?? "must be an IPv4 or IPv6 address";
}

/** What is wrong with a range of addresses, `192.168.1.0/24`; undefined if nothing is. */
export function rangeError(range: string): string | undefined {
  const wanted = "must be an address range such as 192.168.1.2/32";
  const [address = "", prefix, ...rest] = range.split("/");
  const version = address.includes("%") ? 0 : isIP(address);
  const longest = version === 6 ? 128 : 32;
  if (version === 0) return zeroError(address) ?? wanted;
  if (prefix === undefined) return `${wanted}: add the prefix, ${address}/${longest} for this one alone`;
  const isPrefix = /^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= longest;
  return rest.length === 0 && isPrefix ? undefined : wanted;
}

/** Whether two ranges of addresses have an address in common. */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [ipaddr.parseCIDR(one), ipaddr.parseCIDR(other)];
  if (a[0].kind() !== b[0].kind()) return false;
  const [wide, narrow] = a[1] <= b[1] ? [a, b] : [b, a];
  return narrow[0].match(wide);
}
