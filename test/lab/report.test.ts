import { expect, it } from "vitest";
import { LabRecord } from "../../lab/record.ts";
import { labReport } from "../../lab/report.ts";
import { find, parseXml } from "../rehearsal/report/xml.ts";

const good = { what: "4 boards are ready", holds: true, seen: "pi4-1 Ready\npi3-1 Ready" };
const bad = { what: "http is sent to https", holds: false, seen: "404 <by> HTTP/1.1" };

async function ran(...findings: (typeof good)[]) {
  const printed: string[] = [];
  const record = new LabRecord((line) => printed.push(line));
  const holds = await record.chapter("wipe: every board gets a blank card", () => {
    record.say("up: 12 s");
    return Promise.resolve(record.tell(findings));
  });
  const root = parseXml(labReport({ command: "npm run lab -- --home", date: "2026-11-30", record }));
  return { record, holds, printed, root };
}

it("prints what happens, and has it on its page with what was seen", async () => {
  const { printed, root, record, holds } = await ran(good, bad);
  expect(printed.map((line) => line.replace(/^ *\d+ s {2}/, ""))).toEqual([
    "up: 12 s",
    "✓ 4 boards are ready",
    "✗ http is sent to https: 404 <by> HTTP/1.1",
  ]);
  expect([holds, record.holds]).toEqual([false, false]);
  expect(find(root, "h1")[0]?.text.trim()).toBe("2 checks: 1 does not hold");
  expect(find(root, "h2").map(({ text }) => text)).toEqual(["wipe: every board gets a blank card (0.0 s)"]);
  const rows = find(find(root, "table", "findings")[0] ?? root, "tr").map(({ text }) => text);
  expect(rows.join("|")).toContain("pi4-1 Ready\npi3-1 Ready");
  expect(rows.join("|")).toContain("404 <by> HTTP/1.1");
  expect(find(root, "svg", "good")).toHaveLength(1);
  expect(find(root, "svg", "bad")).toHaveLength(2);
  expect(find(root, "details")[0]?.text).toContain("up: 12 s");
});

it("says so where all holds", async () => {
  const { root, record, holds } = await ran(good, good);
  expect([holds, record.holds]).toEqual([true, true]);
  expect(find(root, "h1")[0]?.text.trim()).toBe("2 checks: all hold");
  expect(find(root, "svg", "bad")).toEqual([]);
});

it("shows what was seen only where it says more than the check", async () => {
  const page = { what: "the page has it", holds: true, seen: "<!doctype html><p>21.5</p>" };
  const { root } = await ran({ what: "it is HTTP/2: 401", holds: true, seen: "401" }, page);
  const [table = root] = find(root, "table", "findings");
  expect(find(table, "td").map(({ text }) => text)).toEqual(["", ""]);
  const failing = await ran({ ...page, holds: false });
  expect(failing.root.text).toContain("<p>21.5</p>");
});

it("tells what ended a run, which then does not hold", async () => {
  const record = new LabRecord(() => undefined);
  const failing = record.chapter("soak", () => Promise.reject(new Error("no ssh & no console")));
  await expect(failing).rejects.toThrow("no ssh");
  expect(record.holds).toBe(false);
  const root = parseXml(labReport({ command: "npm run lab", date: "2026-11-30", record }));
  expect(find(root, "h1")[0]?.text).toContain("then an error ended the run");
  expect(find(root, "pre")[0]?.text).toBe("no ssh & no console");
  expect(find(root, "svg", "bad")).toHaveLength(1);
});
