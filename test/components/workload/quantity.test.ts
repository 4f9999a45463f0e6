import { expect, it } from "vitest";
import { mebibytes } from "../../../components/workload/quantity.ts";

it.each([
  ["128Mi", 128],
  ["1Gi", 1024],
  ["2048Ki", 2],
  ["1.5Gi", 1536],
  ["1048576", 1],
  ["1048576k", 1000],
])("%s is %d MiB", (quantity, expected) => {
  expect(mebibytes(quantity)).toBe(expected);
});

it.each(["", "Mi", "12 Mi", "12MB", "-1Mi", "a"])("refuses %j", (quantity) => {
  expect(() => mebibytes(quantity)).toThrow(`"${quantity}" is not a Kubernetes memory quantity`);
});
