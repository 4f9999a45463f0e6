import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { modelsReference } from "../../components/board/modelsReference.ts";
import { appsReference, imageRepositories } from "../../settings/appsReference.ts";
import { settingDescriptions, settingsReference, stackFileSchema } from "../../settings/document.ts";
import { readStackFile } from "../../settings/stackFile.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const regenerate = "run `npm run generate`";

it("the generated documents are those of the schema and the catalogue", () => {
  expect(read("docs/settings.md"), regenerate).toBe(settingsReference());
  expect(read("docs/models.md"), regenerate).toBe(modelsReference());
  expect(read("docs/included-apps.md"), regenerate).toBe(appsReference());
  expect(JSON.parse(read("policy/arm64Images.json")), regenerate).toEqual(imageRepositories());
  expect(JSON.parse(read("stacks/settings.schema.json")), regenerate).toEqual(stackFileSchema());
});

it("Pulumi.yaml describes every setting", () => {
  const { template } = parse(read("Pulumi.yaml")) as {
    template: { config: object };
  };
  expect(template.config, regenerate).toEqual(settingDescriptions());
});

it("says of every setting what it is", () => {
  const undescribed = settingsReference()
    .split("\n")
    .filter((line) => line.startsWith("| `") && line.endsWith("|  |"));
  expect(undescribed).toEqual([]);
});

it("writes a secret into the editor's schema as encrypted, never as text", () => {
  const { properties, $defs } = stackFileSchema() as {
    properties: { config: { properties: Record<string, { properties: { apiKey: unknown } }> } };
    $defs: object;
  };
  expect(properties.config.properties["bramble:datadog"]?.properties.apiKey).toEqual({
    description: "Datadog API key.",
    $ref: "#/$defs/secret",
  });
  expect($defs).toMatchObject({ secret: { type: "object", required: ["secure"] } });
});

it("the editor's schema defines whatever it refers to, and refers to whatever it defines", () => {
  const text = JSON.stringify(stackFileSchema());
  const references = [...text.matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].map(([, name]) => name);
  expect([...new Set(references)].sort()).toEqual(Object.keys(stackFileSchema().$defs ?? {}).sort());
  expect(text.split('"$ref"')).toHaveLength(references.length + 1);
});

it("the editor's schema knows every setting of the stacks in the repository", () => {
  const { properties } = stackFileSchema() as { properties: { config: { properties: object } } };
  const known = Object.keys(properties.config.properties);
  for (const stack of ["home", "rehearsal"]) {
    expect(known).toEqual(expect.arrayContaining(Object.keys(readStackFile(stack))));
  }
});
