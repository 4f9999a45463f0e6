import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { main } from "../../../commands/updates/main.ts";
import { Trial } from "../../../commands/updates/trial.ts";
import { augustPins } from "./august.ts";

// Each judgement is a program of its own, and loads Pulumi.
vi.setConfig({ testTimeout: 300_000 });

const answers = fileURLToPath(new URL("answers.json", import.meta.url));
const home = readFileSync(new URL("../../fixtures/Pulumi.home.yaml", import.meta.url), "utf8");
const source = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const { signal } = new AbortController();
const findTools = () => Promise.reject(new Error("these tools of the rehearsal are missing:"));

const out: string[] = [];
beforeEach(() => {
  out.length = 0;
  for (const way of ["log", "error"] as const)
    vi.spyOn(console, way).mockImplementation((line: unknown) => void out.push(String(line)));
});
afterEach(() => void vi.restoreAllMocks());

/** The repository with the images of August 2026, and other files. */
async function august(others: readonly (readonly [string, string])[] = []): Promise<Trial> {
  const texts = new Map([["stacks/Pulumi.home.yaml", home], ...others]);
  for (const { file, version, written } of augustPins()) {
    if (!file.startsWith("components/")) continue;
    const text = texts.get(file) ?? source(file);
    const now = new RegExp(`"${written.slice(0, -version.length)}[^"]+"`);
    texts.set(file, text.replace(now, `"${written}"`));
  }
  return Trial.create(texts);
}

it("finds what is newer than in August, judges it, and writes it", async () => {
  await using old = await august();
  const read = (file: string) => readFileSync(path.join(old.folder, file), "utf8");
  expect(read("components/ingress/images.ts")).toContain('"traefik:v3.7.11"');
  const place = { folder: old.folder, findTools };

  // Versions that are known to be bad are left, and not kept because they are refused.
  expect(await main(["home", "--answers", answers], signal, place)).toBe(0);
  const said = out.join("\n");
  expect(said).toContain("traefik 3.7.18: fits, 112 → 112 Mi; ");
  expect(said).toContain(
    '-export const traefikImage = "traefik:v3.7.11";\n+export const traefikImage = "traefik:v3.7.18";',
  );
  expect(said).toContain("rehearsal: not run, these tools of the rehearsal are missing:");
  expect(said).toContain("npm run updates -- home --apply");
  expect(read("components/ingress/images.ts")).toContain('"traefik:v3.7.11"');

  out.length = 0;
  expect(await main(["home", "--answers", answers, "--apply"], signal, place)).toBe(0);
  expect(read("components/ingress/images.ts")).toContain('"traefik:v3.7.18"');
  expect(read("components/workload/images.ts")).toContain('"node:24.22.1-trixie-slim"');
  expect(read("policy/imageDates.json")).toContain('"traefik:v3.7.18": "2026-11-28"');
  expect(out.join("\n")).toContain("Next: npx pulumi preview -s home");

  out.length = 0;
  expect(await main(["home", "--answers", answers], signal, place)).toBe(0);
  expect(out.join("\n")).not.toMatch(/^[-+]export|--apply/m);
});

it("writes nothing that does not fit", async () => {
  // A version that wants more memory than the board has.
  const workload = source("components/ingress/traefikWorkload.ts");
  const more = workload.replace(
    /(const memory(?:Request|Limit)) = (\d+)/g,
    '$1 = traefikImage.endsWith("18") ? 900 : $2',
  );
  await using old = await august([["components/ingress/traefikWorkload.ts", more]]);
  expect(
    await main(["home", "--answers", answers, "--apply"], signal, { folder: old.folder, findTools }),
  ).toBe(1);
  const said = out.join("\n");
  expect(said).toContain("traefik 3.7.18: not written, since not all updates together fit");
  expect(said).toContain("Nothing is written:");
  expect(said).toMatch(/traefik needs 900Mi on pi3-1/);
  expect(said).not.toContain("Written:");
  expect(readFileSync(path.join(old.folder, "components/ingress/images.ts"), "utf8")).toContain("v3.7.11");
});

it("writes no version that is known to be bad", async () => {
  const bad = [{ image: "traefik", versions: "3.7.18", why: "it is worse", fix: "3.7.19" }];
  await using old = await august([["policy/badImages.json", JSON.stringify(bad)]]);
  expect(
    await main(["home", "--answers", answers, "--apply"], signal, { folder: old.folder, findTools }),
  ).toBe(1);
  expect(out.join("\n")).toMatch(
    /traefik 3\.7\.18: refused\. policy image-bad, .*: it is worse\. Use 3\.7\.19/,
  );
  expect(out.join("\n")).toContain("restic 0.20.0: not written");

  out.length = 0;
  const others = ["home", "restic", "--answers", answers, "--apply"];
  expect(await main(others, signal, { folder: old.folder, findTools })).toBe(0);
  const read = (file: string) => readFileSync(path.join(old.folder, file), "utf8");
  expect(read("components/workload/images.ts")).toMatch(/"restic\/restic:0\.20\.0"/);
  expect(read("components/workload/images.ts")).toContain("node:24.20.0");
  expect(read("components/ingress/images.ts")).toContain("v3.7.11");
});

it("says that nothing is known where nobody answers, and is no failure", async () => {
  await using old = await august();
  const none = path.join(old.folder, "none.json");
  await writeFile(none, '{ "day": "2026-11-28", "answers": {} }');
  expect(await main(["home", "--answers", none], signal, { folder: old.folder, findTools })).toBe(0);
  const said = out.join("\n");
  expect(said).toContain("No source answered");
  expect(said).toContain(" 0 current, ");
  expect(said).not.toMatch(/is the newest|: fits|--apply/);
});

it.each([
  [[], "which stack?"],
  [["nowhere"], "there is no stacks/Pulumi.nowhere.yaml"],
  [["home", "--aply"], "Unknown option '--aply'"],
  [["home", "trafik"], 'nothing is pinned that is called "trafik"'],
])("%j is refused: %s", async (args, why) => {
  expect(await main(args, signal)).toBe(2);
  expect(out.join("\n")).toContain(why);
});
