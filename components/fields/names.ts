import { domainToASCII } from "node:url";

/** A label of a host name (RFC 1123). */
export const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name's form in ASCII and lower case, as certificates and DNS have it; undefined if it has none. */
export function plainName(name: string): string | undefined {
  const plain = domainToASCII(name.replace(/\.$/, ""));
  return isName(plain) ? plain : undefined;
}

/**
 * What is wrong with a host name, with the way to write it; undefined if nothing is.
 *
 * @param name as it was written
 */
export function nameError(name: string): string | undefined {
  if (isName(name)) return undefined;
  const wanted = "must be an address or a host name";
  if (/^\w+:\/\/|\//.test(name)) return `${wanted}: remove the scheme and the path of the URL`;
  if (name.includes("@")) return `${wanted}: remove the user and the @`;
  if (/^[^:]+:\d+$/.test(name)) return `${wanted}: remove the port`;
  const zero = zeroError(name);
  if (zero !== undefined) return zero;
  if (endsInNumber(name)) return "must be an address of four numbers, 0 to 255 each, or a host name";
  if (name.includes("_"))
    return "has an underscore, which is not allowed in a host name (RFC 1123): rename it, or use its address";
  const plain = plainName(name);
  if (plain === undefined) return `${wanted}: letters, digits and hyphens, with dots in between`;
  // oxlint-disable-next-line no-control-regex -- Everything that is not ASCII.
  if (/[^\x00-\x7f]/.test(name)) return `must be written in its ASCII form: ${plain}`;
  return name.endsWith(".")
    ? `must be written without the dot at its end: ${plain}`
    : `must be written in lower case: ${plain}`;
}

/** What is wrong with an IPv4 address that has a leading zero; undefined if nothing is, or if it is none. */
export function zeroError(address: string): string | undefined {
  const parts = address.split(".");
  const isMeant = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (!isMeant || !parts.some((part) => /^0\d/.test(part))) return undefined;
  const decimal = parts.map(Number).join(".");
  return `has a number with a leading 0, which some programs read as octal and others reject: write ${decimal}`;
}

function isName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((part) => dnsLabel.test(part)) && !endsInNumber(name);
}

/** What ends in a number is meant as an address. */
function endsInNumber(name: string): boolean {
  return /(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(name);
}
