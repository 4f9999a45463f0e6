import { dewPoint, heatIndex } from "./climate.ts";
import { isWrong, type Clock } from "./clock.ts";
import { Counters } from "./counters.ts";
import type { Device } from "./devices.ts";
import { checkAnswer, checkRange, checkTurn, type Values } from "./plausible.ts";
import { Refusal } from "./refusal.ts";
import { type Reading, Sensor } from "./sensor.ts";
import { Strangers } from "./strangers.ts";

/** A reading as a device sent it: a value is undefined if it was not sent, and NaN if the sensor had none. */
export interface Sent extends Values {
  /** Unix time in seconds, by the device's clock. */
  readonly time?: number;
}

/** Where accepted readings go. */
export type Deliver = (sensor: Sensor, reading: Reading) => void;

/** What the gateway knows: its sensors, what was refused, and who else knocks. */
export class Gateway {
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly counters = new Counters();
  readonly strangers = new Strangers();
  readonly clock: Clock;
  /** When it started, in seconds of its clock. */
  readonly started: number;
  readonly #deliver: Deliver;

  constructor(devices: readonly Device[], clock: Clock, deliver: Deliver) {
    this.sensors = new Map(devices.map((device) => [device.sensor, new Sensor(device)]));
    this.clock = clock;
    this.started = clock.now();
    this.#deliver = deliver;
  }

  /**
   * Takes a reading or refuses it; both are counted.
   *
   * @param source address of who sent it
   * @throws Refusal
   */
  take(sensor: Sensor, sent: Sent, source: string): void {
    const now = this.clock.now();
    let values: Values;
    try {
      values = this.#checked(sensor, sent, source, now);
    } catch (error) {
      if (error instanceof Refusal) this.refuse(error, source, sensor);
      throw error;
    }
    const reading: Reading = { ...values, ...derived(values), at: now };
    sensor.accept(reading, source);
    this.counters.accepted += 1;
    this.#deliver(sensor, reading);
  }

  /** Counts what was refused before anybody could look at a reading. */
  refuse({ reason, message }: Refusal, who: string, sensor?: Sensor): void {
    this.counters.refused[reason] += 1;
    const now = this.clock.now();
    if (sensor) sensor.refuse(reason, message, now);
    else this.strangers.note(who, reason, now);
  }

  #checked(sensor: Sensor, { time, temperature, humidity }: Sent, source: string, now: number): Values {
    checkTurn(sensor, source, now);
    if (time !== undefined && isWrong(time, this.clock)) {
      throw new Refusal("wrong_clock", `the device's clock says ${time}, which is more than 5 min off`);
    }
    const values = { temperature: numberOf(temperature), humidity: numberOf(humidity) };
    if (values.temperature === undefined && values.humidity === undefined) {
      throw new Refusal("not_a_number", "the sensor has no value");
    }
    checkAnswer(values);
    checkRange(sensor.device.model, values);
    sensor.baseline.take(values, now);
    if (Number.isNaN(temperature) || Number.isNaN(humidity)) this.counters.corrected.half_missing += 1;
    if (Object.is(temperature, -0) || Object.is(humidity, -0)) this.counters.corrected.negative_zero += 1;
    return values;
  }
}

/** Without NaN, which means that there is none, and without −0, which in StatsD would be a step of nothing. */
function numberOf(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value + 0;
}

function derived({ temperature, humidity }: Values): Pick<Reading, "heatIndex" | "dewPoint"> {
  if (temperature === undefined || humidity === undefined) return {};
  return { heatIndex: heatIndex(temperature, humidity), dewPoint: dewPoint(temperature, humidity) };
}
