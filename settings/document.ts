import { z } from "zod";
import { settingsSchema } from "./schema.ts";

interface JsonSchema {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

/** The JSON Schema of a stack's file, for editors. Nothing is required: a stack may extend another. */
export function stackFileSchema(): JsonSchema {
  const { properties = {} } = settingsJsonSchema();
  const settings = Object.entries(properties).map(([key, schema]) => [`bramble:${key}`, schema] as const);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A stack of bramble",
    type: "object",
    properties: {
      encryptionsalt: { type: "string" },
      config: {
        type: "object",
        properties: Object.fromEntries(settings),
        patternProperties: { "^pulumi:": {} },
        additionalProperties: false,
      },
    },
  };
}

/** The reference of all settings, in Markdown. */
export function settingsReference(): string {
  const { properties = {}, required = [] } = settingsJsonSchema();
  const sections = Object.entries(properties).map(([key, schema]) => {
    const object = schema.items ?? schema;
    const need = required.includes(key) ? "Required." : "Optional.";
    const head = `## \`bramble:${key}\`\n\n${[schema.description, schema.items?.description, need].filter(Boolean).join(" ")}`;
    return object.properties ? `${head}\n\n${table(object, "")}` : head;
  });
  const intro = `# Settings

Every setting of a stack, in \`stacks/Pulumi.<stack>.yaml\` below \`config:\`. This page is generated from
\`settings/schema.ts\` by \`npm run generate\`. An app that is not in the settings is not deployed. Unknown settings are rejected.

A secret is set with, for example:

    npx pulumi config set --secret --path bramble:datadog.apiKey -s home`;
  return `${[intro, ...sections].join("\n\n")}\n`;
}

/** One sentence for each setting, for Pulumi.yaml. */
export function settingDescriptions(): Record<string, { description: string }> {
  const { properties = {} } = settingsJsonSchema();
  const described = Object.entries(properties);
  return Object.fromEntries(
    described.map(([key, { description = "" }]) => [`bramble:${key}`, { description }]),
  );
}

function settingsJsonSchema(): JsonSchema {
  return z.toJSONSchema(settingsSchema, { io: "input", override: cleaned }) as JsonSchema;
}

/** A secret stands in a stack's file as `secure: …`. */
function cleaned({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema.secret === undefined) return;
  const { description } = jsonSchema;
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  const properties = { secure: { type: "string" } };
  Object.assign(jsonSchema, { description, type: "object", properties, required: ["secure"] });
}

function table({ properties = {}, required = [] }: JsonSchema, prefix: string): string {
  const rows = Object.entries(properties).flatMap(([key, schema]) => rowsOf(key, schema, required, prefix));
  return ["| setting | value | default | what it is |", "|---|---|---|---|", ...rows].join("\n");
}

function rowsOf(key: string, schema: JsonSchema, required: readonly string[], prefix: string): string[] {
  const isSecret = schema.properties?.secure !== undefined;
  const object = schema.items?.properties ? schema.items : schema;
  if (object.properties && !isSecret) {
    const [kind, within] = object === schema ? ["object", "."] : ["list", "[]."];
    const row = `| \`${prefix}${key}\` | ${kind} | | ${schema.description ?? ""} |`;
    const inner = Object.entries(object.properties);
    return [
      row,
      ...inner.flatMap(([name, each]) =>
        rowsOf(name, each, object.required ?? [], `${prefix}${key}${within}`),
      ),
    ];
  }
  const standard =
    schema.default === undefined
      ? required.includes(key)
        ? "required"
        : ""
      : `\`${JSON.stringify(schema.default).replaceAll('"', "")}\``;
  return [
    `| \`${prefix}${key}\` | ${isSecret ? "secret" : valueText(`${prefix}${key}`, schema)} | ${standard} | ${schema.description ?? ""} |`,
  ];
}

function valueText(key: string, schema: JsonSchema): string {
  if (key === "model") return "docs/models.md";
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.anyOf) return schema.anyOf.map((each) => valueText(key, each)).join(", or ");
  return schema.type ?? "";
}
