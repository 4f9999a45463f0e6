import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { findBuilt, labFolder, obtainBuilt, type Recipe } from "../../lab/built.ts";

let builds: number;
const quiet = { say: () => undefined };

beforeEach(() => {
  builds = 0;
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), "lab-cache-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    fs.rmSync(cache, { recursive: true, force: true });
  });
});

function recipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    name: "thing",
    ingredients: ["script", "1.0"],
    build: (folder) => {
      builds += 1;
      fs.writeFileSync(path.join(folder, "part"), "one");
      return Promise.resolve();
    },
    ...changes,
  };
}

it("builds a thing once, also for two at once", async () => {
  expect(findBuilt(recipe())).toBeUndefined();
  const [one, other] = await Promise.all([obtainBuilt(recipe(), quiet), obtainBuilt(recipe(), quiet)]);
  const later = await obtainBuilt(recipe(), quiet);
  expect([other, later, findBuilt(recipe())]).toEqual([one, one, one]);
  expect(fs.readFileSync(path.join(one, "part"), "utf8")).toBe("one");
  expect(builds).toBe(1);
});

it("builds anew when an ingredient changes, and keeps what was built before", async () => {
  const before = await obtainBuilt(recipe(), quiet);
  const after = await obtainBuilt(recipe({ ingredients: ["script", "1.1"] }), quiet);
  expect(after).not.toBe(before);
  expect(fs.existsSync(before)).toBe(true);
  expect(builds).toBe(2);
});

it("leaves nothing of a build that fails", async () => {
  const failing = recipe({
    build: async (folder) => {
      await recipe().build(folder, quiet);
      throw new Error("no space");
    },
  });
  await expect(obtainBuilt(failing, quiet)).rejects.toThrow("no space");
  expect(fs.readdirSync(labFolder())).toEqual([]);
});

it("removes what a killed build has left, and does not use it", async () => {
  const left = path.join(labFolder(), "partial-thing-killed");
  fs.mkdirSync(left, { recursive: true });
  await obtainBuilt(recipe(), quiet);
  expect(builds).toBe(1);
  expect(fs.existsSync(left)).toBe(false);
});
