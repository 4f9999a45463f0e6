import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { helm, Provider } from "@pulumi/kubernetes";
import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startControlPlane } from "../../rehearsal/controlPlane.ts";
import { repository } from "../../rehearsal/folder.ts";
import { findTools } from "../../tools/obtain.ts";
import { TemporaryRehearsal } from "../rehearsal/temporaryRehearsal.ts";
import { noEngine, TemporaryStack } from "../temporaryStack.ts";
import { comparedWithTable } from "./othersInEngine.ts";

const rehearsal = new TemporaryRehearsal("chart");
const image = "docker.io/library/redis:8.4.0";

/** A chart whose templates give the objects of `others/chart.yaml`, and a hook. */
function writeChart(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bramble-chart-"));
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  const objects = fs.readFileSync(new URL("others/chart.yaml", import.meta.url), "utf8");
  const hook =
    "metadata: { name: cache-hook, namespace: cache, annotations: { helm.sh/hook: post-install } }";
  const [, , check = ""] = objects.split("---\n");
  write("Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n");
  write("values.yaml", `image: ${image}\n`);
  write("templates/objects.yaml", objects.replaceAll(image, "{{ .Values.image }}"));
  write("templates/hook.yaml", check.replace(/^metadata: .*$/m, hook));
  return folder;
}

describe("a chart that Pulumi's own Helm renders", { timeout: 300_000 }, () => {
  const events: PolicyEvent[] = [];
  let said = "";
  beforeEach(({ skip }) => skip(noEngine !== "", `no Pulumi engine: ${noEngine}`));
  beforeAll(async () => {
    if (noEngine !== "") return;
    // Helm asks the cluster what it has, also in a preview.
    await startControlPlane(rehearsal.folder, await findTools(), new AbortController().signal);
    const chart = writeChart();
    const temporary = await TemporaryStack.create("chart");
    const program = () => {
      const provider = new Provider("cluster", { kubeconfig: rehearsal.folder.kubeconfig });
      new helm.v4.Chart("cache", { chart, namespace: "cache" }, { provider });
      return Promise.resolve({});
    };
    const onEvent = ({ policyEvent }: EngineEvent) => void (policyEvent && events.push(policyEvent));
    const options = { policyPacks: [path.join(repository, "policy")], onEvent };
    said = await temporary.stack.preview({ program, color: "never", ...options }).then(
      ({ stdout }) => stdout,
      // A mandatory policy ends it.
      (error: unknown) => String(error),
    );
    temporary.remove();
    fs.rmSync(chart, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    if (noEngine === "") await rehearsal.end();
  }, 120_000);

  it("gets what the table says", () => {
    const { found, rows } = comparedWithTable("a chart's objects", events);
    expect(found, said).toEqual(rows);
  });

  it("hides its hooks, which Pulumi omits", () => {
    expect(events.filter(({ resourceUrn }) => resourceUrn?.includes("cache-hook"))).toEqual([]);
    expect(said).toContain("cache-check");
    expect(said).not.toContain("cache-hook");
  });
});
