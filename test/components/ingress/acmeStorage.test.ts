import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const script = new URL("../../../components/ingress/acme-storage.sh", import.meta.url).pathname;
let directory: string;
let store: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "acme-"));
  store = join(directory, "acme.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const mode = () => statSync(store).mode & 0o777;

it("makes a store that is not there, for its owner alone", () => {
  expect(spawnSync("sh", [script, store]).status).toBe(0);
  expect(mode()).toBe(0o600);
});

it("closes a store that was opened to the group, and keeps what is in it", () => {
  writeFileSync(store, '{"acme":{}}');
  chmodSync(store, 0o660);
  expect(spawnSync("sh", [script, store]).status).toBe(0);
  expect(mode()).toBe(0o600);
  expect(readFileSync(store, "utf8")).toBe('{"acme":{}}');
});

it("fails where there is no directory for it", () => {
  const { status, stderr } = spawnSync("sh", [script, join(directory, "none", "acme.json")]);
  expect(status).not.toBe(0);
  expect(stderr.toString()).toContain("acme.json");
});
