// docs/component-reference.md, out of the plugin's schema, and so out of the docstrings.
import type { PackageSpec, Property, Type } from "@pulumi/pulumi/provider/experimental/schema.js";
import type { Described, TypeScriptComponent } from "./typeScriptOnly.ts";

type Properties = Readonly<Record<string, Property>>;

/**
 * A page with the args and outputs of every component.
 *
 * @param schema those that serve all languages
 * @param others those that serve TypeScript alone
 */
export function componentReference(
  { resources, types }: PackageSpec,
  others: readonly TypeScriptComponent[],
): string {
  const typeOf = (of: Type): string => {
    if (of.items) return `list of ${typeOf(of.items)}`;
    if (of.additionalProperties) return `map of ${typeOf(of.additionalProperties)}`;
    if ("type" in of) return of.type;
    const name = shortName(of.$ref);
    const values = types[of.$ref.replace("#/types/", "")]?.enum;
    return values
      ? values.map(({ value }) => `\`${value}\``).join(", ")
      : `[${name}](#${name.toLowerCase()})`;
  };
  const table = (title: string, properties: Properties = {}, required?: readonly string[]) => {
    const rows = Object.entries(properties).map(([name, property]) => {
      const notes = [...(required?.includes(name) === true ? ["required"] : []), typeOf(property)];
      if (required && property.plain !== true) notes.push("may be an output");
      return `| \`${name}\` | ${notes.join("; ")} | ${oneLine(property.description)} |`;
    });
    return rows.length === 0 ? [] : ["", `| ${title} | type | what |`, "| --- | --- | --- |", ...rows];
  };
  const components = Object.entries(resources).toSorted(([a], [b]) => a.localeCompare(b));
  const parts = Object.entries(types).toSorted(([a], [b]) => a.localeCompare(b));
  return [
    ...introduction,
    ...components.flatMap(([token, { description, inputProperties, requiredInputs, properties }]) => [
      ...["", `## ${shortName(token)}`, "", oneLine(description)],
      ...table("arg", inputProperties, requiredInputs),
      ...table("output", properties),
    ]),
    ...["", "# What args consist of"],
    ...parts.flatMap(([token, { properties, required }]) =>
      properties ? ["", `## ${shortName(token)}`, ...table("field", properties, required)] : [],
    ),
    ...["", "# For TypeScript only"],
    ...others.flatMap(({ name, part, description, args, outputs }) => [
      ...["", `## ${name}`, "", `From \`${part}\`. ${oneLine(description)}`],
      ...ofTypeScript("arg", args),
      ...ofTypeScript("output", outputs),
    ]),
    "",
  ].join("\n");
}

function ofTypeScript(title: string, all: readonly Described[]): string[] {
  const rows = all.map(({ name, type, isOptional, description }) => {
    const required = isOptional || title === "output" ? "" : "required; ";
    return `| \`${name}\` | ${required}\`${oneLine(type)}\` | ${oneLine(description)} |`;
  });
  return rows.length === 0 ? [] : ["", `| ${title} | type | what |`, "| --- | --- | --- |", ...rows];
}

const introduction = [
  "<!-- Written by `npm run generate`. -->",
  "",
  "# Components: args and outputs",
  "",
  "First the components that serve [every language](languages.md), as their schema has them. In Python, names are written",
  "`like_this`. In TypeScript they have the same args and defaults, and an alternative type where several fields here exclude",
  "each other. Then those for [TypeScript only](#for-typescript-only).",
  "",
  "An arg that is wrong is an error of the preview that names it, with what is allowed. Args are plain values unless they",
  "may be an output.",
];

function shortName(token: string): string {
  return token.split(":").at(-1) ?? token;
}

/** For a cell of a table. */
function oneLine(text = ""): string {
  return text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
