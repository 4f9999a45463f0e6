// The plugin's schema, by Pulumi's own component analyzer.
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";
import own from "../package/package.json" with { type: "json" };
import { components } from "./served.ts";

/** The name by which other languages know the package. */
export const packageName = "bramble";

/**
 * The schema of all components that serve other languages.
 *
 * @throws Error that names a component's property whose type no other language has
 */
export function pluginSchema() {
  const { version, description } = own;
  const entry = { name: packageName, main: "components.ts" };
  const names = new Set(Object.keys(components));
  const {
    components: found,
    typeDefinitions,
    dependencies,
  } = new Analyzer(import.meta.dirname, packageName, entry, names).analyze();
  return generateSchema(packageName, version, description, found, typeDefinitions, dependencies);
}
