import { describe, expect, it } from "vitest";
import { settingsOf } from "../../settings/settings.ts";
import { configIn, noConfig } from "../../settings/stackFile.ts";
import { errorsIn } from "./files.ts";
import { type Config, settings } from "./smallCluster.ts";

const read = (text: string) => configIn(Buffer.from(text));
const told = (text: string) => read(text).errors.map(({ path, message }) => `${path}: ${message}`);

describe("a file without settings where they are looked for has one error", () => {
  it.each([
    ["is empty", ""],
    ["is a comment", "# soon\n"],
    ["is a list of boards", "- { name: pi4-1, role: controlPlane }\n- { name: pi3-1, role: worker }\n"],
    ["has boards at its top", "boards:\n  - { name: pi4-1 }\n"],
    [
      "has its settings at its top",
      "bramble:boards:\n  - { name: pi4-1 }\nbramble:domain: home.example.com\n",
    ],
    ["has secrets alone", "encryptionsalt: v1:abc\n"],
    ["has nothing below config:", "config:\n"],
    ["has a list below config:", "config:\n  - bramble:domain: home.example.com\n"],
    ["is a text", "home\n"],
  ])("if it %s", (_, text) => {
    expect(read(text).errors).toEqual([noConfig]);
  });

  it("also from Pulumi, which hands over none", () => {
    for (const config of [{}, { "pulumi:disable-default-providers": ["kubernetes"] }]) {
      expect(() => settingsOf("home", config, () => true)).toThrow(
        /^1 error in the settings of home .*:\n {2}the file: has no map "config:"[^\n]*$/,
      );
    }
  });
});

describe("a file that is no YAML", () => {
  it("is told by its line, once", () => {
    expect(told("config:\n\tbramble:domain: home.example.com\n")).toEqual([
      "line 2: is indented with a tab. YAML only allows spaces.",
    ]);
    expect(told("config:\n  bramble:dns: {\n")).toEqual([
      expect.stringMatching(/^line \d: is not valid YAML: /),
    ]);
    expect(told("config:\n  bramble:domain: a: b\n")).toEqual([
      expect.stringMatching(/^line 2: is not valid YAML: /),
    ]);
  });

  it("has all its keys that are there twice told", () => {
    const twice = "config:\n  bramble:gogs: {}\n  bramble:gogs: {}\n  bramble:dns: {}\n  bramble:dns: {}\n";
    expect(told(twice)).toEqual([
      "line 3: has a duplicate key. Keep one of them.",
      "line 5: has a duplicate key. Keep one of them.",
    ]);
  });

  it("may hold one document alone, in UTF-8", () => {
    expect(told("config:\n  bramble:domain: a.example\n---\nconfig: {}\n")).toEqual([
      expect.stringContaining("holds more than one YAML document"),
    ]);
    const utf16 = configIn(Buffer.from("config:\n  bramble:domain: a.example\n", "utf16le"));
    expect(utf16.errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining("Save it as UTF-8") as string }),
    ]);
  });
});

it("a file from Windows is read as any other", () => {
  const text = "config:\n  bramble:domain: home.example.com\n  bramble:gogs: {}\n";
  const expected = { config: { "bramble:domain": "home.example.com", "bramble:gogs": {} }, errors: [] };
  expect(read(text)).toEqual(expected);
  expect(read(text.replaceAll("\n", "\r\n"))).toEqual(expected);
  expect(read(`\uFEFF${text}`)).toEqual(expected);
  expect(read(`---\n${text}`)).toEqual(expected);
});

describe("settings without their prefix", () => {
  const errorsOf = (config: Config) =>
    errorsIn(() => settingsOf("home", config, () => true)).map(({ path, message }) => `${path}: ${message}`);
  const bare = (config: Config) =>
    Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("bramble:", ""), value]));
  const sound = settings((config) => {
    for (const section of ["dns", "datadog", "sensors"]) delete config[`bramble:${section}`];
    config["bramble:ingress"] = { board: "pi3-1", certificates: "selfSigned" };
  });

  it("are told in one error, and checked as if they had it", () => {
    const names = "boards, cluster, domain, ingress, storage, gogs";
    expect(errorsOf(bare(sound))).toEqual([
      `${names}: must have the prefix "bramble:". Write bramble:boards:`,
    ]);
    const wrong = bare({ ...sound, "bramble:gogs": { hosts: "git" } });
    expect(errorsOf(wrong)).toEqual([
      expect.stringContaining("must have the prefix"),
      expect.stringMatching(/^bramble:gogs.hosts: unknown setting/),
    ]);
  });

  it("are told if they are a map below bramble", () => {
    expect(errorsOf({ bramble: bare(sound) })).toEqual([
      "bramble: must not be a map: write each setting with its prefix, bramble:boards:",
    ]);
  });
});

describe("a stack that extends another", () => {
  const errorsOf = (config: Config) => errorsIn(() => settingsOf("test", config, () => true));

  it("names one that has a file and extends none itself", () => {
    expect(errorsOf({ "bramble:extends": "away" })).toEqual([
      {
        path: "bramble:extends",
        code: "not-extendable",
        message: expect.stringMatching(
          /^"away" has no file in stacks\/. Allowed: (.*, )?home, (.*, )?lab, /,
        ) as string,
      },
    ]);
    expect(errorsOf({ "bramble:extends": "rehearsal" })).toEqual([
      expect.objectContaining({ path: "bramble:extends", code: "not-extendable" }),
    ]);
  });

  it("is told the new name of the setting, and nothing else", () => {
    expect(errorsOf({ "bramble:rehearses": "home" })).toEqual([
      { path: "bramble:rehearses", code: "renamed", message: "was renamed to bramble:extends." },
    ]);
  });
});
