import { sensorModels, type SensorModel } from "./models.ts";
import { Refusal } from "./refusal.ts";
import type { Sensor } from "./sensor.ts";

/** Seconds between two readings of a sensor: the DHT22's data sheet allows no more. */
export const shortestInterval = 2;
/** Seconds for which a name belongs to the address that used it last: five readings at the usual interval. */
export const nameIsTakenFor = 300;

/**
 * How far a value may be from the one before: at once, and for each second since. Some four times of what a
 * window thrown open in winter or a hot shower does to a sensor in the room, and below what a flipped bit in a
 * DHT22's answer does (25.6 and 12.8). It widens with time, so that a wrong first value does not lock the right
 * ones out.
 */
const jumps = {
  temperature: { atOnce: 2, eachSecond: 0.1, unit: "°C" },
  humidity: { atOnce: 10, eachSecond: 0.5, unit: "%" },
} as const;

/** Values as a device sent them. */
export interface Values {
  readonly temperature?: number;
  readonly humidity?: number;
}

/** @throws Refusal `name_taken` or `too_soon` */
export function checkTurn({ last, source: holder }: Sensor, source: string, now: number): void {
  if (last === undefined) return;
  const since = now - last.at;
  if (holder !== source && since < nameIsTakenFor) {
    const wait = `${String(holder)} sent a reading under this name ${Math.round(since)} s ago`;
    throw new Refusal("name_taken", `${wait}; give each device a name of its own`);
  }
  if (since < shortestInterval) {
    throw new Refusal(
      "too_soon",
      `the last reading was ${since.toFixed(1)} s ago; wait ${shortestInterval} s`,
    );
  }
}

/** @throws Refusal `out_of_range` */
export function checkRange(model: SensorModel, values: Values): void {
  for (const quantity of ["temperature", "humidity"] as const) {
    const value = values[quantity];
    const { min, max } = sensorModels[model][quantity];
    if (value === undefined || (value >= min && value <= max)) continue;
    const { unit } = jumps[quantity];
    throw new Refusal(
      "out_of_range",
      `a ${model} measures a ${quantity} of ${min} to ${max} ${unit}, not ${value}`,
    );
  }
}

/** @throws Refusal `impossible_jump` */
export function checkJump({ lastValues }: Sensor, values: Values, now: number): void {
  for (const quantity of ["temperature", "humidity"] as const) {
    const [value, last] = [values[quantity], lastValues[quantity]];
    if (value === undefined || last === undefined) continue;
    const { atOnce, eachSecond, unit } = jumps[quantity];
    const since = now - last.at;
    if (Math.abs(value - last.value) <= atOnce + eachSecond * since) continue;
    throw new Refusal(
      "impossible_jump",
      `the ${quantity} went from ${last.value} to ${value} ${unit} in ${Math.round(since)} s`,
    );
  }
}
