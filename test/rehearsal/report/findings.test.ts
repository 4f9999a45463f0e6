import { expect, it } from "vitest";
import { htmlReport } from "../../../rehearsal/report/html.ts";
import type { Outcome } from "../../../rehearsal/report/outcome.ts";
import { textReport } from "../../../rehearsal/report/text.ts";
import { sample } from "./sample.ts";
import { type Element, find, parseXml } from "./xml.ts";

const page = (outcome: Outcome) => parseXml(htmlReport(outcome));
const section = (root: Element, id: string) =>
  find(root, "section", "card").find((each) => each.attributes["aria-labelledby"] === id)!;
const plain = (outcome: Outcome) => textReport(outcome).replace(/\s+/g, " ");

it("draws each board with how full it is and what runs only there", () => {
  const cluster = section(page(sample), "cluster");
  const boards = find(cluster, "svg", "pcb").map(({ attributes }) => attributes["aria-label"]);
  expect(boards[0]).toBe("pi4: 79 % of 1307 MiB requested");
  expect(boards).toHaveLength(4);
  expect(cluster.text).toContain("On every board: kube-proxy, kube-flannel-ds, datadog-agent.");
  const names = find(cluster, "ul", "own").map((own) => find(own, "li").map(({ text }) => text));
  expect(names[2]).toEqual(["traefik", "dynamic-dns"]);
});

it("tells of each board what moves, what waits for it and what finds no room", () => {
  const rows = find(section(page(sample), "failures"), "tr").map(({ text }) => text);
  expect(rows[1]).toContain("The API is down until it is back");
  expect(rows[2]).toContain("gogs");
  expect(rows[3]).toMatch(/dynamic-dns → pi3-1.*traefik/s);
  expect(rows[4]).toContain("sensor-gateway 0/4 nodes are available: 3 Insufficient memory.");
  const text = plain(sample);
  expect(text).toContain("pi4 no API until it is back; running pods keep running");
  expect(text).toContain("pi3-2 dynamic-dns to pi3-1; traefik waits for it");
  expect(text).toContain("sensor-gateway stays pending (0/4 nodes are available: 3 Insufficient memory)");
});

it("says which failures were seen and which were calculated", () => {
  const told = (isRehearsed: boolean[]) => {
    const failures = sample.failures.map((each, i) => ({ ...each, isRehearsed: isRehearsed[i] ?? false }));
    return section(page({ ...sample, failures }), "failures").text;
  };
  expect(told([true, true, true, true])).toContain("Rehearsed: the real scheduler");
  expect(told([])).toContain("Calculated. To rehearse it with the real scheduler: npm start -- --fail each.");
  expect(told([false, true])).toContain("Rehearsed for pi3-1, calculated for the others.");
});

it("gives the order of an upgrade, and what stands in its way", () => {
  const steps = find(section(page(sample), "upgrade"), "li").map(({ text }) => text);
  expect(steps[1]).toBe("pi3-1 everything that can move fits elsewhere. Meanwhile gogs waits for it.");
  expect(steps[3]).toContain("does not fit elsewhere while it is drained: sensor-gateway needs 48Mi");
});

it("shows policies, the broken ones first", () => {
  const policies = section(page(sample), "policies");
  expect(find(policies, "h2")[0]?.text).toBe("Policies: 1 of 2 passed, 1 warning");
  const marks = find(policies, "svg", "dot").map(({ attributes }) => attributes["aria-label"]);
  expect(marks).toEqual(["warning", "passed"]);
  expect(policies.text).toContain("sensors-deployment: if pi3-3 fails");
  expect(plain(sample)).toContain("advisory: policy survives-failure, sensors-deployment: if pi3-3 fails");
  const [fits, survives] = sample.policies;
  const failed = { ...fits!, violations: [{ resource: undefined, message: "gogs needs 1Gi." }] };
  const broken = section(page({ ...sample, policies: [failed, survives!] }), "policies").text;
  expect(broken).toContain("0 of 2 passed, 1 failed, 1 warning");
  expect(broken).toContain("the stack: gogs needs 1Gi.");
});
