import type { IncomingMessage } from "node:http";
import type { Sent } from "./gateway.ts";
import { parseJson } from "./json.ts";
import { Refusal } from "./refusal.ts";

/** Largest body in bytes. A reading has about 100. */
export const bodyLimit = 4096;

/**
 * Reads a request's body.
 *
 * @returns undefined if the client hung up
 * @throws Refusal `too_large`
 */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  const tooLarge = new Refusal("too_large", `the body must not exceed ${bodyLimit} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > bodyLimit) return Promise.reject(tooLarge);
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > bodyLimit) reject(tooLarge);
    else chunks.push(chunk);
  });
  request.on("end", () => resolve(Buffer.concat(chunks).toString()));
  // After the end this changes nothing.
  request.on("close", () => resolve(undefined));
  request.on("error", () => resolve(undefined));
  return promise;
}

/** A reading as a device posts it, with the name of its sensor if it tells one. */
export interface Posted extends Sent {
  readonly sensor?: string;
}

const keys = ["temperature", "humidity", "time", "sensor"];
const decimal = /^-?\d{1,9}(\.\d{1,9})?$/;
/** Text for no number: a program's, and what home automation calls the state of a sensor that is away. */
const noNumber = /^([-+]?(nan|inf(inity)?|ovf)|null|none|unknown|unavailable)$/i;

/**
 * Reads a reading: `{"temperature": 21.4, "humidity": 48.2}`. ESPHome writes numbers with a lambda, `null` for
 * NaN there, and text such as `"21.4"` or `"nan"` where its `json:` is a map.
 *
 * @throws Refusal `malformed` or `nan_in_json`
 */
export function parseBody(text: string): Posted {
  const body = parseJson(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw malformed("the body must be an object");
  }
  const unknown = Object.keys(body).filter((key) => !keys.includes(key));
  if (unknown.length > 0) {
    throw malformed(`unknown: ${unknown.slice(0, 5).join(", ").slice(0, 100)}; allowed: ${keys.join(", ")}`);
  }
  const { temperature, humidity, time, sensor } = body as Record<string, unknown>;
  if (sensor !== undefined && typeof sensor !== "string") throw malformed("sensor must be a name");
  const sent = {
    temperature: value("temperature", temperature),
    humidity: value("humidity", humidity),
    time: value("time", time),
    sensor,
  };
  if (Number.isNaN(sent.time)) throw malformed("time must be a Unix time in seconds");
  return sent;
}

function value(key: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (given === null) return NaN;
  // 1e999 is JSON, and Infinity.
  if (typeof given === "number") return Number.isFinite(given) ? given : NaN;
  if (typeof given === "string") {
    if (decimal.test(given)) return Number(given);
    if (noNumber.test(given)) return NaN;
    const pointed = given.replace(",", ".");
    if (decimal.test(pointed)) throw malformed(`${key} "${given}" has a decimal comma: send ${pointed}`);
  }
  const shown = JSON.stringify(given).slice(0, 40);
  throw malformed(`${key} must be a number such as 21.4, or null if the sensor has no value; not ${shown}`);
}

function malformed(fault: string): Refusal {
  return new Refusal("malformed", fault);
}
