import { describe, expect, it } from "vitest";
import { parseDatagram } from "../../gateway/statsd.ts";

const parse = (text: string) => Object.fromEntries(parseDatagram(Buffer.from(text, "latin1")));

describe("parseDatagram", () => {
  it("reads what ESPHome sends", () => {
    expect(parse("kitchen.temperature:21.400000|g\nkitchen.humidity:48.200001|g\n")).toEqual({
      kitchen: { temperature: 21.4, humidity: 48.200001 },
    });
  });

  it("takes the 0 before a negative value for what it is", () => {
    expect(parse("a.temperature:0|g\na.temperature:-5.500000|g\na.humidity:80.000000|g\n")).toEqual({
      a: { temperature: -5.5, humidity: 80 },
    });
  });

  it.each([
    ["nan", NaN],
    ["-nan", NaN],
    ["inf", NaN],
    ["NaN", NaN],
    ["-Infinity", NaN],
    ["-0.000000", -0],
    ["0.000000", 0],
  ])("reads a value of %s", (text, value) => {
    expect(parse(`a.temperature:${text}|g\n`)).toEqual({ a: { temperature: value } });
  });

  it("keeps devices in one datagram apart", () => {
    expect(parse("a.temperature:1|g\nb.temperature:2|g")).toEqual({
      a: { temperature: 1 },
      b: { temperature: 2 },
    });
  });

  it.each([
    ["nothing", ""],
    ["line ends alone", "\n\n"],
    ["another type", "a.temperature:1|c"],
    ["a set that looks like a gauge", "a.temperature:1|gs"],
    ["tags", "a.temperature:1|g|#room:x"],
    ["a sampling rate", "a.temperature:1|g|@0.1"],
    ["another quantity", "a.pressure:1|g"],
    ["no device", ".temperature:1|g"],
    ["a step", "a.temperature:+1|g"],
    ["an exponent", "a.temperature:1e3|g"],
    ["hexadecimal", "a.temperature:0x10|g"],
    ["two values of one quantity", "a.temperature:1|g\na.temperature:2|g"],
    ["a negative value after another", "a.temperature:1|g\na.temperature:-2|g"],
    ["a line end of Windows", "a.temperature:1|g\r\n"],
    ["a NUL", "a.temperature:1\0|g"],
    ["an upper-case name", "A.temperature:1|g"],
    ["one good line and a bad one", "a.temperature:1|g\nx"],
    ["a service check of DogStatsD", "_sc|a|0"],
    ["an event of DogStatsD", "_e{1,1}:a|b"],
  ])("refuses %s", (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason: "malformed" }));
  });

  it("refuses what fits no frame", () => {
    const line = "a.temperature:1|g\n";
    expect(() => parse(line.repeat(80))).toThrow(expect.objectContaining({ reason: "too_large" }));
  });
});
