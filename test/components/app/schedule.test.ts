import { expect, it } from "vitest";
import { longestPause, scheduleError } from "../../../components/app/schedule.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  ["17 3 * * *", day],
  ["47 4 * * 0", 7 * day],
  ["*/15 * * * *", 15 * minute],
  ["5/15 * * * *", 15 * minute],
  ["0 1,5,22 * * *", 17 * hour],
  ["0 3 * * 1-5", 3 * day],
  ["0 3 1 * *", 31 * day],
  // Either of the two days, as Kubernetes has it.
  ["0 3 1 * 1", 7 * day],
  ["0 3 1 1 *", 366 * day],
])("%s pauses at most %i s", (schedule, seconds) => {
  expect(longestPause(schedule)).toBe(seconds);
  expect(scheduleError(schedule)).toBeUndefined();
});

it.each([
  ["60 3 * * *", /: Invalid value for minute: 60$/],
  ["0 24 * * *", /hour: 24$/],
  ["0 3 31 4 *", /never runs$/],
  ["0 3 * * */0", /stepping: 0$/],
  ["0 0 3 * * *", /five fields/],
])("%s is none", (schedule, message) => {
  expect(scheduleError(schedule)).toMatch(message);
});
