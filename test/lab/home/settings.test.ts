import { describe, expect, it } from "vitest";
import { planBoards } from "../../../components/board/board.ts";
import { requireFit } from "../../../components/capacity/memoryBudget.ts";
import { homeSettings } from "../../../lab/home/settings.ts";
import { loadsOf, partsOf } from "../../../settings/apps.ts";
import { settingsOf, settingsOfFile } from "../../../settings/settings.ts";
import { completed } from "../../../settings/unset.ts";

const ca = `-----BEGIN CERTIFICATE-----\n${"A".repeat(64)}\n-----END CERTIFICATE-----\n`;
const acme = { directory: "https://198.51.100.2:14000/dir", ca };
const made = (without: Record<string, string> = { dns: "a reason" }) => homeSettings({ acme, without });

/** The lab's home as the program takes it. */
function parsed() {
  const entries = Object.entries(made().settings).map(([key, value]) => [`bramble:${key}`, value]);
  const { config } = completed("lab", Object.fromEntries(entries) as Record<string, unknown>);
  return settingsOf("lab", config, () => true);
}

describe("the lab's home", () => {
  it("is taken by the program, and fits its boards", () => {
    const settings = parsed();
    const boards = planBoards(settings.boards);
    expect(() => requireFit(boards, loadsOf(partsOf(settings, "lab", boards), boards))).not.toThrow();
  });

  it("has the boards of the home, each with as much memory for pods as there", () => {
    const real = planBoards(settingsOfFile("home").settings.boards);
    const virtual = planBoards(parsed().boards);
    const look = (boards: typeof real) =>
      boards.map(({ name, role, memory }) => [name, role, memory.allocatable]);
    expect(look(virtual)).toEqual(look(real));
    expect(virtual.map(({ arch }) => arch)).toEqual(real.map(() => "amd64"));
  });

  it("has its apps where they are at home, but for those that are left out", () => {
    const { settings: home } = settingsOfFile("home");
    const lab = parsed();
    expect([
      lab.ingress?.board,
      lab.storage?.board,
      lab.backup?.board,
      lab.sensors?.board,
      lab.sensors?.devices,
    ]).toEqual([
      home.ingress?.board,
      home.storage?.board,
      home.backup?.board,
      home.sensors?.board,
      home.sensors?.devices,
    ]);
    expect(lab).not.toHaveProperty("dns", expect.anything());
    expect(made({}).settings).toHaveProperty("dns");
  });

  it("says line by line what it changes, and repeats nothing that stays", () => {
    const { diff } = made();
    const lines = diff.split("\n").filter((line) => line !== "");
    expect(lines).toContain("+      challenge: http01");
    expect(lines).toContain("-  bramble:dns: {} # bramble:dns.apiToken");
    expect(lines.every((line) => /^[+-]/.test(line))).toBe(true);
    expect(diff).not.toContain("bramble:sensors");
    expect(diff).not.toContain("AAAA");
  });
});
