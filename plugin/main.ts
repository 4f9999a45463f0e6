// The plugin: what Pulumi's engine starts for a program in YAML, Python or another language.
//
// `componentProviderHost` would run the component analyzer at each start, which needs TypeScript in the user's project
// and five seconds of a processor. So the schema that the analyzer wrote (schema.ts) is served as it is.
import fs from "node:fs";
import { provider } from "@pulumi/pulumi";
import { type Schema, served } from "./served.ts";

const schema = fs.readFileSync(new URL("schema.json", import.meta.url), "utf8");
void provider.main(served(JSON.parse(schema) as Schema), process.argv.slice(2));
