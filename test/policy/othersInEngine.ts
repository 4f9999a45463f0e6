import path from "node:path";
import { Provider } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/pulumi";
import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation/index.js";
import * as random from "@pulumi/random";
import { repository } from "../../rehearsal/folder.ts";
import { TemporaryStack } from "../temporaryStack.ts";
import { objectsOf, type others } from "./others.ts";

class Any extends CustomResource {}

/**
 * What the pack says of a program at its preview, in the engine.
 *
 * @param pack its folder. Default: the repository's
 * @param set name of a set of levels. Default: each policy's own
 */
export async function previewOf(
  program: keyof typeof others,
  pack = path.join(repository, "policy"),
  set?: string,
): Promise<{ events: PolicyEvent[]; said: string }> {
  const temporary = await TemporaryStack.create("others");
  const events: PolicyEvent[] = [];
  const onEvent = ({ policyEvent }: EngineEvent) => void (policyEvent && events.push(policyEvent));
  const inline = () => {
    // Renders to files: no cluster is needed.
    const provider = new Provider("files", { renderYamlToDirectory: path.join(temporary.folder, "yaml") });
    const unknown = new random.RandomPet("unknown").id;
    for (const { type, name, props } of objectsOf(program, unknown)) new Any(type, name, props, { provider });
    return Promise.resolve({});
  };
  const policyPackConfigs = set === undefined ? [] : [path.join(pack, "sets", `${set}.json`)];
  const options = { policyPacks: [pack], policyPackConfigs, onEvent };
  const said = await temporary.stack.preview({ program: inline, color: "never", ...options }).then(
    ({ stdout }) => stdout,
    // A mandatory policy ends it.
    (error: unknown) => String(error),
  );
  temporary.remove();
  return { events, said };
}
