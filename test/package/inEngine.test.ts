import fs from "node:fs";
import path from "node:path";
import { AppsV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { planBoards } from "../../components/board/board.ts";
import { putBoards } from "../../rehearsal/boards.ts";
import { connect, startControlPlane } from "../../rehearsal/controlPlane.ts";
import { findTools } from "../../tools/obtain.ts";
import { run } from "../../tools/run.ts";
import { TemporaryRehearsal } from "../rehearsal/temporaryRehearsal.ts";
import { hostKeyOf } from "../settings/files.ts";
import { type Example, examplesOf } from "./examples.ts";
import { noHost, OtherStack, pulumi, python } from "./otherStack.ts";
import { PackedProject } from "./packed.ts";

const example = (language: string) => examplesOf("languages.md", language)[0]?.code ?? "";
const inTypeScript = examplesOf("components.md", "ts");
/** Its boards are set up over SSH, and there are none here: test/boards/twoBoards.test.ts has them. */
const needsBoards = "Two boards become a cluster";

const rehearsal = new TemporaryRehearsal("languages");
const { folder } = rehearsal;
const { signal } = new AbortController();
const boards = planBoards([
  { name: "node-0", model: "rpi-4b-4gb", role: "controlPlane", host: "192.168.1.10" },
  { name: "node-1", model: "rpi-4b-2gb", role: "worker", host: "192.168.1.11" },
  { name: "node-2", model: "rpi-4b-2gb", role: "worker", host: "192.168.1.12" },
]);

/** Memory that the wiki may take. */
async function limit(): Promise<string | undefined> {
  const api = connect(folder).makeApiClient(AppsV1Api);
  const { spec } = await api.readNamespacedStatefulSet({ name: "wiki", namespace: "wiki" });
  return spec?.template.spec?.containers[0]?.resources?.limits?.memory;
}

const namespaces = async () =>
  (await rehearsal.api.listNamespace()).items.map(({ metadata }) => metadata?.name ?? "");

const none = noHost("nodejs");

describe("a program that is not bramble's, with the packed package", { timeout: 600_000 }, () => {
  let project: PackedProject;
  beforeAll(async () => {
    if (none !== "") return;
    project = await PackedProject.create();
    await startControlPlane(folder, await findTools(), signal);
    await putBoards(folder, boards, signal);
  }, 600_000);
  afterAll(async () => {
    if (none !== "") return;
    project[Symbol.dispose]();
    await rehearsal.end();
  }, 120_000);

  describe("in TypeScript", () => {
    beforeEach(({ skip }) => skip(none !== "", none));

    /** A project as Pulumi's template makes it: CommonJS, and types are checked at each run. */
    async function stackOf({ title, code }: Example): Promise<OtherStack> {
      const at = (name: string) => path.join(title.replaceAll(" ", "-"), name);
      project.write(at("package.json"), JSON.stringify({ name: "other", private: true }));
      project.write(at("Pulumi.yaml"), stringify({ name: "other", runtime: "nodejs" }));
      project.write(at("index.ts"), code);
      const own = await OtherStack.create(project.at(at("")));
      const hostKeys = JSON.stringify({ kitchen: hostKeyOf(1), attic: hostKeyOf(2) });
      const kubeconfig = fs.readFileSync(folder.kubeconfig, "utf8");
      for (const [key, value] of Object.entries({ hostKeys, kubeconfig, privateKey: "key" })) {
        await own.stack.setConfig(key, { value, secret: key !== "hostKeys" });
      }
      return own;
    }
    const titled = (title: string) => {
      const found = inTypeScript.find((each) => each.title === title);
      if (!found) throw new Error(`no example "${title}"`);
      return found;
    };

    it("has no other examples than those here", () => {
      expect(inTypeScript.map(({ title }) => title)).toEqual([
        needsBoards,
        "An entrance with limits for an existing cluster",
        "An app with backups",
      ]);
    });

    it(`previews "${needsBoards}", which needs boards`, async () => {
      const { stack } = await stackOf(titled(needsBoards));
      const { changeSummary } = await stack.preview({ color: "never" });
      expect(changeSummary.create).toBeGreaterThan(20);
    });

    it("ups an entrance with limits, in front of a service that is there", async () => {
      await rehearsal.api.createNamespace({ body: { metadata: { name: "shop" } } });
      const ports = [{ port: 80 }];
      const body = { metadata: { name: "shop" }, spec: { ports } };
      await rehearsal.api.createNamespacedService({ namespace: "shop", body });
      const own = await stackOf(titled("An entrance with limits for an existing cluster"));
      const { done } = await own.up();
      expect(done).toEqual(
        expect.arrayContaining(["create shop-ingress-login", "create traefik-deployment"]),
      );
      await own.destroy();
      expect(await namespaces()).toContain("shop");
      expect(await namespaces()).not.toContain("ingress");
    });

    it("ups an app with backups, whose password nobody deletes by mistake", async () => {
      const own = await stackOf(titled("An app with backups"));
      const { done, outputs } = await own.up();
      expect(done).toEqual(
        expect.arrayContaining([
          "create backup-deployment",
          "create wiki-backup-cronjob",
          "create wiki-statefulset",
        ]),
      );
      expect(outputs.url?.value).toBe("https://wiki.example.com/");
      expect(outputs.backupPassword?.secret).toBe(true);
      await expect(own.destroy()).rejects.toThrow("protect");
      await pulumi(own.folder, "state", "unprotect", "--all", "--yes", "--stack", "dev");
      await own.destroy();
      expect(await namespaces()).not.toContain("wiki");
    });
  });

  describe("in YAML", () => {
    beforeEach(({ skip }) => skip(noHost("yaml") !== "", noHost("yaml")));
    interface Yaml {
      resources: Record<string, { properties?: Record<string, unknown> }>;
      outputs: Record<string, string>;
    }
    const program = parse(example("yaml")) as Yaml;
    // The test ends with nothing left.
    program.resources.backup!.properties!.protectPassword = false;
    const write = (changed: Yaml) => project.write("Pulumi.yaml", stringify(changed));
    let stack: OtherStack;

    it("creates what the page shows, with secrets that stay secret", async () => {
      write(program);
      stack = await OtherStack.create(project.folder);
      const value = fs.readFileSync(folder.kubeconfig, "utf8");
      await stack.stack.setConfig("kubernetes:kubeconfig", { value, secret: true });
      const { done, outputs } = await stack.up();
      expect(done).toEqual(
        expect.arrayContaining([
          "create backup-deployment",
          "create bramble-app",
          "create entrance-deployment",
          "create wiki-backup-cronjob",
          "create wiki-route-ingress",
          "create wiki-statefulset",
        ]),
      );
      expect(done.filter((each) => !each.startsWith("create "))).toEqual([]);
      expect(outputs.allocatable?.value).toBe(boards[1]!.memory.allocatable);
      expect(outputs.url).toEqual({ value: "https://wiki.example.com/", secret: false });
      expect(outputs.password?.secret).toBe(true);
      expect(outputs.backupPassword?.secret).toBe(true);
      expect(await limit()).toBe("128Mi");
    });

    it("says so if nothing has changed", async () => {
      expect((await stack.up()).done).toEqual([]);
    });

    it("changes one object for one arg", async () => {
      program.resources.wiki!.properties!.memory = { request: "64Mi", limit: "256Mi" };
      write(program);
      expect((await stack.up()).done).toEqual(["update wiki-statefulset"]);
      expect(await limit()).toBe("256Mi");
    });

    it("is told of a wrong arg by its name, before anything is changed", async () => {
      const { memory, ...others } = program.resources.wiki!.properties!;
      const wrong = { ...others, memory: { ...(memory as object), limit: "plenty" } };
      const wiki = { ...program.resources.wiki, properties: wrong };
      write({ ...program, resources: { ...program.resources, wiki } });
      await expect(stack.up()).rejects.toThrow("memory.limit");
      expect(await limit()).toBe("256Mi");
    });

    it("deletes an app, and nothing of the others", async () => {
      const { wiki: _, ...resources } = program.resources;
      const { url: __, ...outputs } = program.outputs;
      write({ ...program, resources, outputs });
      const { done } = await stack.up();
      expect(done.filter((each) => !each.startsWith("delete wiki-"))).toEqual([]);
      expect(done).toContain("delete wiki-namespace");
      expect(await namespaces()).not.toContain("wiki");
    });

    it("leaves nothing", async () => {
      await stack.destroy();
      expect(await namespaces()).not.toEqual(expect.arrayContaining(["backup"]));
      expect(await namespaces()).not.toEqual(expect.arrayContaining(["ingress"]));
    });
  });

  describe("in Python", () => {
    beforeEach(({ skip }) => skip(noHost("python") !== "", noHost("python")));
    const text = example("python").replace('apps=["wiki"],', 'apps=["wiki"], protect_password=False,');
    const at = (name: string) => path.join("python", name);
    let stack: OtherStack;

    it("creates what the page shows, with an SDK that the schema gives", async () => {
      const packages = { bramble: "../node_modules/bramble-components" };
      const runtime = { name: "python", options: { virtualenv: python } };
      project.write(at("Pulumi.yaml"), stringify({ name: "home", runtime, packages }));
      project.write(at("__main__.py"), text);
      const schema = path.join(project.installed, "plugin/schema.json");
      const generate = ["package", "gen-sdk", schema, "--language", "python", "--local", "--out", "sdks"];
      await pulumi(project.at("python"), ...generate);
      // As `pip install ./sdks/python`, but not into a folder that others use, and no registry is asked.
      const offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target", "site"];
      const pip = ["-m", "pip", "install", "--quiet", ...offline, "./sdks/python"];
      const { ended, output } = await run(path.join(python, "bin/python"), pip, {
        cwd: project.at("python"),
      });
      expect(ended, output).toBe(0);
      stack = await OtherStack.create(project.at("python"), { PYTHONPATH: project.at("python", "site") });
      const kubeconfig = fs.readFileSync(folder.kubeconfig, "utf8");
      await stack.stack.setConfig("kubeconfig", { value: kubeconfig, secret: true });
      await stack.stack.setConfig("sessionKey", { value: "a session's key", secret: true });
      const { done, outputs } = await stack.up();
      expect(done).toEqual(
        expect.arrayContaining([
          "create wiki-environment",
          "create wiki-statefulset",
          "create backup-deployment",
        ]),
      );
      expect(outputs.backupPassword?.secret).toBe(true);
      const { data } = await rehearsal.api.readNamespacedSecret({ name: "environment", namespace: "wiki" });
      expect(atob(data?.SESSION_KEY ?? "")).toBe("a session's key");
    });

    it("keeps the secret out of the state", () => {
      const state = fs.readFileSync(project.at("python", ".pulumi", "stacks", "home", "dev.json"), "utf8");
      expect(state).not.toContain("a session's key");
    });

    it("changes one object for one arg", async () => {
      project.write(at("__main__.py"), text.replace("128Mi", "256Mi"));
      expect((await stack.up()).done).toEqual(["update wiki-statefulset"]);
      expect(await limit()).toBe("256Mi");
    });

    it("deletes an app", async () => {
      project.write(at("__main__.py"), text.replace(/^wiki = .*?^\)\n/ms, ""));
      const { done } = await stack.up();
      expect(done.filter((each) => !each.startsWith("delete wiki-"))).toEqual([]);
      expect(await namespaces()).not.toContain("wiki");
    });

    it("leaves nothing", async () => {
      await stack.destroy();
      expect(await namespaces()).not.toEqual(expect.arrayContaining(["backup"]));
    });
  });
});
