import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pinsOf } from "../../commands/updates/pins.ts";
import { complaintsAbout, imageAge, knownBadImages, knownImageDates } from "../../policy/imageVersions.ts";
import type { Seen } from "../../policy/rule.ts";
import { deployment } from "./sound.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-12-01T12:00:00Z") }));
afterEach(() => void vi.useRealTimers());

const images = pinsOf("home").flatMap(({ image, file }) =>
  image && !file.startsWith("stacks/") ? image : [],
);

const ageMessages = (image: string, settings: object) => {
  const seen = { ...deployment("app", (app) => (app.image = image)), isProtected: false } as Seen;
  return imageAge.violations([seen], settings).map(({ message }) => message);
};

it("every image of bramble has a date, and no other", () => {
  expect(images.length).toBeGreaterThan(10);
  const ours = JSON.parse(
    readFileSync(new URL("../../policy/imageDates.json", import.meta.url), "utf8"),
  ) as object;
  expect(Object.keys(ours)).toEqual(images.toSorted());
  for (const date of Object.values(knownImageDates)) expect(Date.parse(date ?? "")).toBeGreaterThan(0);
});

it("no image of bramble is refused", () => {
  expect(images.flatMap((image) => complaintsAbout(image)).filter(({ fix }) => fix !== undefined)).toEqual(
    [],
  );
});

it.each(knownBadImages)(
  "a version of $image that is $versions is left where there is a better one",
  (bad) => {
    // The first version without it is not refused by another entry.
    if (bad.fix !== undefined)
      expect(complaintsAbout(`${bad.image}:${bad.fix}`).filter(({ fix }) => fix !== undefined)).toEqual([]);
    expect(complaintsAbout(`${bad.image}-other:0.0.1`)).toEqual([]);
  },
);

it.each([
  ["2026-08-03", 0],
  ["2026-08-02", 1],
])("with the date %s there are %i warnings", (date, count) => {
  const messages = ageMessages("a/b:1.2.3", { dates: { "a/b:1.2.3": date } });
  expect(messages).toHaveLength(count);
  if (count > 0) expect(messages[0]).toContain("121 days ago, on 2026-08-02");
});
