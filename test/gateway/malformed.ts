import fc from "fast-check";
import { tokenOf } from "./gatewayOf.ts";

/** A request that no gateway should take, as it goes over the wire but for its Content-Length. */
export interface MalformedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

const json = { authorization: `Bearer ${tokenOf("victim")}`, "content-type": "application/json" };
const posted = (
  body: fc.Arbitrary<string | Uint8Array>,
  headers = fc.constant<Record<string, string>>(json),
) => fc.record({ method: fc.constant("POST"), path: fc.constant("/readings"), headers, body });

const outOfRange = fc.oneof(
  fc.double({ min: 80.01, max: 1e300, noNaN: true }),
  fc.double({ min: -1e300, max: -40.01, noNaN: true }),
  fc.constantFrom(-127, 85.1, 260, 1e21, -0.1 - 40),
);
const notNumber = fc
  .oneof(fc.string(), fc.boolean(), fc.array(fc.integer()), fc.object())
  .filter((value) => typeof value !== "string" || !/^-?(\d|nan|inf)/i.test(value));
/** JSON of a reading with something wrong in it, whatever else is right. */
const wrongReading = fc
  .oneof(
    fc.record({ temperature: outOfRange, humidity: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ temperature: notNumber }),
    fc.record({ temperature: fc.constant(20), humidity: notNumber }),
    fc.record({
      temperature: fc.constant(20),
      time: fc.oneof(fc.integer({ min: -1e6, max: 1e9 }), fc.constant("x")),
    }),
    fc.record({
      temperature: fc.constant(20),
      sensor: fc.string({ minLength: 1 }).filter((name) => name !== "victim"),
    }),
    fc.record({ temperature: fc.constant(20), extra: fc.anything({ withBigInt: false }) }),
    fc.constant({ temperature: null, humidity: null }),
    fc.constant({}),
  )
  .map((value) => JSON.stringify({ ...value }).replace(/"extra":undefined/, '"extra":0'))
  .map((text) => (text.includes('"extra"') || !text.startsWith('{"temperature":20}') ? text : `${text},`));

const token = fc.string({
  minLength: 1,
  maxLength: 80,
  unit: fc.constantFrom(...Array.from("abcdefghijk0123456789._~+/=-")),
});

/** Requests of every kind of wrong. */
export const malformedRequest: fc.Arbitrary<MalformedRequest> = fc.oneof(
  { weight: 6, arbitrary: posted(wrongReading) },
  { weight: 3, arbitrary: posted(fc.uint8Array({ maxLength: 300 })) },
  { weight: 3, arbitrary: posted(fc.string({ maxLength: 300, unit: "binary" }).map((text) => `${text}{`)) },
  { weight: 2, arbitrary: posted(fc.json().filter((text) => !text.includes("temperature"))) },
  {
    weight: 1,
    arbitrary: posted(
      fc.constantFrom("[".repeat(4000), `{"temperature":${"9".repeat(4000)}}`, " ".repeat(20_000)),
    ),
  },
  {
    weight: 4,
    arbitrary: posted(
      fc.constant('{"temperature": 20}'),
      token.map((text) => ({ ...json, authorization: `Bearer ${text}` })),
    ),
  },
  {
    weight: 2,
    arbitrary: posted(
      fc.constant('{"temperature": 20}'),
      fc
        .constantFrom("text/plain", "", "application/json2", "multipart/form-data")
        .map((type) => ({ ...json, "content-type": type })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      method: fc.constantFrom("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST"),
      path: fc
        .string({ maxLength: 60, unit: fc.constantFrom(...Array.from("abc/.%?#&=_-")) })
        .map((path) => `/x${path}`),
      headers: fc.constant(json),
      body: fc.constant(""),
    }),
  },
);

const name = fc.constantFrom("victim-udp", "nobody", "good-0", "__proto__", "constructor", "");
const wrongValue = fc.oneof(
  fc.constantFrom("nan", "-nan", "inf", "260", "-127", "1e3", "0x10", "+20", "", "20,5", "2 0", "NaN", "--1"),
  outOfRange.map(String),
  fc.string({ maxLength: 20 }).filter((text) => Number.isNaN(Number(text))),
);
const line = fc.oneof(
  fc.tuple(name, wrongValue).map(([who, value]) => `${who}.temperature:${value}|g`),
  fc
    .tuple(name, fc.constantFrom("|c", "|ms", "|g|#a:b", "|g|@0.1", "|gg", "|", ""))
    .map(([who, end]) => `${who}.temperature:20${end}`),
  fc.constantFrom(
    "_e{1,1}:a|b",
    "_sc|a|0",
    "victim.temperature:20|g",
    "nobody.temperature:20|g",
    ":",
    "|",
    "\0",
  ),
);

/** Datagrams of every kind of wrong. Some 1 in 100 is larger than a frame. */
export const malformedDatagram: fc.Arbitrary<Uint8Array | string> = fc.oneof(
  { weight: 30, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }) },
  { weight: 60, arbitrary: fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n")) },
  { weight: 15, arbitrary: fc.string({ minLength: 1, maxLength: 200 }) },
  { weight: 1, arbitrary: fc.constant("victim-udp.temperature:20|g\n".repeat(300)) },
);
