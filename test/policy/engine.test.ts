import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Provider } from "@pulumi/kubernetes";
import { ComponentResource, CustomResource } from "@pulumi/pulumi";
import { LocalWorkspace, type PolicyEvent, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rules } from "../../policy/policies.ts";
import { repository } from "../../rehearsal/folder.ts";
import { findEngine } from "../../rehearsal/tools/engine.ts";
import { resourceCases } from "./cases.ts";
import { board, controlPlane, type Declared, deployment } from "./sound.ts";
import { stackCases } from "./stackCases.ts";

// Every stack of its own takes seconds: without this only those that judge many cases at once are run.
const wholeMatrix = process.env.BRAMBLE_POLICY_MATRIX !== undefined;

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
  const root = path.dirname(path.dirname(engine.cli));
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "policy", projectName: "policy", program },
    {
      workDir: folder,
      pulumiCommand: await PulumiCommand.get({ root }),
      envVars: { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "policy" },
    },
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

const of = ({ violations }: Judgement, policy: string, resource?: string) =>
  violations
    .filter(({ policyName }) => policyName === policy)
    .filter(({ resourceUrn }) => resource === undefined || resourceUrn?.split("::").at(-1) === resource)
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

describe("the policy pack in Pulumi's engine", { timeout: 600_000 }, () => {
  it("lets a sound stack pass, every policy on it", async ({ skip }) => {
    skip(missing !== "", `no Pulumi engine: ${missing}`);
    const judgement = await preview([controlPlane("cp"), board("a"), board("b"), deployment("app")]);
    expect(judgement.violations.map(({ message }) => message)).toEqual([]);
  });

  it.for(layers().map((cases, i) => [i, cases.length, cases] as const))(
    "judges resources as the functions do, %d (%d cases)",
    async ([i, , cases], { skip }) => {
      skip(missing !== "", `no Pulumi engine: ${missing}`);
      skip(i > 0 && !wholeMatrix, "BRAMBLE_POLICY_MATRIX is not set");
      const config = Object.fromEntries(cases.map((each) => [each.policy, each.config ?? {}]));
      const judgement = await preview(
        cases.map(({ resource }) => resource),
        i > 0 ? config : {},
      );
      for (const { policy, resource, says } of cases) {
        const messages = of(judgement, policy, resource.name);
        const expected = says === undefined ? [] : [expect.stringContaining(says) as string];
        expect(messages, `${policy}, ${resource.name}: ${judgement.said}`).toEqual(expected);
      }
    },
  );

  it.for(stackCases.map((each) => [each.policy, each.what, each] as const))(
    "%s: %s",
    async ([, , { policy, resources, says, config }], { skip }) => {
      skip(missing !== "", `no Pulumi engine: ${missing}`);
      skip(!wholeMatrix, "BRAMBLE_POLICY_MATRIX is not set");
      const judgement = await preview(resources, config ? { [policy]: config } : {});
      const messages = of(judgement, policy);
      if (says === undefined) expect(messages, judgement.said).toEqual([]);
      else expect(messages.join("\n"), judgement.said).toContain(says);
    },
  );

  it("knows the level of every policy", async ({ skip }) => {
    skip(missing !== "" || !wholeMatrix);
    const judgement = await preview(
      resourceCases.flatMap(({ config, resource }) => (config ? [] : [resource])),
    );
    for (const { policyName, enforcementLevel } of judgement.violations) {
      expect(enforcementLevel).toBe(rules.find(({ name }) => name === policyName)?.level);
    }
  });
});
