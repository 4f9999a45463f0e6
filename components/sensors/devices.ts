import type { SensorModel } from "../../gateway/models.ts";
import { type DeviceBoard, deviceBoards } from "./deviceBoards.ts";
import type { SensorDevice } from "./settings.ts";

/** The models that are on I²C, with their address there. */
export const i2cModels: Readonly<Partial<Record<SensorModel, string>>> = { BME280: "0x76", SHT3X: "0x44" };

/** What is wrong with where a device's sensor is connected, or undefined. */
export function pinFault({ model, board, pin }: SensorDevice): string | undefined {
  const { pins, i2c }: DeviceBoard = deviceBoards[board];
  if (i2cModels[model] !== undefined) {
    return pin === undefined
      ? undefined
      : `must be omitted: a ${model} uses I²C, SDA on ${i2c.sda} and SCL on ${i2c.scl}.`;
  }
  if (pin !== undefined && pins.includes(pin)) return undefined;
  const given = pin === undefined ? `is missing; a ${model} needs one` : `"${pin}" cannot take a ${model}`;
  return `${given}. Allowed on ${board}: ${pins.join(", ")}.`;
}
