import { type Values, units } from "./plausible.ts";
import { Refusal } from "./refusal.ts";

/**
 * How far a value may be from the one before: at once, and for each second since. Some four times of what a
 * window thrown open in winter or a hot shower does to a sensor in the room, and below what a flipped bit in a
 * DHT22's answer does (25.6 and 12.8).
 */
const jumps = {
  temperature: { atOnce: 2, eachSecond: 0.1 },
  humidity: { atOnce: 10, eachSecond: 0.5 },
} as const;

/**
 * Readings in a row, far from the last one taken and near each other, after which they are taken all the same:
 * the sensor was carried elsewhere, or the first value was wrong. A DHT22 that lost its place in the frame halves
 * a value once or twice (esphome/issues#2102).
 */
export const agreeing = 5;

type Known = Partial<Record<keyof Values, { readonly value: number; readonly at: number }>>;

/** Far readings, the latest of a row. */
interface Doubt {
  /** When the first far one came: from then on, waiting makes none of them likelier. */
  readonly since: number;
  readonly latest: Known;
  readonly count: number;
}

/** What a sensor's next reading must not be too far from. */
export class Baseline {
  #known: Known = {};
  #doubt: Doubt | undefined;
  /** What was known before far readings were believed: a sensor that comes back to it is believed at once. */
  #before: { readonly known: Known; readonly at: number } | undefined;

  /**
   * Takes a reading as the new baseline.
   *
   * @throws Refusal `impossible_jump`
   */
  take(values: Values, now: number): void {
    const jump = jumpFrom(this.#known, values, now, this.#doubt?.since ?? now);
    if (jump !== undefined && !this.#isBack(values, now)) this.#doubtOrBelieve(values, now, jump);
    this.#doubt = undefined;
    this.#known = { ...this.#known, ...knownOf(values, now) };
  }

  #isBack(values: Values, now: number): boolean {
    const before = this.#before;
    if (before === undefined || jumpFrom(before.known, values, now, before.at) !== undefined) return false;
    this.#before = undefined;
    return true;
  }

  #doubtOrBelieve(values: Values, now: number, jump: string): void {
    const { since, latest, count } = this.#doubt ?? { since: now, latest: {}, count: 0 };
    const agrees = jumpFrom(latest, values, now, now) === undefined;
    const row = agrees ? count + 1 : 1;
    if (row >= agreeing) {
      this.#before = { known: this.#known, at: since };
      return;
    }
    this.#doubt = { since, latest: knownOf(values, now), count: row };
    throw new Refusal("impossible_jump", `${jump}; it is accepted once ${agreeing} in a row agree`);
  }
}

/**
 * The first quantity that is too far from what is known, in words.
 *
 * @param until moment up to which a value may have moved
 */
function jumpFrom(known: Known, values: Values, now: number, until: number): string | undefined {
  for (const quantity of ["temperature", "humidity"] as const) {
    const [value, last] = [values[quantity], known[quantity]];
    if (value === undefined || last === undefined) continue;
    const { atOnce, eachSecond } = jumps[quantity];
    if (Math.abs(value - last.value) <= atOnce + eachSecond * Math.max(until - last.at, 0)) continue;
    const seconds = Math.round(now - last.at);
    return `the ${quantity} went from ${last.value} to ${value} ${units[quantity]} in ${seconds} s`;
  }
  return undefined;
}

function knownOf({ temperature, humidity }: Values, at: number): Known {
  return {
    ...(temperature !== undefined && { temperature: { value: temperature, at } }),
    ...(humidity !== undefined && { humidity: { value: humidity, at } }),
  };
}
