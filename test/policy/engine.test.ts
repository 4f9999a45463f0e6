import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Provider } from "@pulumi/kubernetes";
import { ComponentResource, CustomResource } from "@pulumi/pulumi";
import { LocalWorkspace, type PolicyEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { boardType } from "../../policy/kubelet.ts";
import { rules } from "../../policy/policies.ts";
import { repository } from "../../rehearsal/folder.ts";
import { findEngine } from "../../tools/engine.ts";
import { engineOptions } from "../../tools/pulumi.ts";
import { resourceCases } from "./cases.ts";
import { board, controlPlane, type Declared, deployment } from "./sound.ts";
import { type StackCase, stackCases } from "./stackCases.ts";

const engine = await findEngine();
const missing = "missing" in engine ? engine.missing : "";
let folder = "";
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "bramble-policy-"))));
afterAll(() => rm(folder, { recursive: true }));

class Any extends CustomResource {}
class AnyComponent extends ComponentResource {
  constructor(type: string, name: string, props: Declared["props"]) {
    super(type, name, props);
    this.registerOutputs(props);
  }
}

function register({ type, name, props, isProtected }: Declared, provider: Provider): void {
  if (type.startsWith("bramble:")) {
    new AnyComponent(type, name, props);
    return;
  }
  const own = type.startsWith("kubernetes:") ? { provider } : { version: "1.2.1" };
  new Any(type, name, props, { ...own, protect: isProtected ?? false });
}

type Config = Record<string, Record<string, unknown>>;

/** What the engine calls the stack itself, where a violation is no resource's. */
const stackName = "policy-policy";

interface Judgement {
  readonly violations: readonly PolicyEvent[];
  /** What else the engine said, should it fail. */
  readonly said: string;
}

/** What the pack says of a stack at its preview, in the engine. */
async function preview(resources: readonly Declared[], config: Config = {}): Promise<Judgement> {
  if ("missing" in engine) throw new Error(engine.missing);
  const violations: PolicyEvent[] = [];
  const program = () => {
    // Renders to files: no cluster is needed.
    const provider = new Provider("files", { renderYamlToDirectory: path.join(folder, "yaml") });
    for (const each of resources) register(each, provider);
    return Promise.resolve();
  };
  const environment = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "policy" };
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "policy", projectName: "policy", program },
    { ...(await engineOptions(engine.cli, environment)), workDir: folder },
  );
  const settings = path.join(folder, "policy.json");
  await writeFile(settings, JSON.stringify(config));
  const onEvent = ({ policyEvent }: { policyEvent?: PolicyEvent }) => {
    if (policyEvent) violations.push(policyEvent);
  };
  const said = await stack
    .preview({
      policyPacks: [path.join(repository, "policy")],
      policyPackConfigs: [settings],
      color: "never",
      onEvent,
    })
    .then(
      ({ stdout }) => stdout,
      (error: unknown) => String(error),
    );
  expect(said).toContain("bramble@v0.1.0");
  return { violations, said };
}

/** What a policy says of one resource, or of a whole stack. */
const of = ({ violations }: Judgement, policy: string, concerned: (resource: string) => boolean) =>
  violations
    .filter(({ policyName }) => policyName === policy)
    .filter(({ resourceUrn }) => concerned(resourceUrn?.split("::").at(-1) ?? ""))
    .map(({ message }) => message);

/** Cases that can be judged in one stack: those without settings, then the first settings of each policy, … */
function layers(): (typeof resourceCases)[] {
  const made: (typeof resourceCases)[] = [resourceCases.filter(({ config }) => config === undefined)];
  for (const each of resourceCases.filter(({ config }) => config !== undefined)) {
    const same = (other: (typeof resourceCases)[number]) =>
      other.policy !== each.policy || JSON.stringify(other.config) === JSON.stringify(each.config);
    const at = made.findIndex((layer, i) => i > 0 && layer.every(same));
    if (at > 0) made[at] = [...(made[at] ?? []), each];
    else made.push([each]);
  }
  return made;
}

/** Cases of the same stack are judged in one, and so are all that are about URLs: their apps have their own. */
function stacks(): StackCase[][] {
  const withBoards = stackCases.filter(({ resources }) => resources.some(({ type }) => type === boardType));
  const alone = stackCases.filter(({ config }) => config !== undefined);
  const ofUrls = stackCases.filter((each) => !withBoards.includes(each) && !alone.includes(each));
  const alike = Map.groupBy(withBoards, ({ resources }) => JSON.stringify(resources));
  return [...alike.values(), ...alone.map((each) => [each]), ofUrls];
}

/** The same judgement for all that ask, made when the first one does. */
function once(make: () => Promise<Judgement>): () => Promise<Judgement> {
  let made: Promise<Judgement> | undefined;
  return () => (made ??= make());
}

describe("the policy pack in Pulumi's engine, as the functions do,", { timeout: 600_000 }, () => {
  beforeEach(({ skip }) => skip(missing !== "", `no Pulumi engine: ${missing}`));

  describe.each(layers().map((cases, i) => [i, cases] as const))("judges resources (%d)", (i, cases) => {
    const config = Object.fromEntries(cases.map((each) => [each.policy, each.config ?? {}]));
    const resources = cases.map(({ resource }) => resource);
    const judged = once(() => preview(resources, i > 0 ? config : {}));

    it.each(cases.map((each) => [each.policy, each.says ?? "nothing", each.resource.name, each] as const))(
      "%s says %s (%s)",
      async (_, __, ___, { policy, resource, says }) => {
        const judgement = await judged();
        const messages = of(judgement, policy, (name) => name === resource.name);
        const expected = says === undefined ? [] : [expect.stringContaining(says) as string];
        expect(messages, judgement.said).toEqual(expected);
      },
    );

    it("each at its policy's level", async () => {
      const { violations } = await judged();
      const levels = violations.map(({ policyName }) => rules.find(({ name }) => name === policyName)?.level);
      expect(violations.map(({ enforcementLevel }) => enforcementLevel)).toEqual(levels);
    });
  });

  describe.each(stacks().map((cases, i) => [i, cases] as const))("judges stacks (%d)", (_, cases) => {
    const [first] = cases;
    const different = new Set(cases.map(({ resources }) => JSON.stringify(resources))).size > 1;
    const prefix = (i: number) => (different ? `${i}-` : "");
    const resources = (different ? cases : cases.slice(0, 1)).flatMap((each, i) =>
      each.resources.map((resource) => ({ ...resource, name: `${prefix(i)}${resource.name}` })),
    );
    const judged = once(() => preview(resources, first?.config ? { [first.policy]: first.config } : {}));

    it.each(cases.map((each, i) => [each.policy, each.what, each, i] as const))(
      "%s: %s",
      async (__, ___, { policy, says }, i) => {
        const judgement = await judged();
        const isOwn = (name: string) => name.startsWith(prefix(i));
        if (says === undefined) expect(of(judgement, policy, isOwn), judgement.said).toEqual([]);
        else {
          const messages = of(judgement, policy, (name) => isOwn(name) || name === stackName);
          expect(messages.join("\n"), judgement.said).toContain(says);
        }
      },
    );
  });

  it("lets a sound stack pass, every policy on it", async () => {
    const judgement = await preview([controlPlane("cp"), board("a"), board("b"), deployment("app")]);
    expect(judgement.violations).toEqual([]);
  });
});
