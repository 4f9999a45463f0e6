import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../commands/card/main.ts";
import { writeCards } from "../../../commands/card/write.ts";
import { newKeyPair, publicKeyOf } from "../../../components/card/keys.ts";
import { settingsOf } from "../../../settings/settings.ts";
import { type Config, settings as written } from "../../settings/smallCluster.ts";

let to = "";
beforeEach(() => void (to = fs.mkdtempSync(join(tmpdir(), "cards-"))));
afterEach(() => fs.rmSync(to, { recursive: true }));

/** Writes cards of the small cluster, and returns what was stored and said. */
async function write(change: (config: Config) => void = () => undefined, all = true, secrets: object = {}) {
  const config = written(change);
  const settings = settingsOf("home", config, () => true);
  const stored: Record<string, string>[] = [];
  const said: string[] = [];
  const keys: string[] = [];
  const boards = all ? settings.boards : settings.boards.slice(0, 1);
  await writeCards(
    "home",
    { settings, written: config, boards, to, all },
    {
      say: (line) => said.push(line),
      store: (key) => Promise.resolve(void stored.push(key)),
      read: () => Promise.resolve(secrets as Record<string, unknown>),
      storeKey: (_, key) => Promise.resolve(void keys.push(key)),
    },
  );
  return { stored, said: said.join("\n"), keys };
}

const userData = (board: string) => fs.readFileSync(join(to, board, "user-data"), "utf8");

describe("cards", () => {
  it("of all boards have a folder and a new host key each, and a new key of the stack", async () => {
    const { stored, said, keys } = await write();
    expect(fs.readdirSync(to).toSorted()).toEqual(["pi3-1", "pi4-1"]);
    expect(stored.map((each) => Object.keys(each)[0])).toEqual(["pi4-1", "pi3-1"]);
    for (const each of stored) {
      const [[board, key]] = Object.entries(each) as [[string, string]];
      expect(key).toMatch(/^ssh-ed25519 \S+$/);
      expect(userData(board)).toContain(key);
      expect(userData(board)).toContain(publicKeyOf(keys[0]!));
      expect(userData(board)).not.toContain(keys[0]!.split("\n")[4]!);
    }
    expect(keys).toHaveLength(1);
    expect(said).toContain("--cloudinit-userdata");
    expect(said).not.toContain("PRIVATE KEY");
  });

  it("let the stack's own key in, and further ones", async () => {
    const [own, more] = [newKeyPair("own"), newKeyPair("me").publicKey];
    const change = (config: Config) => {
      config["bramble:ssh"] = { privateKey: own.privateKey };
      config["bramble:cards"] = { authorizedKeys: [more] };
    };
    const { keys } = await write(change, true, { ssh: { privateKey: own.privateKey } });
    expect(keys).toEqual([]);
    expect(userData("pi3-1")).toContain(publicKeyOf(own.privateKey));
    expect(userData("pi3-1")).toContain(more);
  });

  it("store nothing if a folder is wrong, of whichever board", async () => {
    fs.mkdirSync(join(to, "pi3-1"));
    fs.writeFileSync(join(to, "pi3-1", "user-data"), "#cloud-config\nusers: []\n");
    await expect(write()).rejects.toThrow(/pi3-1.user-data was customised/);
    expect(fs.readdirSync(join(to, "pi4-1"))).toEqual([]);
  });
});

describe("the command line", () => {
  it.for([
    [[], "which stack?"],
    [["nowhere", "--scan"], "there is no stacks/Pulumi.nowhere.yaml"],
    [["home"], "name one board, or --all, or --scan"],
    [["home", "pi3-1", "--all", "--to", "x"], "name one board"],
    [["home", "pi3-1"], "--to DIR is missing"],
    [["home", "--scan", "--to", "x"], "--scan writes to no folder"],
    [["home", "--dir", "x"], "--dir"],
  ] as const)("of %j is refused", async ([args, says]) => {
    const { error } = console;
    const lines: string[] = [];
    console.error = (line: string) => void lines.push(line);
    try {
      expect(await main(args)).toBe(2);
    } finally {
      console.error = error;
    }
    expect(lines.join()).toContain(says);
    expect(lines.join()).toContain("npm run card -- STACK BOARD --to DIR");
  });
});
