import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { modelsReference } from "../../components/board/modelsReference.ts";
import { appsReference, imageRepositories } from "../../settings/appsReference.ts";
import { componentReference } from "../../plugin/reference.ts";
import { pluginSchema } from "../../plugin/schema.ts";
import { components } from "../../plugin/served.ts";
import { typeScriptComponents } from "../../plugin/typeScriptOnly.ts";
import { settingDescriptions, settingsReference, stackFileSchema } from "../../settings/document.ts";
import { architecture, withDrawing } from "./architecture.ts";
import { programImports, roomImports } from "./imports.ts";

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

writeFileSync(at("stacks/settings.schema.json"), `${JSON.stringify(stackFileSchema(), null, 2)}\n`);
writeFileSync(at("policy/arm64Images.json"), `${JSON.stringify(imageRepositories(), null, 2)}\n`);

const plugin = pluginSchema();
writeFileSync(at("plugin/schema.json"), `${JSON.stringify(plugin, null, 2)}\n`);
const others = typeScriptComponents(new Set(Object.keys(components)));
writeFileSync(at("docs/component-reference.md"), componentReference(plugin, others));

writeFileSync(at("docs/settings.md"), settingsReference());
writeFileSync(at("docs/models.md"), modelsReference());
writeFileSync(at("docs/included-apps.md"), appsReference());

const project = parseDocument(readFileSync(at("Pulumi.yaml"), "utf8"));
project.setIn(["template", "config"], project.createNode(settingDescriptions()));
writeFileSync(at("Pulumi.yaml"), project.toString({ lineWidth: 0 }));

const page = readFileSync(at("docs/architecture.md"), "utf8");
writeFileSync(at("docs/architecture.md"), withDrawing(page, architecture(roomImports(programImports()))));
