import { z } from "zod";
import { settingsSchema } from "./schema.ts";

interface JsonSchema {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  /** Of a map with keys of the user's. */
  readonly additionalProperties?: JsonSchema | boolean;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const {
  properties: sections = {},
  required: requiredSections = [],
  $defs,
} = z.toJSONSchema(settingsSchema, {
  io: "input",
  override({ jsonSchema }) {
    if (jsonSchema.secret === undefined) return;
    const { description } = jsonSchema;
    for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
    Object.assign(jsonSchema, { description, $ref: "#/$defs/secret" });
  },
}) as JsonSchema;

const definitions: Readonly<Record<string, JsonSchema>> = {
  ...$defs,
  // What Pulumi writes into a stack's file.
  secret: { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] },
};

/** The JSON Schema of a stack's file, for editors. Nothing is required: a stack may extend another. */
export function stackFileSchema(): JsonSchema {
  const settings = Object.entries(sections).map(([key, schema]) => [`bramble:${key}`, schema] as const);
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
    $defs: definitions,
  };
}

/** The reference of all settings, in Markdown. */
export function settingsReference(): string {
  const chapters = Object.entries(sections).map(([key, schema]) => {
    const need = requiredSections.includes(key) ? "Required." : "Optional.";
    const text = [schema.description, schema.items?.description, need].filter(Boolean).join(" ");
    const rows = rowsOf(schema.items ?? entriesOf(schema) ?? schema, entriesOf(schema) ? "<name>." : "");
    const table = ["| setting | value | default | what it is |", "|---|---|---|---|", ...rows].join("\n");
    return [`## \`bramble:${key}\``, text, ...(rows.length > 0 ? [table] : [])].join("\n\n");
  });
  const intro = `# Settings

Every setting of a stack, in \`stacks/Pulumi.<stack>.yaml\` below \`config:\`. This page is generated from
\`settings/schema.ts\` by \`npm run generate\`. An app that is not in the settings is not deployed. Unknown settings are rejected.

A secret is set with, for example:

    npx pulumi config set --secret --path bramble:datadog.apiKey -s home`;
  return `${[intro, ...chapters].join("\n\n")}\n`;
}

/** One sentence for each setting, for Pulumi.yaml. */
export function settingDescriptions(): Record<string, { description: string }> {
  const described = Object.entries(sections);
  return Object.fromEntries(
    described.map(([key, { description = "" }]) => [`bramble:${key}`, { description }]),
  );
}

function rowsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([key, given]) => {
    const schema = { ...definitions[given.$ref?.split("/").at(-1) ?? ""], ...given };
    const { description = "", default: standard } = schema;
    const name = `${prefix}${key}`;
    const isSecret = schema.properties?.secure !== undefined;
    if (entriesOf(schema)) {
      return [`| \`${name}\` | map | | ${description} |`];
    }
    const object = schema.items?.properties ? schema.items : schema;
    if (object.properties && !isSecret) {
      const [kind, within] = object === schema ? ["object", "."] : ["list", "[]."];
      return [`| \`${name}\` | ${kind} | | ${description} |`, ...rowsOf(object, `${name}${within}`)];
    }
    const need = required.includes(key) ? "required" : "";
    const usual = standard === undefined ? need : `\`${JSON.stringify(standard).replaceAll('"', "")}\``;
    return [`| \`${name}\` | ${isSecret ? "secret" : valueText(name, schema)} | ${usual} | ${description} |`];
  });
}

/** The schema of a map's entries; undefined of anything else. */
function entriesOf({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function valueText(key: string, schema: JsonSchema): string {
  if (key === "model") return "docs/models.md";
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.anyOf) return schema.anyOf.map((each) => valueText(key, each)).join(", or ");
  return schema.type ?? "";
}
