import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { modelsReference } from "../components/board/modelsReference.ts";
import { settingDescriptions, settingsReference, stackFileSchema } from "./document.ts";

const at = (path: string) => new URL(`../${path}`, import.meta.url);

writeFileSync(at("stacks/settings.schema.json"), `${JSON.stringify(stackFileSchema(), null, 2)}\n`);
writeFileSync(at("docs/settings.md"), settingsReference());
writeFileSync(at("docs/models.md"), modelsReference());

const project = parseDocument(readFileSync(at("Pulumi.yaml"), "utf8"));
for (const [key, description] of Object.entries(settingDescriptions())) {
  project.setIn(["template", "config", key], project.createNode({ description }));
}
writeFileSync(at("Pulumi.yaml"), project.toString({ lineWidth: 0 }));
