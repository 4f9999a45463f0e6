import { expect, it } from "vitest";
import { changeFaults, versionFault } from "../../../components/kubeadm/clusterChange.ts";
import { controlPlaneStep } from "../../../components/kubeadm/clusterSteps.ts";
import { layout } from "./madeCluster.ts";

it.each([
  ["1.36.3", "1.36.3", undefined],
  ["1.36.3", "1.36.4", undefined],
  ["1.36.3", "1.37.0", undefined],
  ["1.9.9", "1.10.0", undefined],
  ["1.36.3", "1.36.2", /older than 1\.36\.3.*no way back/],
  ["1.37.0", "1.36.9", /older than 1\.37\.0/],
  ["1.36.3", "1.38.0", /skips 1\.37.*newest 1\.37\.x first/],
  ["1.36.3", "2.0.0", /within 1\.x/],
])("from %s to %s: %s", (from, to, fault) => {
  if (fault === undefined) expect(versionFault(from, to)).toBeUndefined();
  else expect(versionFault(from, to)).toMatch(fault);
});

const leader = layout.nodes[0]!;
const before = controlPlaneStep(layout, leader, undefined);
const faults = (change: Partial<typeof layout>) =>
  changeFaults(before, controlPlaneStep({ ...layout, ...change }, leader, undefined));

it("reads from the scripts what a cluster can't become, all of it at once", () => {
  expect(faults({ version: "1.36.1" })).toEqual([expect.stringMatching(/^bramble:cluster.version: .*older/)]);
  expect(faults({ podSubnet: "10.0.0.0/16" })).toEqual([
    expect.stringMatching(
      /^bramble:cluster.podSubnet: is 10.244.0.0\/16 in the cluster, and can't become 10.0.0.0\/16/,
    ),
  ]);
  const { length } = faults({ version: "1.38.0", serviceSubnet: "10.1.0.0/16", endpoint: "api.lan:6443" });
  expect(length).toBe(3);
});

it("has nothing to say of what it can become, nor of what it does not know", () => {
  expect(faults({})).toEqual([]);
  expect(faults({ version: "1.37.1" })).toEqual([]);
  expect(changeFaults(undefined, before)).toEqual([]);
  expect(changeFaults(before.replaceAll("serviceSubnet", "other"), before)).toEqual([]);
});
