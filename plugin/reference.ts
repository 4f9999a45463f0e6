// docs/component-reference.md, out of the plugin's schema, and so out of the docstrings.
import type { PackageSpec, Property, Type } from "@pulumi/pulumi/provider/experimental/schema.js";

type Properties = Readonly<Record<string, Property>>;

/** A page with the args and outputs of every component that serves all languages. */
export function componentReference({ resources, types }: PackageSpec): string {
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
    "",
  ].join("\n");
}

const introduction = [
  "<!-- Written by `npm run generate`. -->",
  "",
  "# Components: args and outputs",
  "",
  "Of the components that serve [every language](languages.md), as their schema has them. In Python, names are written",
  "`like_this`. The [TypeScript components](components.md) have the same args and defaults, and an alternative type where",
  "several fields here exclude each other; the types of the package describe them, and those for TypeScript only.",
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
