import { sensorModels, type SensorModel } from "./models.ts";
import { Refusal } from "./refusal.ts";

/** Seconds between two readings of a sensor: the DHT22's data sheet allows no more. */
export const shortestInterval = 2;
/** Seconds for which a name belongs to the address that used it last: five readings at the usual interval. */
export const nameIsTakenFor = 300;

/** Units of what is measured. */
export const units = { temperature: "°C", humidity: "%" } as const;

/**
 * Bounds of what a sensor gives in place of an answer, in °C either side of 0 and in %. A DHT's frame of zeros has
 * the right checksum (anavi-thermometer-sw#60), others say 1 °C and 1 % for hours (esphome/issues#397), and
 * ESPHome's dht knows of 0 °C with 1 or 2 %. No air is so dry in the cold: at 2 °C and 2 % its dew point is −43 °C.
 */
const noAnswer = { temperature: 2, humidity: 2 } as const;

/** Values as a device sent them. */
export interface Values {
  readonly temperature?: number;
  readonly humidity?: number;
}

/** When a sensor's last reading came, in seconds of the gateway's clock, and from which address. */
interface Heard {
  readonly last: { readonly at: number } | undefined;
  readonly source: string | undefined;
}

/** @throws Refusal `name_taken` or `too_soon` */
export function checkTurn({ last, source: holder }: Heard, source: string, now: number): void {
  if (last === undefined) return;
  const since = now - last.at;
  if (holder !== source && since < nameIsTakenFor) {
    const wait = `${String(holder)} sent a reading under this name ${Math.round(since)} s ago`;
    throw new Refusal("name_taken", `${wait}; give each device its own name`);
  }
  if (since < shortestInterval) {
    throw new Refusal(
      "too_soon",
      `the last reading was ${since.toFixed(1)} s ago; wait ${shortestInterval} s`,
    );
  }
}

/** @throws Refusal `no_answer` */
export function checkAnswer({ temperature, humidity }: Values): void {
  if (temperature === undefined || humidity === undefined) return;
  if (Math.abs(temperature) > noAnswer.temperature || humidity < 0 || humidity > noAnswer.humidity) return;
  throw new Refusal(
    "no_answer",
    `${temperature} °C and ${humidity} % is what a DHT sends without a reading; check its wiring and pull-up, then power-cycle it`,
  );
}

/** @throws Refusal `out_of_range` */
export function checkRange(model: SensorModel, values: Values): void {
  for (const quantity of ["temperature", "humidity"] as const) {
    const value = values[quantity];
    const { min, max } = sensorModels[model][quantity];
    if (value === undefined || (value >= min && value <= max)) continue;
    throw new Refusal(
      "out_of_range",
      `a ${model} measures a ${quantity} from ${min} to ${max} ${units[quantity]}, not ${value}`,
    );
  }
}
