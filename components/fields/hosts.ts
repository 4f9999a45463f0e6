import { isIP } from "node:net";
import { z } from "zod";
import { addressError } from "./addresses.ts";
import { nameError, plainName, zeroError } from "./names.ts";
import { refusing } from "./refuse.ts";

/** Who looks a host up and dials it. */
export interface HostUse {
  /** Whether an IPv6 address does. */
  readonly ipv6: boolean;
  /** Programs that look a name up without libc, by DNS and /etc/hosts alone; none if omitted. */
  readonly dnsOnly?: string;
}

/** Boards and their cluster. The releases of kubeadm and kube-proxy are built without libc. */
export const clusterHost: HostUse = { ipv6: false, dnsOnly: "kubeadm and kube-proxy" };
/** What a pod dials. */
export const podHost: HostUse = { ipv6: true, dnsOnly: "pods" };
/** What a board's own programs dial by libc, which knows mDNS where libnss-mdns is. */
export const boardHost: HostUse = { ipv6: true };

/** Whether a name is asked for by multicast (RFC 6762), which takes a program that knows it. */
export function isMulticastName(name: string): boolean {
  return /\.local\.?$/i.test(name);
}

/**
 * What is wrong with an address or a host name that is dialled, with the way to write it; undefined if nothing is.
 *
 * A name of one label passes: routers answer for `pi4-1` alone, and what only /etc/hosts knows can't be seen here.
 */
export function hostError(host: string, use: HostUse): string | undefined {
  return isIP(host) === 0 ? (nameError(host) ?? lookupError(host, use)) : familyError(host, use);
}

/** What is wrong with `host` or `host:port` of the API server. */
export function endpointError(endpoint: string): string | undefined {
  if (isIP(endpoint.replace(/^\[(.*)\](:\d+)?$/, "$1")) === 6) return familyError("::", clusterHost);
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(endpoint) ?? [];
  const isPort = port === undefined || (/^[1-9]/.test(port) && Number(port) <= 65_535);
  return hostError(host, clusterHost) ?? (isPort ? undefined : "must have a port from 1 to 65535");
}

/** What is wrong with the host of a url; that it is a url is for others to see. */
export function urlHostError(url: string, use: HostUse): string | undefined {
  const host = urlHost(url);
  const why = isIP(host) === 0 ? (zeroError(host) ?? lookupError(host, use)) : familyError(host, use);
  return why === undefined ? undefined : `names a host that ${why}`;
}

/** The host of a url as it was written: `URL` reads 010 as octal. */
export function urlHost(url: string): string {
  const [, ipv6, name = ""] = /^\w+:\/\/(?:[^/@]*@)?(?:\[([^\]]*)\]|([^/:?#]*))/.exec(url) ?? [];
  return ipv6 ?? name;
}

/** A setting with a host. */
export const host = (use: HostUse) =>
  z.string("must be an address or a host name").superRefine(refusing((value) => hostError(value, use)));

function familyError(address: string, { ipv6 }: HostUse): string | undefined {
  return isIP(address) === 6 && !ipv6
    ? "is an IPv6 address, but the ranges of pods and services are IPv4; use the IPv4 address"
    : addressError(address);
}

function lookupError(name: string, { dnsOnly }: HostUse): string | undefined {
  if (/(^|\.)localhost$/i.test(name)) return addressError("127.0.0.1");
  return isMulticastName(name) && dnsOnly !== undefined
    ? `ends in .local, but ${dnsOnly} do not use mDNS: set the IP address that the router reserves for it, or a name that your DNS server resolves`
    : undefined;
}

/** A domain of two labels or more. */
export const domainName = () => z.string("must be a domain").superRefine(refusing(domainError));

function domainError(domain: string): string | undefined {
  const such = "must be a domain such as home.example.com";
  if (domain.startsWith("*.")) return `${such}: remove the "*."`;
  const why = nameError(domain);
  if (why === undefined) return domain.includes(".") ? undefined : such;
  const plain = plainName(domain);
  return plain?.includes(".") ? why : such;
}
