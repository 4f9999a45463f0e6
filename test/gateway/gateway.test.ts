import { beforeEach, describe, expect, it } from "vitest";
import type { Sent } from "../../gateway/gateway.ts";
import { Gateway } from "../../gateway/gateway.ts";
import { readingLines } from "../../gateway/lines.ts";
import type { RefusalReason } from "../../gateway/refusal.ts";
import { Refusal } from "../../gateway/refusal.ts";
import { device, stillClock } from "./gatewayOf.ts";

const valid = { temperature: 21.4, humidity: 48.2 };
let clock: ReturnType<typeof stillClock>;
let gateway: Gateway;
let sent: string[];

beforeEach(() => {
  clock = stillClock();
  sent = [];
  const devices = [device(), device({ sensor: "attic", model: "DHT11" })];
  gateway = new Gateway(devices, clock, (sensor, reading) => sent.push(readingLines(sensor, reading)));
});

function take(reading: Sent, { sensor = "kitchen", source = "192.168.1.50" } = {}): RefusalReason | "taken" {
  try {
    gateway.take(gateway.sensors.get(sensor)!, reading, source);
    return "taken";
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe("a reading", () => {
  it("is sent on with what follows from it, tagged", () => {
    expect(take(valid)).toBe("taken");
    const tags = "#sensor:kitchen,room:kitchen,board:d1_mini";
    expect(sent).toEqual([
      `home.temperature:21.4|g|${tags}\nhome.humidity:48.2|g|${tags}\n` +
        `home.heat_index:21.13|g|${tags}\nhome.dew_point:10|g|${tags}`,
    ]);
    expect(gateway.counters.accepted).toBe(1);
  });

  it("may have one value, and nothing follows from that", () => {
    expect(take({ temperature: 21.4 })).toBe("taken");
    expect(sent[0]).toMatch(/^home\.temperature:21\.4\|g\|\S+$/);
  });

  it("may have one value that the sensor had not, and that is counted", () => {
    expect(take({ temperature: 21.4, humidity: NaN })).toBe("taken");
    expect(sent[0]).not.toContain("humidity");
    expect(gateway.counters.corrected).toEqual({ half_missing: 1, negative_zero: 0 });
  });

  it("of −0 is one of 0, and counted", () => {
    expect(take({ temperature: -0, humidity: 50 })).toBe("taken");
    expect(sent[0]).toContain("home.temperature:0|g");
    expect(gateway.counters.corrected).toEqual({ half_missing: 0, negative_zero: 1 });
  });

  it("may be at the ends of what its sensor measures", () => {
    expect(take({ temperature: -40, humidity: 0 })).toBe("taken");
    expect(sent[0]).not.toContain("dew_point");
    expect(take({ temperature: 0, humidity: 80 }, { sensor: "attic" })).toBe("taken");
    clock.move(3600);
    expect(take({ temperature: 60, humidity: 95 }, { sensor: "attic" })).toBe("taken");
  });
});

describe("a bad reading is refused, counted under its reason, and not sent on:", () => {
  const now = Date.UTC(2026, 10, 22) / 1000;
  it.each<[string, Sent, RefusalReason]>([
    ["NaN", { temperature: NaN, humidity: NaN }, "not_a_number"],
    ["nothing", {}, "not_a_number"],
    ["a frame of zeros", { temperature: 0, humidity: 0 }, "no_answer"],
    ["1 °C and 1 %", { temperature: 1, humidity: 1 }, "no_answer"],
    ["0.1 °C and 1 %, of which ESPHome knows", { temperature: 0.1, humidity: 1 }, "no_answer"],
    ["−0 °C and 2 %", { temperature: -0, humidity: 2 }, "no_answer"],
    ["260 % humidity", { ...valid, humidity: 260 }, "out_of_range"],
    ["−127 °C", { ...valid, temperature: -127 }, "out_of_range"],
    ["80.1 °C", { ...valid, temperature: 80.1 }, "out_of_range"],
    ["−0.1 %", { ...valid, humidity: -0.1 }, "out_of_range"],
    ["a clock in 1970", { ...valid, time: 12 }, "wrong_clock"],
    ["a clock 6 min ahead", { ...valid, time: now + 360 }, "wrong_clock"],
  ])("%s", (_, reading, reason) => {
    expect(take(reading)).toBe(reason);
    expect(sent).toEqual([]);
    expect(gateway.counters.refused[reason]).toBe(1);
    expect(gateway.sensors.get("kitchen")?.refused).toEqual(new Map([[reason, 1]]));
    // It is no beginning of anything: a good one right after it is taken.
    expect(take({ ...valid, time: now })).toBe("taken");
  });

  it("what another model could have measured", () => {
    expect(take({ temperature: 70, humidity: 50 }, { sensor: "attic" })).toBe("out_of_range");
    expect(take({ temperature: 20, humidity: 97 }, { sensor: "attic" })).toBe("out_of_range");
  });

  it("one within 2 s", () => {
    take(valid);
    clock.move(1.9);
    expect(take(valid)).toBe("too_soon");
    clock.move(0.2);
    expect(take(valid)).toBe("taken");
  });

  it("two devices with one name: the second, until the first was silent for 5 min", () => {
    take(valid);
    clock.move(60);
    expect(take(valid, { source: "192.168.1.51" })).toBe("name_taken");
    expect(take(valid)).toBe("taken");
    clock.move(299);
    expect(take(valid, { source: "192.168.1.51" })).toBe("name_taken");
    clock.move(2);
    expect(take(valid, { source: "192.168.1.51" })).toBe("taken");
  });

  it("a jump, unless there was time for it", () => {
    take(valid);
    clock.move(60);
    // A flipped bit of a DHT22.
    expect(take({ ...valid, temperature: 21.4 + 25.6 })).toBe("impossible_jump");
    expect(take({ ...valid, humidity: 48.2 + 51.2 })).toBe("impossible_jump");
    expect(take({ ...valid, temperature: 21.4 + 7.9 })).toBe("taken");
    clock.move(600);
    expect(take({ ...valid, temperature: 70 })).toBe("taken");
  });
});

describe("a far value, each minute,", () => {
  const minutes = (readings: readonly Sent[]) =>
    readings.map((reading) => {
      clock.move(60);
      return take(reading);
    });
  const half = { temperature: 10.7, humidity: 48.2 };
  const outside = { temperature: -3.2, humidity: 88 };

  it("that sensors give in place of an answer is never taken, and the right one after it is", () => {
    take({ temperature: 21.5, humidity: 45 });
    const answers = minutes(Array.from({ length: 120 }, () => ({ temperature: 1, humidity: 1 })));
    expect(new Set(answers)).toEqual(new Set(["no_answer"]));
    expect(minutes([{ temperature: 21.4, humidity: 45.2 }])).toEqual(["taken"]);
  });

  it("is not taken for being waited with", () => {
    take(valid);
    const flips = [half, { ...valid, temperature: 47 }, { ...valid, humidity: 99.4 }];
    expect(new Set(minutes([...flips, ...flips, ...flips]))).toEqual(new Set(["impossible_jump"]));
    expect(minutes([valid])).toEqual(["taken"]);
  });

  it("is taken as the fifth in a row of those that agree", () => {
    take(valid);
    const walk = [0, 0.4, 0.8, 0.5].map((step) => ({ ...outside, temperature: outside.temperature + step }));
    expect(minutes(walk)).toEqual(Array.from(walk, () => "impossible_jump"));
    expect(minutes([outside, outside])).toEqual(["taken", "taken"]);
  });

  it("begins its row anew after one that does not agree, or a right one", () => {
    take(valid);
    const answers = minutes([half, half, half, half, outside, half, half, half, valid, half]);
    expect(answers.filter((answer) => answer === "taken")).toHaveLength(1);
    expect(answers[8]).toBe("taken");
  });

  it("that was believed wrongly does not lock the right ones out", () => {
    take(valid);
    expect(minutes([half, half, half, half, half]).at(-1)).toBe("taken");
    expect(minutes([valid, { ...valid, temperature: 21.6 }, half])).toEqual([
      "taken",
      "taken",
      "impossible_jump",
    ]);
  });
});

it("cannot judge a device's clock while the board's own is in 1970", () => {
  clock.setUnix(500);
  expect(take({ ...valid, time: Date.UTC(2026, 10, 22) / 1000 })).toBe("taken");
});

it("remembers strangers, the latest first, and no more than 32", () => {
  for (let i = 0; i < 100; i++) gateway.refuse(new Refusal("unknown_device", ""), `device-${i}`);
  gateway.refuse(new Refusal("unknown_device", ""), "device-90");
  const list = gateway.strangers.list();
  expect(list).toHaveLength(32);
  expect(list[0]).toMatchObject({ who: "device-90", count: 2, reason: "unknown_device" });
  expect(list.at(-1)?.who).toBe("device-68");
  expect(gateway.counters.refused.unknown_device).toBe(101);
});
