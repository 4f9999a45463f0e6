import type { Reading, Sensor } from "./sensor.ts";

const metrics = {
  temperature: "home.temperature",
  humidity: "home.humidity",
  heatIndex: "home.heat_index",
  dewPoint: "home.dew_point",
} as const;

/** A reading as DogStatsD's gauges, one in a line: in °C and %, to two decimals. */
export function readingLines({ tags }: Sensor, reading: Reading): string {
  let lines = "";
  for (const key of ["temperature", "humidity", "heatIndex", "dewPoint"] as const) {
    const value = reading[key];
    if (value === undefined) continue;
    // Adding 0 turns −0, which rounding can give, into 0.
    const rounded = Math.round(value * 100) / 100 + 0;
    lines += `${lines === "" ? "" : "\n"}${metrics[key]}:${rounded}|g|${tags}`;
  }
  return lines;
}

/** How long a sensor has been silent, in seconds. */
export function ageLine({ tags }: Sensor, seconds: number): string {
  return `home.sensor.age:${Math.round(seconds)}|g|${tags}`;
}

/**
 * How many readings were refused.
 *
 * @param sensor whose; undefined where nobody knows
 */
export function refusedLine(sensor: Sensor | undefined, reason: string, count: number): string {
  return `home.sensor.rejected:${count}|c|${sensor?.tags ?? "#sensor:unknown,room:unknown,board:unknown"},reason:${reason}`;
}
