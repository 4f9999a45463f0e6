import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { copyWith, stackOf } from "./largeStack.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const bin = path.join(repository, "node_modules/.bin");

/** What a command says, and the seconds of the processor that it takes: by the clock others count too. */
function timed(folder: string, command: string): { said: string; seconds: number } {
  const script = `${command} && times`;
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  const said = execFileSync("sh", ["-c", script], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
  const ofChildren = said.trim().split("\n").at(-1) ?? "";
  const parts = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  expect(parts).toHaveLength(2);
  const seconds = parts.reduce((total, [, m, s]) => total + Number(m) * 60 + Number(s), 0);
  return { said, seconds };
}

const check = (stack: string) => `npm run -s check -- ${stack}`;

/** What nobody who checks with Pulumi's SDKs can be quicker than: they are loaded. */
const loading = `node --import ./tools/compileCache.ts -e 'for (const name of ["pulumi", "kubernetes", "policy", "command", "random"]) await import("@pulumi/" + name)'`;

/** The quicker of two, after one that fills Node's cache. */
function settled(folder: string, command: string): ReturnType<typeof timed> {
  timed(folder, command);
  const [one, other] = [timed(folder, command), timed(folder, command)];
  return one.seconds < other.seconds ? one : other;
}

it(
  "takes less than five times the loading of Pulumi's SDKs for home, and five times that for 256 boards",
  { timeout: 300_000 },
  () => {
    const fixture = readFileSync(new URL("../../fixtures/Pulumi.home.yaml", import.meta.url), "utf8");
    const small = copyWith(parse(fixture) as object, 0);
    onTestFinished(small.remove);
    const home = settled(small.folder, check("large"));
    expect(home.said).toContain("✓ policies");
    expect(home.seconds / settled(repository, loading).seconds).toBeLessThan(5);

    const { folder, remove } = copyWith(stackOf(256, "by hand"), 1480);
    try {
      const large = settled(folder, check("large"));
      expect(large.said).toMatch(/528 pods fit on 256 boards[^]*✓ policies: (\d+) of \1 passed/);
      expect(large.seconds / home.seconds).toBeLessThan(5);
    } finally {
      remove();
    }
  },
);

it("checks a stack whose cluster bramble makes", { timeout: 120_000 }, () => {
  const { folder, remove } = copyWith(stackOf(5, "by bramble"), 0);
  try {
    expect(timed(folder, check("large")).said).toMatch(/✓ policies: (\d+) of \1 passed/);
  } finally {
    remove();
  }
});
