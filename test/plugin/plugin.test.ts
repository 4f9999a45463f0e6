import fs from "node:fs";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema.js";
import { ComponentResource, output, secret } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { components, type Schema, served } from "../../plugin/served.ts";
import { componentReference } from "../../plugin/reference.ts";
import { pluginSchema } from "../../plugin/schema.ts";
import { typeScriptComponents } from "../../plugin/typeScriptOnly.ts";
import settingsSchema from "../../stacks/settings.schema.json" with { type: "json" };
import schema from "../../plugin/schema.json" with { type: "json" };

const read = (page: string) => fs.readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
const names = Object.keys(components).sort();
// As JSON: without what is undefined.
const analyzed = JSON.parse(JSON.stringify(pluginSchema())) as PackageSpec;
const typeScriptOnly = typeScriptComponents(new Set(names));

describe("the plugin's schema", () => {
  it("is what Pulumi's component analyzer says", () => {
    expect(analyzed, "run `npm run generate`").toEqual(schema);
  });

  it("has the components that the plugin makes, nine at least", () => {
    expect(Object.keys(schema.resources).sort()).toEqual(names.map((name) => `bramble:index:${name}`));
    expect(names.length).toBeGreaterThanOrEqual(9);
  });

  it("knows every type: the analyzer makes Any of what it does not understand", () => {
    expect(JSON.stringify(schema)).not.toContain("pulumi.json#/Any");
  });

  it("describes everything", () => {
    const all = [...Object.entries(analyzed.resources), ...Object.entries(analyzed.types)];
    const bare = all.flatMap(([name, each]) => {
      const { inputProperties, properties = {} } = { inputProperties: {}, ...each };
      return Object.entries({ ...inputProperties, ...properties })
        .filter(([, property]) => !("description" in property))
        .map(([property]) => `${name} ${property}`);
    });
    expect(bare).toEqual([]);
  });

  it("has every field of an app in bramble:apps", () => {
    const { properties } = settingsSchema as unknown as {
      properties: {
        config: { properties: Record<string, { additionalProperties: { properties: object } }> };
      };
    };
    const fields = Object.keys(properties.config.properties["bramble:apps"]!.additionalProperties.properties);
    expect(fields.length).toBeGreaterThan(25);
    const { inputProperties } = schema.resources["bramble:index:UserApp"];
    expect(fields.filter((field) => !(field in inputProperties))).toEqual([]);
  });
});

type Module = Readonly<Record<string, { readonly prototype?: unknown }>>;

describe("the documents", () => {
  it("have the reference that the schema gives", () => {
    const reference = componentReference(analyzed, typeScriptOnly);
    expect(read("component-reference.md"), "run `npm run generate`").toBe(reference);
    expect(reference.match(/^## /gm)!.length).toBeGreaterThan(names.length);
  });

  it("describe every component for TypeScript, with every arg and output", () => {
    const bare = typeScriptOnly.flatMap(({ name, description, args, outputs }) =>
      [{ name: "", description }, ...args, ...outputs]
        .filter((each) => each.description === "")
        .map((each) => `${name} ${each.name}`),
    );
    expect(bare).toEqual([]);
    expect(typeScriptOnly.map(({ name }) => name)).toEqual(tableOf(typeScriptOnlyTable).sort());
  });

  const tableOf = (text: string) =>
    [...text.matchAll(/^\| (`\w+`(?:, `\w+`)*)/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/\w+/g)].map(String),
    );
  const [, typeScriptOnlyTable = ""] = read("components.md").split("## TypeScript only");

  it("list the components that serve other languages", () => {
    expect(tableOf(read("languages.md")).sort()).toEqual(names);
  });

  it("say of every other component that it is for TypeScript only", async () => {
    const parts = fs.globSync("components/*/index.ts").map((file) => file.split("/")[1]);
    const modules = await Promise.all(
      parts.map((part) => import(`../../components/${part}/index.ts`) as Promise<Module>),
    );
    const all = modules.flatMap((module) =>
      Object.entries(module)
        .filter(([, value]) => value.prototype instanceof ComponentResource)
        .map(([name]) => name),
    );
    expect(all.filter((name) => !names.includes(name)).sort()).toEqual(tableOf(typeScriptOnlyTable).sort());
  });
});

describe("an arg that must be known before the update", () => {
  const make = (name: string, inputs: object) =>
    served(schema as unknown as Schema).construct!("a", `bramble:index:${name}`, inputs, {});

  it.each([
    ["Gogs", { host: output("a.example.com"), storage: {} }, "host"],
    ["Gogs", { host: "a.example.com", storage: { board: secret("node-1") } }, "storage.board"],
    ["Traefik", { namespaces: ["a", output("b")] }, "namespaces[1]"],
    ["UserApp", { environment: { A: output("b") } }, "environment.A"],
    ["UserApp", { boardPorts: [{ port: output(1) }] }, "boardPorts[0].port"],
  ])("of %s is no output: %o", async (name, inputs, path) => {
    await expect(make(name, inputs)).rejects.toMatchObject({
      errors: [{ propertyPath: path, reason: expect.stringContaining("known before the update") as string }],
    });
  });

  it("is told apart from one that may be", async () => {
    const inputs = { storage: {}, host: "a.example.com", adminPassword: output("b") };
    await expect(make("Gogs", inputs)).rejects.toMatchObject({ propertyPath: "storage" });
  });

  it.each([
    ["BackupStore", { apps: [], target: { board: "node-1" } }, "target"],
    ["BackupStore", { apps: [], target: { s3: {}, nfs: {} } }, "target"],
    [
      "UserApp",
      { name: "a", image: "a:1.2.3", memory: { request: "1Mi", limit: "1Mi" }, volumes: { a: "/a" } },
      "storage",
    ],
    ["Route", { tls: "selfSigned", wildcard: "*.example.com" }, "wildcard"],
    ["BoardPlan", { board: "a", model: "abacus" }, "model"],
    ["BoardPlan", { board: "a", ram: 1024 }, "cores"],
    ["SensorGateway", { devices: [{ name: "a", board: "abacus" }] }, "devices[0].board"],
  ])("of %s is refused by its name: %o", async (name, inputs, path) => {
    await expect(make(name, inputs)).rejects.toMatchObject({ propertyPath: path });
  });
});
