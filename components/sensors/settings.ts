import { z } from "zod";
import { deviceBoards, type DeviceBoardName } from "./deviceBoards.ts";
import { maxDevices, transports } from "../../gateway/devices.ts";
import { sensorModels, type SensorModel } from "../../gateway/models.ts";
import { defaultNetworks } from "./gatewayWorkload.ts";
import { label } from "../fields/fields.ts";

const device = z
  .strictObject({
    name: label
      // ESPHome's limit.
      .max(31, "must have 31 characters at most")
      .describe("Name of the device, unique. It is the tag `sensor` in Datadog."),
    room: label.describe("The room that it is in: the tag `room`."),
    board: z
      .enum(Object.keys(deviceBoards) as [DeviceBoardName, ...DeviceBoardName[]])
      .default("d1_mini")
      .describe("Its board, as ESPHome calls it: the tag `board`."),
    model: z
      .enum(Object.keys(sensorModels) as [SensorModel, ...SensorModel[]])
      .default("DHT22")
      .describe("The sensor on it."),
    pin: z
      .string("must be a pin")
      .optional()
      .describe("Pin of a DHT's data line, such as `D4` or `GPIO4`. Omit it for a sensor on I²C."),
    transport: z
      .enum(transports)
      .default("http")
      .describe("How it sends: `http` is encrypted and has a token, `udp` is neither."),
    interval: z
      .int("must be a number of seconds")
      .min(5, "must be 5 to 600 seconds")
      .max(600, "must be 5 to 600 seconds")
      .default(60)
      .describe("Seconds between two readings."),
  })
  .describe("A device with a sensor.");

const percent = (value: number, description: string) =>
  z
    .number("must be a number of %")
    .min(0, "must be 0 to 100 %")
    .max(100, "must be 0 to 100 %")
    .default(value)
    .describe(description);

const network = z
  .union([z.cidrv4(), z.cidrv6()], { error: "must be a range of addresses such as 192.168.1.0/24" })
  .describe("A range of addresses.");

/** Settings of the sensor gateway and its devices. */
export const schema = z
  .strictObject({
    host: label.default("sensors").describe("The host's name below `domain`."),
    board: label.describe("The board that receives readings by UDP; the gateway then runs on it.").optional(),
    networks: z
      .array(network, "must be a list of ranges")
      .min(1, "must name a range")
      .default([...defaultNetworks])
      .describe("The address ranges from which readings by UDP are accepted."),
    humidity: z
      .strictObject({
        min: percent(30, "% below which a room is too dry."),
        max: percent(70, "% above which a room is too humid: mould grows."),
      })
      .prefault({})
      .describe("Range of a room's humidity; a monitor alerts after an hour outside it."),
    devices: z
      .array(device, "must be a list of devices")
      .max(maxDevices, `must have at most ${maxDevices} devices`)
      .default([])
      .describe("The devices. `npm run esphome` writes their configurations."),
  })
  .describe(
    "The gateway for temperature and humidity, and the devices that send them. Needs `datadog` and `ingress`.",
  );

/** A device with a sensor. */
export type SensorDevice = z.output<typeof device>;
