import * as z from "zod/mini";
import { Rejection } from "./rejection.ts";

/** What a sensor measured at one moment: at least one of the two values. */
export interface Reading {
  /** Name of the sensor. */
  readonly sensor: string;
  /** Name of the room that it is in. */
  readonly room: string;
  /** In °C. */
  readonly temperature?: number;
  /** Relative, in %. */
  readonly humidity?: number;
}

/** What a DHT22 can measure (its data sheet: −40 to 80 °C, 0 to 100 %). */
const ranges = {
  temperature: { min: -40, max: 80, unit: "°C" },
  humidity: { min: 0, max: 100, unit: "%" },
} as const;

// Names become tags and labels: this form needs no escaping in either.
const name = z
  .string("must be a name")
  .check(
    z.regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      "must be lower-case letters, digits and hyphens, 63 at most",
    ),
  );

// JSON has no NaN: a device whose sensor did not answer sends null. `1e999` parses to Infinity.
const measured = z.nullish(z.number("must be a finite number or null"));

const schema = z.strictObject(
  { sensor: name, room: name, temperature: measured, humidity: measured },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `has unknown keys: ${issue.keys.join(", ")}` : "must be an object",
  },
);

/**
 * Checks the body of a request.
 *
 * @throws Rejection `malformed` if it is not of the schema or holds no value, else `implausible` if a value
 * is out of the DHT22's range. All faults of that kind are named.
 */
export function parseReading(body: unknown): Reading {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw new Rejection(
      "malformed",
      parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the reading"} ${message}`),
    );
  }
  const { sensor, room, temperature, humidity } = parsed.data;
  const reading = { sensor, room, temperature: temperature ?? undefined, humidity: humidity ?? undefined };
  if (reading.temperature === undefined && reading.humidity === undefined) {
    throw new Rejection("malformed", ["the reading must have a temperature or a humidity"]);
  }
  const faults = implausible(reading);
  if (faults.length > 0) throw new Rejection("implausible", faults);
  return reading;
}

function implausible(reading: Reading): string[] {
  return (["temperature", "humidity"] as const).flatMap((quantity) => {
    const value = reading[quantity];
    const { min, max, unit } = ranges[quantity];
    if (value === undefined || (value >= min && value <= max)) return [];
    return [`${quantity} must be ${min} to ${max} ${unit}, not ${value}`];
  });
}
