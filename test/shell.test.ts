import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
});
const scripts = tracked.split("\n").filter((file) => file.endsWith(".sh") || file === ".ci/run");
const { error, stdout } = spawnSync("shellcheck", ["--format=gcc", ...scripts], { encoding: "utf8" });

describe("shellcheck", () => {
  it.for(scripts)("finds nothing in %s", (script, { skip }) => {
    skip(error !== undefined, "shellcheck is not on PATH (https://www.shellcheck.net)");
    expect(stdout.split("\n").filter((line) => line.startsWith(`${script}:`))).toEqual([]);
  });
});
