import path from "node:path";
import { Provider } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/pulumi";
import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation/index.js";
import * as random from "@pulumi/random";
import { repository } from "../../rehearsal/folder.ts";
import { TemporaryStack } from "../temporaryStack.ts";
import { objectsOf, type others, type Row, table } from "./others.ts";

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

/** What the pack has said of the resources that the table has of a program, as the table's rows; and the rows. */
export function comparedWithTable(
  program: string,
  events: readonly PolicyEvent[],
): { found: Row[]; rows: Row[] } {
  const rows = table().filter((row) => row.program === program);
  const found = rows.map(({ resource }) => {
    // A chart's resources are `<chart>:<namespace>/<name>`.
    const own = events.filter(({ resourceUrn }) => resourceUrn?.split(/::|\//).at(-1) === resource);
    const isUnsure = ({ message }: PolicyEvent) => /^can't run policy .* during preview/.test(message);
    const names = (of: readonly PolicyEvent[]) => [...new Set(of.map(({ policyName }) => policyName))].sort();
    const violates = names(own.filter((event) => !isUnsure(event)));
    return { program, resource, violates, unknown: names(own.filter(isUnsure)) };
  });
  return { found, rows };
}
