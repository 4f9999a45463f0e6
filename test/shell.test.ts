import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
});
const scripts = tracked.split("\n").filter((file) => file.endsWith(".sh") || file === ".ci/run");

describe("shellcheck", () => {
  it.for(scripts)("finds nothing in %s", (script, { skip }) => {
    const { error, stdout, status } = spawnSync("shellcheck", [script], { encoding: "utf8" });
    skip(error !== undefined, "shellcheck is not on PATH (https://www.shellcheck.net)");
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});
