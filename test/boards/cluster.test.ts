import { afterAll, beforeAll, expect, it } from "vitest";
import { appsWork } from "../../lab/apps/checks.ts";
import { findBuilt } from "../../lab/built.ts";
import { clusterHealthy, type Finding } from "../../lab/checks.ts";
import { startLab, type Lab } from "../../lab/cluster.ts";
import { builtImage } from "../../lab/image.ts";
import { clusterKernel } from "../../lab/kernel.ts";
import { areMirrorsBuilt } from "../../lab/packageMirror.ts";
import { findEngine } from "../../tools/engine.ts";
import { noLab } from "./noLab.ts";

const reason = await whyNot();
const minutes = 60_000;
let lab: Lab;

async function whyNot(): Promise<string> {
  if (noLab !== "") return noLab;
  const engine = await findEngine();
  if ("missing" in engine) return engine.missing;
  const image = builtImage();
  const isBuilt = image && areMirrorsBuilt(image) && findBuilt(clusterKernel()) !== undefined;
  return isBuilt ? "" : "what a cluster of virtual boards needs is not built: run `node lab/prepare.ts`";
}

beforeAll(async () => {
  if (reason === "") lab = await startLab({ say: () => undefined });
}, 5 * minutes);
afterAll(async () => {
  if (reason === "") await lab.stop();
}, minutes);

it(
  "bare boards become a cluster with its apps with one up, and a second up changes nothing",
  async ({ skip }) => {
    skip(reason !== "", reason);
    const first = await lab.stack.up();
    expect(first.changes.filter((change) => !change.startsWith("create "))).toEqual([]);
    const findings: Finding[] = [
      ...(await clusterHealthy(lab.board("lab-1"), lab.boards.size)),
      ...(await appsWork(lab)),
    ];
    expect(findings.filter(({ holds }) => !holds)).toEqual([]);
    expect(findings.map(({ what }) => what)).toContain("a pod on lab-2 resolves its name");
    expect(findings.map(({ what }) => what)).toContain("a backup of traefik completes");
    expect((await lab.stack.up()).changes).toEqual([]);
  },
  20 * minutes,
);
