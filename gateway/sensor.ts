import { Baseline } from "./baseline.ts";
import type { Device } from "./devices.ts";
import { History } from "./history.ts";
import type { RefusalReason } from "./refusal.ts";

/** What a sensor measured at one moment: at least one of the two values. */
export interface Reading {
  /** In °C. */
  readonly temperature?: number;
  /** Relative, in %. */
  readonly humidity?: number;
  /** In °C, from both. */
  readonly heatIndex?: number;
  /** In °C, from both. */
  readonly dewPoint?: number;
  /** When it came, in seconds of the gateway's clock. */
  readonly at: number;
}

/** A device that the gateway knows, and what it heard of it. */
export class Sensor {
  readonly device: Device;
  /** Its tags as DogStatsD writes them. */
  readonly tags: string;
  readonly histories = { temperature: new History(), humidity: new History() };
  /** How many of its readings were refused, by reason. */
  readonly refused = new Map<RefusalReason, number>();
  last: Reading | undefined;
  /** What its next reading must not be too far from. */
  readonly baseline = new Baseline();
  /** The address that the last reading came from. */
  source: string | undefined;
  lastRefusal: { readonly reason: RefusalReason; readonly fault: string; readonly at: number } | undefined;

  constructor(device: Device) {
    this.device = device;
    this.tags = `#sensor:${device.sensor},room:${device.room},board:${device.board}`;
  }

  accept(reading: Reading, source: string): void {
    this.last = reading;
    this.source = source;
    for (const quantity of ["temperature", "humidity"] as const) {
      const value = reading[quantity];
      if (value !== undefined) this.histories[quantity].add(value, reading.at);
    }
  }

  refuse(reason: RefusalReason, fault: string, at: number): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
    this.lastRefusal = { reason, fault, at };
  }
}
