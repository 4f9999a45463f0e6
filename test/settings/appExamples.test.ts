import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { findingsText } from "../../commands/check/text.ts";
import { isFine } from "../../commands/check/check.ts";
import { completed } from "../../settings/unset.ts";
import { settingsOf, settingsOfFile } from "../../settings/settings.ts";
import type { StackConfig } from "../../settings/stackFile.ts";
import { defaultRanges } from "../../components/kubeadm/clusterLayout.ts";
import { type Registered, registeredBy } from "../components/registered.ts";

// Each check imports the whole program again.
vi.setConfig({ testTimeout: 120_000 });
beforeEach(() => void vi.resetModules());

const repository = new URL("../../", import.meta.url).pathname;
const page = readFileSync(path.join(repository, "docs/apps.md"), "utf8");
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) => text!);
const examples = blocksOf("yaml").map((text) => {
  const { config } = parse(text) as { config: { "bramble:apps": Record<string, object> } };
  return config["bramble:apps"];
});
const titled = examples.map((apps) => [Object.keys(apps).join(" and "), apps] as const);
const home = settingsOfFile("home");

/** Home with apps, with the RAM of its workers. */
function homeWith(apps: object, model = "rpi-4b-4gb"): StackConfig {
  const boards = (home.config["bramble:boards"] as { role: string }[]).map((board) =>
    board.role === "worker" ? { ...board, model } : board,
  );
  const written = { ...home.config, "bramble:boards": boards, "bramble:apps": apps };
  return completed("home", written).config;
}

async function check(config: StackConfig) {
  const settings = settingsOf("home", config, () => true);
  const { checkSettings } = await import("../../commands/check/check.ts");
  return checkSettings("home", { settings, config, unset: [] });
}

describe("the examples of docs/apps.md", () => {
  it("are the six and the one at the beginning", () => {
    expect(titled.map(([name]) => name)).toEqual([
      "wiki",
      "vaultwarden",
      "home-assistant",
      "mosquitto",
      "adguard",
      "miniflux-db and miniflux",
      "site",
    ]);
  });

  it.each(titled)("%s passes the check, which says where it fits", async (_, apps) => {
    const found = await check(homeWith(apps));
    const text = findingsText("home", found);
    expect(isFine(found), text).toBe(true);
    for (const name of Object.keys(apps)) {
      expect(text).toMatch(new RegExp(`${name} fits on pi3-\\d: \\d+Mi, and \\d+Mi are left there`));
    }
  });

  it("pass it together", async () => {
    const found = await check(homeWith(Object.assign({}, ...examples) as object));
    expect(isFine(found), findingsText("home", found)).toBe(true);
    expect(found.budget.shortages).toEqual([]);
  });

  it.each(titled)(
    "%s in home with boards of 1 GB is told by how many Mi it does not fit, or fits",
    async (_, apps) => {
      const verdict = await check(homeWith(apps, "rpi-3b")).then(
        (found) => findingsText("home", found),
        (error: unknown) => (error as Error).message,
      );
      // Where one takes what another pod needs, it is named among what its board has.
      const says = (name: string) =>
        new RegExp(`${name} (fits on pi3-\\d: |has \\d+Mi|needs \\d+Mi.*: \\d+Mi too much)`).test(verdict);
      expect(Object.keys(apps).filter(says), verdict).not.toEqual([]);
      if (!verdict.includes("policies:")) expect(verdict).toMatch(/: \d+Mi too much/);
    },
  );
});

it("Home Assistant is told to trust the pods and the board with the entrance", () => {
  const { "bramble:boards": boards, "bramble:ingress": ingress } = home.config as {
    "bramble:boards": { name: string; host: string }[];
    "bramble:ingress": { board: string };
  };
  const entrance = boards.find(({ name }) => name === ingress.board)!.host;
  expect(page).toContain(`trusted_proxies: [${defaultRanges.podSubnet}, ${entrance}]`);
});

describe("the component of docs/apps.md", () => {
  let file = "";
  beforeAll(() => {
    file = path.join(mkdtempSync(path.join(repository, ".example-")), "wiki.ts");
    writeFileSync(file, blocksOf("ts")[0]!);
  });
  afterAll(() => rmSync(path.dirname(file), { recursive: true }));

  it("has no error of types", () => {
    const options = ["--ignoreConfig", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
    const more = ["--allowImportingTsExtensions", "--skipLibCheck", "--types", "node"];
    const tsc = path.join(repository, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, ...options, ...more, file], { encoding: "utf8", cwd: repository });
  });

  it("runs what the settings at the beginning of the page run, in the same namespace and at the same host", async () => {
    const wiki = { ...examples[0]!.wiki, backup: { enabled: false } };
    const written = await registeredBy(async () => {
      const { partsOf } = await import("../../settings/apps.ts");
      const { planBoards } = await import("../../components/board/board.ts");
      const settings = settingsOf("home", homeWith({ wiki }), () => true);
      const part = partsOf(settings, "home", planBoards(settings.boards)).find(
        ({ name }) => name === "wiki",
      )!;
      part.register("wiki", { opts: {}, backedUp: [] });
    });
    vi.resetModules();
    const own = await registeredBy(async () => {
      const { Wiki } = (await import(file)) as { Wiki: new (name: string) => unknown };
      new Wiki("wiki");
    });
    const kinds = own.map(({ type }) => type.split(":").at(-1));
    expect(kinds).toEqual(
      expect.arrayContaining(["Namespace", "PersistentVolume", "StatefulSet", "Ingress"]),
    );
    expect(objectsOf(own)).toEqual(objectsOf(written));
  });
});

/** What is registered below the component, by kind and name, without empty lists. */
function objectsOf(registered: readonly Registered[]): Record<string, unknown> {
  const objects = registered
    .filter(({ type }) => !/^(bramble:apps|home:index):/.test(type))
    .map(({ type, name, inputs }) => [`${type} ${name}`, inputs] as const)
    .toSorted(([one], [other]) => one.localeCompare(other));
  const text = JSON.stringify(Object.fromEntries(objects), (_, value: unknown) =>
    Array.isArray(value) && value.length === 0 ? undefined : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
