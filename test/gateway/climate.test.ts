import { describe, expect, it } from "vitest";
import { dewPoint, heatIndex } from "../../gateway/climate.ts";

const fahrenheit = (celsius: number) => celsius * 1.8 + 32;
const celsius = (degrees: number) => (degrees - 32) / 1.8;

describe("heatIndex", () => {
  // The chart of the US National Weather Service (https://www.weather.gov/safety/heat-index), in °F.
  it.each([
    [80, 40, 80],
    [90, 50, 95],
    [90, 60, 100],
    [94, 80, 129],
    [100, 50, 118],
    [104, 40, 119],
    [110, 40, 136],
    [86, 90, 105],
  ])("at %i °F and %i %% is %i °F, as in the chart", (temperature, humidity, felt) => {
    expect(Math.abs(fahrenheit(heatIndex(celsius(temperature), humidity)) - felt)).toBeLessThan(1);
  });

  it("takes off for dry heat and adds for damp warmth", () => {
    const dry = fahrenheit(heatIndex(celsius(95), 10));
    expect(dry).toBeLessThan(fahrenheit(heatIndex(celsius(95), 14)));
    expect(Math.abs(dry - 90)).toBeLessThan(1);
    expect(Math.abs(fahrenheit(heatIndex(celsius(82), 95)) - 93)).toBeLessThan(1.2);
  });

  it("is the temperature where it is cold", () => {
    expect(heatIndex(4, 50)).toBe(4);
    expect(heatIndex(-20, 90)).toBe(-20);
  });
});

describe("dewPoint", () => {
  // Psychrometric tables over water, to a tenth.
  it.each([
    [20, 50, 9.3],
    [25, 60, 16.7],
    [30, 80, 26.2],
    [10, 30, -6.8],
    [0, 100, 0],
    [-10, 100, -10],
  ])("at %f °C and %i %% is %f °C", (temperature, humidity, point) => {
    expect(dewPoint(temperature, humidity)).toBeCloseTo(point, 0.9);
  });

  it("is nowhere in air without water", () => {
    expect(dewPoint(20, 0)).toBeUndefined();
  });
});
