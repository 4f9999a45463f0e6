import { expect, it } from "vitest";
import { buckets, bucketSeconds, History } from "../../gateway/history.ts";

const known = (points: readonly (number | undefined)[]) =>
  Object.fromEntries(points.flatMap((value, index) => (value === undefined ? [] : [[index, value]])));

it("keeps the mean of each five minutes of a day, oldest first", () => {
  const history = new History();
  const start = 7 * bucketSeconds;
  history.add(20, start);
  history.add(22, start + 299);
  history.add(-5, start + bucketSeconds);
  expect(known(history.points(start + 2 * bucketSeconds))).toEqual({ [buckets - 3]: 21, [buckets - 2]: -5 });
});

it("forgets what is older than a day, however long nothing came", () => {
  const history = new History();
  history.add(20, 0);
  history.add(21, (buckets - 1) * bucketSeconds);
  expect(known(history.points((buckets - 1) * bucketSeconds))).toEqual({ 0: 20, [buckets - 1]: 21 });
  expect(known(history.points(buckets * bucketSeconds))).toEqual({ [buckets - 2]: 21 });
  expect(known(history.points(1e7))).toEqual({});
});
