import { afterAll, beforeAll, expect, it } from "vitest";
import { appsWork } from "../../lab/apps/checks.ts";
import { clusterHealthy, type Finding } from "../../lab/checks.ts";
import { startLab, type Lab } from "../../lab/cluster.ts";
import { noCluster } from "./noLab.ts";

const minutes = 60_000;
let lab: Lab;

beforeAll(async () => {
  if (noCluster === "") lab = await startLab({ say: () => undefined });
}, 5 * minutes);
afterAll(async () => {
  if (noCluster === "") await lab.stop();
}, minutes);

it(
  "bare boards become a cluster with its apps with one up, and a second up changes nothing",
  async ({ skip }) => {
    skip(noCluster !== "", noCluster);
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
