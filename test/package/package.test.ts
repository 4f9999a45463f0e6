import fs from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { previewOf } from "../policy/othersInEngine.ts";
import { hostKeyOf } from "../settings/files.ts";
import { noEngine } from "../temporaryStack.ts";
import { examplesOf } from "./examples.ts";
import { PackedProject } from "./packed.ts";

const page = fs.readFileSync(new URL("../../docs/components.md", import.meta.url), "utf8");

const examples = examplesOf("components.md", "ts").map((each, i) => ({ ...each, file: `example-${i}.ts` }));

/** What the examples ask of the stack's settings. */
const settings = {
  "other:hostKeys": JSON.stringify({ kitchen: hostKeyOf(1), attic: hostKeyOf(2) }),
  "other:privateKey": "key",
  "other:kubeconfig": "{}",
};

/** Resources that each example registers, among others. */
const expected = [
  [
    "bramble:board:Board kitchen",
    "command:remote:Command attic-join",
    "command:remote:Command kitchen-control-plane",
    "kubernetes:apps/v1:DaemonSet flannel-daemonset",
  ],
  [
    "kubernetes:apps/v1:Deployment traefik-deployment",
    "kubernetes:networking.k8s.io/v1:Ingress shop-ingress-login",
    "bramble:cluster:Priorities priorities",
  ],
  [
    "kubernetes:apps/v1:Deployment backup-deployment",
    "kubernetes:apps/v1:StatefulSet wiki-statefulset",
    "kubernetes:batch/v1:CronJob wiki-backup-cronjob",
  ],
];

describe("the package in somebody else's project", { timeout: 900_000 }, () => {
  let project: PackedProject;
  beforeAll(async () => {
    project = await PackedProject.create();
    for (const { file, code } of examples) project.write(file, code);
    const compilerOptions = {
      ...{ target: "es2024", module: "nodenext", strict: true, types: ["node"], outDir: "built" },
      ...{ skipLibCheck: true, rootDir: ".", verbatimModuleSyntax: true, noEmitOnError: false },
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["example-*.ts"] }));
    const mocks = fs.readFileSync(new URL("mocks.mjs", import.meta.url), "utf8");
    project.write(
      "mocks.mjs",
      `process.env.PULUMI_CONFIG = ${JSON.stringify(JSON.stringify(settings))};\n${mocks}`,
    );
  }, 900_000);
  afterAll(() => project[Symbol.dispose]());

  it("has what its parts read, and nothing of tests, lab or sources", () => {
    const files = fs.globSync("**/*", { cwd: project.installed });
    expect(files).toEqual(
      expect.arrayContaining([
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "components/app/backup.sh",
        "components/app/quiesce.mjs",
        "components/board/bootstrap/inspect/card.sh",
        "components/kubeadm/scripts/join.sh",
        "components/sensors/gateway.cjs",
        "PulumiPlugin.yaml",
        "index.js",
        "plugin/schema.json",
        "policy/PulumiPolicy.yaml",
        "policy/README.md",
        "policy/pack.js",
        "policy/sets/boards.json",
      ]),
    );
    expect(
      files.filter((file) => /(?<!\.d)\.ts$|^(test|lab|settings|rehearsal)|\.test\./.test(file)),
    ).toEqual([]);
    expect(files).not.toContain("components/sensors/bundle.js");
  });

  it("needs no bundler and no compiler", () => {
    const { dependencies, peerDependencies } = project.manifest;
    const names = Object.keys({ ...dependencies, ...peerDependencies });
    expect(names).toContain("@pulumi/kubernetes");
    expect(names.filter((name) => /esbuild|typescript|ts-node|vitest/.test(name))).toEqual([]);
  });

  it("has its version in its changelog", () => {
    const changelog = fs.readFileSync(`${project.installed}/CHANGELOG.md`, "utf8");
    expect(/^## (\d\S*)$/m.exec(changelog)?.[1]).toBe(project.manifest.version);
  });

  it.each(["import", "require"])("can be loaded by %s, each part alone", async (how) => {
    const load =
      how === "import" ? (name: string) => `await import("${name}")` : (name: string) => `require("${name}")`;
    const lines = project.entryPoints.map(
      (name) => `console.log("${name}", Object.keys(${load(name)}).length > 0);`,
    );
    const file = how === "import" ? "load.mjs" : "load.cjs";
    project.write(file, lines.join("\n"));
    const said = await project.node(file);
    expect(said.split("\n")).toEqual(project.entryPoints.map((name) => `${name} true`));
  });

  it("type-checks every example, and compiles it", async () => {
    expect(examples.map(({ title }) => title)).toHaveLength(3);
    expect(await project.typeErrors()).toBe("");
  });

  it.each(examples.map((each, i) => [each.title, each, expected[i]!] as const))(
    "runs the example: %s",
    async (_, { file }, resources) => {
      project.write(
        "run.mjs",
        `import "./mocks.mjs";\nawait import("./built/${file.replace(".ts", ".js")}");\n`,
      );
      const said = await project.node("run.mjs");
      expect(JSON.parse(said.split("\n").at(-1)!)).toEqual(expect.arrayContaining([...resources]));
    },
  );

  it("has a policy pack that runs from where it is installed, with a set of levels", async ({ skip }) => {
    skip(noEngine !== "", `no Pulumi engine: ${noEngine}`);
    const pack = `${project.installed}/policy`;
    const { events, said } = await previewOf("plain manifests", pack, "advisory");
    expect(
      events.map(({ policyName }) => policyName),
      said,
    ).toContain("container-memory");
    expect(new Set(events.map(({ enforcementLevel }) => enforcementLevel))).toEqual(new Set(["advisory"]));
  });

  it("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: project.installed, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it("passes Are the types wrong, but for Node before 20.19, which can't require ESM", async () => {
    const data = new Uint8Array(fs.readFileSync(project.tarball));
    const result = await checkPackage(createPackageFromTarballData(data));
    if (!result.types) throw new Error("no types");
    const problems = result.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
    expect(problems).toEqual([]);
  });
});

it("the table of docs/components.md has every part", () => {
  const rows = [...page.matchAll(/^\| `bramble-components\/(\w+)`/gm)].map(([, name]) => name);
  const parts = fs.globSync("{components/*,policy}/index.ts").map((file) => file.split("/").at(-2));
  expect(rows.sort()).toEqual(parts.sort());
});
