import { describe, expect, it } from "vitest";
import { type BoardModel, capacityOf, models, refusedModels } from "../../../components/board/models.ts";

const entries: [string, BoardModel][] = Object.entries(models);

/** Keys of one board's variants share everything before the size, and boards sold once stand alone. */
const families = Map.groupBy(entries, ([key]) => key.replace(/-\d+gb$/, ""));

describe.each(entries)("%s", (key, model) => {
  it("has a capacity below its RAM, yet above four fifths of it", () => {
    expect(model.capacity).toBeLessThan(model.ram);
    expect(model.capacity).toBeGreaterThan(0.8 * model.ram);
    expect(Number.isInteger(model.capacity)).toBe(true);
  });

  it("has no less than an unknown board of its size, which must be the worst seen", () => {
    expect(model.capacity).toBeGreaterThanOrEqual(capacityOf(model.ram));
  });

  it("says where its figures come from", () => {
    expect(model.source).toMatch(/^https?:\/\/\S+$/);
    expect(model.capacitySource).not.toBe("");
  });

  it("is called by its RAM where the board comes in several", () => {
    const size = /-(\d+)gb$/.exec(key)?.[1];
    if (size !== undefined) expect(model).toMatchObject({ ram: Number(size) * 1024 });
    expect(model.name.endsWith(" GB")).toBe(size !== undefined);
  });
});

it("takes each capacity from its source, or says that it is derived", () => {
  for (const [, { capacity, capacitySource }] of entries) {
    const stated = capacitySource.includes(String(capacity));
    const derived = /no figure found|estimated|less the 4|zram of \d+ kB|MemTotal \d+ kB/.test(
      capacitySource,
    );
    expect(stated || derived, capacitySource).toBe(true);
  }
});

it.each(
  entries.flatMap(([key, model]) => {
    const zram = /zram of (\d+) kB/.exec(model.capacitySource)?.[1];
    return zram === undefined ? [] : [{ key, zram: Number(zram), capacity: model.capacity }];
  }),
)("takes $key's capacity from a zram of half of it, whose header is 4 kB", ({ zram, capacity }) => {
  expect(capacity).toBe(Math.floor(((zram + 4) * 2) / 1024));
});

it("gives more RAM more capacity within a family", () => {
  for (const [family, variants] of families) {
    const byRam = variants.map(([, model]) => model).sort((a, b) => a.ram - b.ram);
    const capacities = byRam.map(({ capacity }) => capacity);
    expect(capacities, family).toEqual([...new Set(capacities)].sort((a, b) => a - b));
  }
});

describe("capacityOf", () => {
  it.each([
    [256, 181],
    [512, 411],
    [1024, 871],
    [2048, 1791],
    [3072, 2710],
    [4096, 3630],
    [6144, 5469],
    [8192, 7308],
    [12288, 11281],
    [16384, 15254],
    [32768, 31147],
  ])("of %i MiB is %i MiB", (ram, capacity) => {
    expect(capacityOf(ram)).toBe(capacity);
  });

  it("never falls as RAM grows, and is whole", () => {
    const capacities = Array.from({ length: 32768 - 256 }, (_, i) => capacityOf(256 + i));
    expect(capacities.every(Number.isInteger)).toBe(true);
    expect(capacities).toEqual(capacities.toSorted((a, b) => a - b));
  });

  it("stays below a QEMU guest of 2048 MiB, which has 1973", () => {
    expect(capacityOf(2048)).toBeLessThanOrEqual(1973);
  });
});

describe.each(Object.entries(refusedModels))("refused %s", (key, { name, why }) => {
  it("is no model", () => {
    expect(Object.keys(models)).not.toContain(key);
    expect(entries.map(([, model]) => model.name)).not.toContain(name);
  });

  it("gives the reason and a model that exists instead", () => {
    expect(why).toMatch(/32-bit, and Kubernetes .* after 1\.26\. Use /);
    const instead = /\(((?:tinker|rpi)-[\w-]+)\)/.exec(why)?.[1];
    expect(Object.keys(models)).toContain(instead);
  });
});
