import { expect, it } from "vitest";
import { mebibytes, millicores } from "../../../components/workload/quantity.ts";

it.each([
  ["128Mi", 128],
  ["1Gi", 1024],
  ["2048Ki", 2],
  ["1.5Gi", 1536],
  ["1048576", 1],
  ["1048576k", 1000],
  // As an autoscaler writes it, and a program that prefers exponents.
  ["134217728000m", 128],
  ["1e6", 1e6 / 2 ** 20],
])("%s is %d MiB", (quantity, expected) => {
  expect(mebibytes(quantity)).toBe(expected);
});

it.each(["", "Mi", "12 Mi", "12MB", "-1Mi", "a"])("refuses %j", (quantity) => {
  expect(() => mebibytes(quantity)).toThrow(`"${quantity}" is not a Kubernetes memory quantity`);
});

it.each([
  ["57m", 57],
  ["0.5", 500],
  ["2", 2000],
  ["1500u", 1.5],
])("%s is %d millicores", (quantity, expected) => {
  expect(millicores(quantity)).toBe(expected);
});

it("has no rounding error in whole millicores", () => {
  for (let i = 0; i < 5000; i++) expect(millicores(`${i}m`)).toBe(i);
});
