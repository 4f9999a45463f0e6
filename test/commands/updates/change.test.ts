import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { datesAfter } from "../../../commands/updates/apply.ts";
import { changesOf, patchOf } from "../../../commands/updates/change.ts";
import type { Finding } from "../../../commands/updates/find.ts";
import { type Pin, pinsOf } from "../../../commands/updates/pins.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bramble-changes-"));
  for (const each of ["components/a", "components/board", "stacks", "tools", "commands/esphome"])
    mkdirSync(path.join(folder, each), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
});
afterEach(() => rmSync(folder, { recursive: true }));

const old = `sha256:${"0".repeat(64)}`;
const digest = `sha256:${"1".repeat(64)}`;
const files = {
  "components/a/images.ts": 'export const image = "a/b:v1.2.3"; // "a/b:v1.2.30" "x/a/b:v1.2.3"\n',
  "components/board/packages.ts": "",
  "stacks/Pulumi.home.yaml": `config:
  bramble:cluster: { version: "1.36.3" } # not 1.36.3
  bramble:apps:
    one: { image: ghcr.io/a/one:2.1-alpine, port: 80 } # a comment stays
    two:
      image: "localhost:5000/two:1.0.0@${old}"
    three: { image: three@${old} }
`,
  "tools/catalogue.ts":
    'const kubernetesVersion = "1.36.3";\nconst etcdVersion = "3.6.8";\nconst kwokVersion = "0.8.0";\n',
  "tools/go.mod":
    "module x\n\ntool example.com/a/cmd/a\n\nrequire (\n\texample.com/a v1.0.0 // indirect\n\texample.com/b v1.0.0 // indirect\n)\n",
  "package.json": '{ "dependencies": { "zod": "4.6.7" } }',
  "commands/esphome/requirements.txt": "esp==1\nesphome==2026.6.5\n",
};

const pins = () => pinsOf("home", folder);
const updated = (pin: Pin, version: string, itsDigest?: string): Finding => ({
  pin,
  state: "newer",
  update: { numbers: [], version, digest: itsDigest },
  security: [],
  remarks: [],
  notAsked: [],
});
const at = (name: string, file?: string): Pin =>
  pins().find((pin) => pin.name === name && (file === undefined || pin.file === file))!;
const after = (file: string, ...findings: Finding[]) => changesOf(findings, folder).get(file);

it("pins are those of the files and the settings", () => {
  expect(pins().map(({ name, version, source }) => `${name} ${version} ${source.at}`)).toEqual([
    "b v1.2.3 registry",
    "b v1.2.30 registry",
    "b v1.2.3 registry",
    "one 2.1-alpine registry",
    "two 1.0.0 registry",
    "kubernetes 1.36.3 github",
    "kubernetes 1.36.3 github",
    "etcd 3.6.8 github",
    "kwok 0.8.0 github",
    "example.com/a 1.0.0 go",
    "zod 4.6.7 npm",
    "esphome 2026.6.5 pypi",
  ]);
});

describe("a change", () => {
  it("is of one image, and of none whose name only begins or ends like it", () => {
    expect(after("components/a/images.ts", updated(at("b"), "v1.3.0"))).toBe(
      'export const image = "a/b:v1.3.0"; // "a/b:v1.2.30" "x/a/b:v1.2.3"\n',
    );
  });

  it("of the settings leaves the rest as it is", () => {
    const text = after(
      "stacks/Pulumi.home.yaml",
      updated(at("one"), "2.2-alpine", digest),
      updated(at("two"), "1.1.0", digest),
      updated(at("kubernetes", "stacks/Pulumi.home.yaml"), "1.36.4"),
    );
    expect(text).toBe(
      files["stacks/Pulumi.home.yaml"]
        .replace("one:2.1-alpine", "one:2.2-alpine")
        .replace(`1.0.0@${old}`, `1.1.0@${digest}`)
        .replace('"1.36.3"', '"1.36.4"'),
    );
  });

  it("of an image with a digest is none without the new digest", () => {
    expect(changesOf([updated(at("two"), "1.1.0")], folder).size).toBe(0);
  });

  it("that wants checksums or other files is done by hand", () => {
    const byHand = [at("kubernetes", "tools/catalogue.ts"), at("zod"), at("esphome"), at("example.com/a")];
    expect(
      changesOf(
        byHand.map((pin) => updated(pin, "9.9.9")),
        folder,
      ).size,
    ).toBe(0);
  });

  it("is shown as a patch that git applies", () => {
    const changes = changesOf([updated(at("b"), "v1.3.0"), updated(at("one"), "2.2-alpine")], folder);
    execFileSync("git", ["init", "-q"], { cwd: folder });
    execFileSync("git", ["apply", "--unidiff-zero", "-"], {
      cwd: folder,
      input: `${patchOf(changes, folder)}\n`,
    });
    expect(changes.size).toBe(2);
    for (const [file, text] of changes) expect(readFileSync(path.join(folder, file), "utf8")).toBe(text);
  });
});

it("dates are today's for what is the newest or will be, and stay for what is not known", () => {
  const [b, one, two] = [at("b"), at("one"), at("two")];
  const findings: Finding[] = [
    updated(b, "v1.3.0"),
    { ...updated(one, ""), state: "current", update: undefined },
    { ...updated(two, ""), state: "unknown", update: undefined },
  ];
  const dates = { "a/b:v1.2.3": "2026-08-21", "localhost:5000/two:1.0.0": "2026-08-22" };
  expect(datesAfter(dates, findings, "2026-11-28")).toEqual({
    "a/b:v1.3.0": "2026-11-28",
    "ghcr.io/a/one:2.1-alpine": "2026-11-28",
    "localhost:5000/two:1.0.0": "2026-08-22",
  });
});
