import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import type { Outcome } from "../../../rehearsal/report/outcome.ts";
import { textReport } from "../../../rehearsal/report/text.ts";
import { pod, sample, withBoardName, withPod } from "./sample.ts";

const lines = (outcome: Outcome) => stripVTControlCharacters(textReport(outcome)).split("\n");
const longName = "a-board-in-the-attic-whose-host-name-is-as-long-as-it-may-be-2.home.example";
const longPod = pod(
  "a-namespace-that-somebody-thought-long-about",
  `a-pod-${"of-many-words-".repeat(9)}x7k2p`,
  7,
);

const other = { ...pod("media", "jellyfin-0", 16), isOther: true };
const crowded = withPod(1, pod("lab", "too-big", 96));

it("has a row for each board with its pods below, larger ones first", () => {
  const all = lines(sample);
  expect(all[0]).toBe("4 boards, 24 pods: everything runs");
  const at = all.findIndex((line) => line.startsWith("pi3-1 "));
  expect(all[at]).toMatch(/^pi3-1 +Raspberry Pi 3 Model B +1024 +438 +397 +41 +█{10}▉░ +91%$/);
  expect(all.slice(at + 1, at + 6).map((line) => line.trim().split(/ +/))).toEqual([
    ["datadog/datadog-agent-9d4wv", "160"],
    ["gogs/gogs-0", "128"],
    ["kube-system/kube-proxy-9d4wv", "59"],
    ["kube-flannel/kube-flannel-ds-9d4wv", "50"],
    [""],
  ]);
  expect(all.join("\n")).not.toContain("not running");
});

it.each([
  ["usual names", sample],
  ["a long board name", withBoardName(2, longName)],
  ["a long pod name", withPod(2, longPod)],
  [
    "a long reason",
    { ...sample, pending: [{ namespace: "gogs", name: "gogs-1", reason: "no room ".repeat(40) }] },
  ],
  ["a long word", { ...sample, deployedBy: "x".repeat(250), steps: [{ name: "y".repeat(250), seconds: 1 }] }],
])("keeps to 100 columns and its figures aligned with %s", (_, outcome) => {
  const all = lines(outcome);
  expect(Math.max(...all.map(({ length }) => length))).toBeLessThanOrEqual(100);
  const header = all.find((line) => line.startsWith("board ")) ?? "";
  const ends = ["RAM", "allocatable", "requested", "left"].map(
    (title) => header.indexOf(title) + title.length,
  );
  const rows = all.filter((line) => line.endsWith("%"));
  expect(rows).toHaveLength(4);
  for (const row of rows) {
    expect(ends.map((end) => /\d$/.test(row.slice(0, end)) && row[end] === " ")).toEqual([
      true,
      true,
      true,
      true,
    ]);
  }
  const table = all.slice(all.indexOf(header), all.indexOf("slowest steps"));
  for (const line of table.filter((each) => /^ {2}\S+\/\S+ +\d+$/.test(each)))
    expect(line).toHaveLength(ends[2] ?? 0);
});

it("shows a long board name in full, above its row", () => {
  const all = lines(withBoardName(2, longName));
  expect(all[all.indexOf(longName) + 1]).toMatch(/^ +Raspberry Pi 3 Model B +1024 /);
});

it("keeps both ends of a long pod name", () => {
  expect(textReport(withPod(2, longPod))).toMatch(/a-namespace-that\S+…\S+-x7k2p +7\n/);
});

it("shows a board that holds too much", () => {
  const all = lines(crowded);
  expect(all[0]).toBe("4 boards, 25 pods: pi3-1 is overcommitted by 55 MiB");
  expect(all.find((line) => line.startsWith("pi3-1 "))).toMatch(/ 493 +-55 +█{12} 113%$/);
});

it("says why pods do not run, on the terminal's terms", () => {
  const reason = "0/4 nodes are\navailable: 3 \u001b[31mInsufficient memory.\u0007";
  const all = lines({ ...sample, pending: [{ namespace: "gogs", name: "gogs-1", reason }] });
  expect(all[0]).toBe("4 boards, 25 pods: 1 does not fit");
  const at = all.indexOf("not running");
  expect(all.slice(at + 1, at + 3)).toEqual([
    "  gogs/gogs-1",
    "    0/4 nodes are available: 3 Insufficient memory.",
  ]);
});

it("does not call it a lack of room where a pod does not run for another reason", () => {
  const pending = [
    { namespace: "gogs", name: "gogs-1", reason: "3 Insufficient memory." },
    { namespace: "gogs", name: "gogs-2", reason: "ErrImagePull" },
  ];
  expect(lines({ ...sample, pending })[0]).toBe("4 boards, 26 pods: 2 do not run");
});

it("names the five slowest steps", () => {
  const all = lines(sample);
  const at = all.indexOf("slowest steps");
  expect(all.slice(at + 1, at + 7)).toEqual([
    "  1 min 15 s  deploy the stack",
    "        23 s  fail pi3-3",
    "        22 s  fail pi3-1",
    "        20 s  fail pi3-2",
    "        11 s  start etcd, kube-apiserver, kube-controller-manager and kube-scheduler",
    "",
  ]);
});

it("says what might find no room if it were placed otherwise, and nothing where all is sure", () => {
  const unsure = { ...sample, uncertain: ["datadog-agent", "sensor-gateway"] };
  expect(lines(unsure).join(" ")).toContain("datadog-agent and sensor-gateway fit here, but might not");
  expect(lines({ ...sample, uncertain: ["gogs"] }).join(" ")).toContain("gogs fits here");
  expect(lines(sample).join(" ")).not.toContain("might not");
});

it("names what is not bramble's, and what of it might be evicted", () => {
  const all = lines(withPod(1, other));
  expect(all.find((line) => line.includes("media/jellyfin"))).toMatch(
    /^ {2}media\/jellyfin-0 +16 {2}not bramble's$/,
  );
  expect(lines(sample).join()).not.toContain("not bramble's");
  const unsure = { ...sample, atRisk: ["media/jellyfin"], uncertain: ["gogs"] };
  expect(lines(unsure).join(" ")).toContain(
    "gogs fits here, but might not if the scheduler places other pods differently. media/jellyfin, not bramble's, might be evicted if",
  );
});
