import type { SensorModel } from "../../gateway/models.ts";
import type { DeviceBoardName } from "./deviceBoards.ts";

/** A device with a sensor, as the settings describe it. */
export interface SensorDevice {
  /** Lower-case letters, digits and hyphens, 31 at most (ESPHome's limit); unique. */
  readonly name: string;
  readonly room: string;
  readonly board: DeviceBoardName;
  readonly model: SensorModel;
  /** The pin of the sensor's data line. None for a sensor on I²C, which is on the board's own pins for that. */
  readonly pin?: string;
  /** How it sends: `http` is encrypted and has a token; `udp` is neither, and costs the device less. */
  readonly transport: "http" | "udp";
  /** Seconds between two readings. */
  readonly interval: number;
}

/** The models that are on I²C, with their address there. */
export const i2cModels: Readonly<Partial<Record<SensorModel, string>>> = { BME280: "0x76", SHT3X: "0x44" };

/** What is wrong with where a device's sensor is connected, or undefined. */
export function pinFault(
  { model, board, pin }: Pick<SensorDevice, "model" | "board" | "pin">,
  boards: Readonly<Record<string, { pins: readonly string[]; i2c: { sda: string; scl: string } }>>,
): string | undefined {
  const { pins, i2c } = boards[board] ?? { pins: [], i2c: { sda: "", scl: "" } };
  if (i2cModels[model] !== undefined) {
    return pin === undefined
      ? undefined
      : `must be omitted: a ${model} uses I²C, SDA on ${i2c.sda} and SCL on ${i2c.scl}.`;
  }
  if (pin !== undefined && pins.includes(pin)) return undefined;
  const given = pin === undefined ? `is missing; a ${model} needs one` : `"${pin}" cannot take a ${model}`;
  return `${given}. Allowed on ${board}: ${pins.join(", ")}.`;
}
