import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { apps, Provider } from "@pulumi/kubernetes";
import { ComponentResource } from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryPlan } from "../../components/board/memoryPlan.ts";
import { type KubeletConfiguration, kubeletConfiguration } from "../../components/cluster/kubeletConfig.ts";
import { repository } from "../../rehearsal/folder.ts";
import { findEngine } from "../../rehearsal/tools/engine.ts";

const engine = await findEngine();
let folder = "";
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "bramble-policy-"))));
afterAll(() => rm(folder, { recursive: true }));

/** What the engine says at the preview of a stack with one board and one Deployment, under the policy pack. */
async function preview(change: {
  kubelet?: Partial<KubeletConfiguration>;
  limits?: Record<string, string>;
}): Promise<string> {
  if ("missing" in engine) throw new Error(engine.missing);
  const program = () => {
    const kubelet = { ...kubeletConfiguration(memoryPlan(905)), ...change.kubelet };
    new ComponentResource("bramble:board:Board", "pi3-1", {
      role: "worker",
      ram: 1024,
      capacity: 905,
      kubelet,
    });
    // Renders to files: no cluster is needed.
    const provider = new Provider("files", { renderYamlToDirectory: path.join(folder, "yaml") });
    const limits = change.limits ?? { memory: "64Mi" };
    const app = { name: "app", image: "app:1", resources: { requests: { memory: "64Mi" }, limits } };
    const template = { metadata: { labels: { app: "app" } }, spec: { containers: [app] } };
    const spec = { selector: { matchLabels: { app: "app" } }, template };
    new apps.v1.Deployment("app", { metadata: { name: "app" }, spec }, { provider });
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
  const policyPacks = [path.join(repository, "policy")];
  return stack.preview({ policyPacks, color: "never" }).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error),
  );
}

describe("the policy pack in Pulumi's engine", { timeout: 120_000 }, () => {
  const missing = "missing" in engine ? engine.missing : "";

  it("lets a sound stack pass", async ({ skip }) => {
    skip(missing !== "", `no Pulumi engine: ${missing}`);
    const said = await preview({});
    expect(said).toContain("bramble@v0.1.0");
    expect(said).not.toContain("mandatory");
  });

  it("refuses 2018's eviction threshold of 50Mi", async ({ skip }) => {
    skip(missing !== "", `no Pulumi engine: ${missing}`);
    const { evictionHard } = kubeletConfiguration(memoryPlan(905));
    const said = await preview({
      kubelet: { evictionHard: { ...evictionHard, "memory.available": "50Mi" } },
    });
    expect(said).toMatch(/\[mandatory\].*eviction-thresholds.*pi3-1/);
    expect(said).toContain("evictionHard memory.available is 50Mi, below 100Mi");
  });

  it("refuses a board without reservations and a container without a limit", async ({ skip }) => {
    skip(missing !== "", `no Pulumi engine: ${missing}`);
    const said = await preview({ kubelet: { kubeReserved: undefined }, limits: {} });
    expect(said).toContain("kubeReserved has no memory");
    expect(said).toContain("container app has no memory limit");
  });
});
