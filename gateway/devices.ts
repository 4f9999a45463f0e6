import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { sensorModels, type SensorModel } from "./models.ts";

/** How a device sends its readings. */
export const transports = ["http", "udp"] as const;

/** Devices that the gateway takes: each is five metrics in Datadog, and 9 KiB of memory here. */
export const maxDevices = 64;

// Names become tags, labels and parts of metric names: this form needs no escaping in any.
const name = z
  .string()
  .check(z.regex(/^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/, "must be lower-case letters, digits, - and _"));

const device = z.strictObject({
  /** Name of the sensor, unique. */
  sensor: name,
  room: name,
  /** The device's board, such as `d1_mini`. */
  board: name,
  model: z.enum(Object.keys(sensorModels) as [SensorModel, ...SensorModel[]]),
  transport: z.enum(transports),
});

/** A device as the gateway is told of it. */
export type Device = Readonly<z.output<typeof device>>;

const devices = z.array(device).check(
  z.maxLength(maxDevices, `must have at most ${maxDevices} devices`),
  z.refine((all) => new Set(all.map(({ sensor }) => sensor)).size === all.length, {
    error: "must not have the same sensor twice",
  }),
);

/**
 * The devices in a file: a JSON list of {@link Device}.
 *
 * @throws Error that says what is wrong with it
 */
export function readDevices(path: string): Device[] {
  return checked(devices, path);
}

// 32 characters of letters and digits are 190 bits.
const token = z
  .string()
  .check(z.regex(/^[\w.~+/=-]{32,}$/, "must have 32 or more letters, digits and - . _ ~ + / ="));

const secrets = z.strictObject({
  /** Password of the page, where the entrance has no login in front of it. */
  page: z.optional(token),
  /** The token of each device that uses HTTP, by its sensor's name. */
  tokens: z.record(name, token),
});

/** What the gateway's visitors must know. */
export type Secrets = Readonly<z.output<typeof secrets>>;

/**
 * The secrets in a file: JSON of {@link Secrets}.
 *
 * @throws Error that says what is wrong with it, and no secret
 */
export function readSecrets(path: string): Secrets {
  return checked(secrets, path);
}

function checked<T extends z.ZodMiniType>(schema: T, path: string): z.output<T> {
  const parsed = schema.safeParse(parsedFile(path));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join(".") || "it"} ${message}`);
  throw new Error(`has errors: ${faults.join("; ")}`);
}

function parsedFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`must be a readable file: ${(error as Error).message}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message would show some of the file.
    throw new Error("must be a JSON file");
  }
}
