import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const kube = fileURLToPath(new URL("../../../components/kubeadm/scripts/kube.sh", import.meta.url));

/** What bash prints with the functions of a cluster's steps, while something is being changed. */
function printed(script: string, mode = "apply"): string {
  const before = `set -Eeuo pipefail; STATE=/nowhere; checking() { [ ${mode} = check ]; }; . ${kube}`;
  return execFileSync("bash", ["-c", `${before}\n${script}`], { encoding: "utf8", timeout: 20_000 }).trim();
}

it("waits for what is to come true", () => {
  expect(printed("late() { [ $SECONDS -ge 2 ]; }; if holds 10 late; then echo so; fi")).toBe("so");
});

it("waits once for what does not, and then looks only", () => {
  const script = "holds 1 false || holds 15 false || echo $SECONDS; n=0; now() { [ $n = 1 ]; }";
  const [waited, again] = printed(`${script}; holds 1 now || n=1; if holds 15 now; then echo so; fi`).split(
    "\n",
  );
  expect(Number(waited)).toBeLessThan(10);
  expect(again).toBe("so");
});

it("waits for another thing all the same", () => {
  expect(
    printed("late() { [ $SECONDS -ge $1 ]; }; holds 1 late 9 || if holds 10 late 4; then echo so; fi"),
  ).toBe("so");
});

it("does not wait where nothing is changed", () => {
  expect(Number(printed("holds 15 false || echo $SECONDS", "check"))).toBeLessThan(10);
});
