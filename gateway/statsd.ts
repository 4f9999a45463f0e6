import type { Values } from "./plausible.ts";
import { Refusal } from "./refusal.ts";

/** Largest datagram in bytes: what fits an Ethernet frame. ESPHome sends up to 1,024 and one value more. */
export const maxDatagram = 1432;

// As ESPHome's component writes them: printf's %f, and its names for what is no number; those of other languages too.
const line =
  /^([a-z0-9_-]{1,63})\.(temperature|humidity):(-?(?:\d{1,9}(?:\.\d{1,9})?|nan|NaN|inf|Infinity))\|g$/;

/**
 * Reads a datagram of StatsD gauges, `<device>.<quantity>:<value>|g`, as ESPHome's `statsd` component sends
 * them: without tags, a line end after each, and before a negative value a 0, which in StatsD's own language
 * makes an absolute value of what would be a step.
 *
 * @returns the readings by device, with NaN where its sensor had no value
 * @throws Refusal `too_large` or `malformed`
 */
export function parseDatagram(datagram: Buffer): Map<string, Values> {
  if (datagram.length > maxDatagram) {
    throw new Refusal("too_large", `a datagram must not exceed ${maxDatagram} bytes`);
  }
  const readings = new Map<string, Values>();
  for (const text of datagram.toString("latin1").split("\n")) {
    if (text === "") continue;
    const match = line.exec(text);
    if (match === null) throw new Refusal("malformed", "each line must be <device>.<quantity>:<value>|g");
    const [, device, quantity, written] = match as unknown as [string, string, keyof Values, string];
    const reading = readings.get(device) ?? {};
    const before = reading[quantity];
    if (before !== undefined && !(before === 0 && written.startsWith("-"))) {
      throw new Refusal("malformed", `${device} has two values of ${quantity}`);
    }
    // `Number` makes −0 of "-0.000000".
    const value = Number(written);
    readings.set(device, { ...reading, [quantity]: Number.isFinite(value) ? value : NaN });
  }
  if (readings.size === 0) throw new Refusal("malformed", "the datagram is empty");
  return readings;
}
