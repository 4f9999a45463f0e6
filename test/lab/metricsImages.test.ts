import { describe, expect, it } from "vitest";
import { kubeStateMetricsWorkload } from "../../components/metrics/kubeStateMetrics.ts";
import { metricsServerWorkload } from "../../components/metrics/metricsWorkload.ts";
import { imageLab } from "./imageLab.ts";

const server = metricsServerWorkload().pod;
const state = kubeStateMetricsWorkload().pod;

describe("the image of", async () => {
  const lab = await imageLab([...server.containers, ...state.containers]);

  it.each([
    ["metrics-server", server, "--version", "0.9.0"],
    ["kube-state-metrics", state, "version", "kube-state-metrics, version 2.20.0"],
  ])("%s starts, and knows its pod's arguments", async (_, spec, argument, version) => {
    const pod = await lab.startPod();
    const container = spec.containers[0]!;
    const paths = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    const run = async (...args: string[]) => {
      const mounts = Object.fromEntries(paths.map((each) => [each, lab.images.emptyDir()]));
      const image = lab.images.of(container);
      const started = pod.start({ container: { ...container, args }, pod: spec, image, given: { mounts } });
      return { code: await started.ended, said: started.said };
    };
    const own = container.args ?? [];
    const asked = await run(argument);
    expect(asked.code, asked.said).toBe(0);
    expect(asked.said).toContain(version);
    // It gets as far as there being no cluster.
    expect((await run(...own)).said).toContain("KUBERNETES_SERVICE_HOST");
    expect((await run(...own, "--no-such-flag")).said).not.toContain("KUBERNETES_SERVICE_HOST");
  });
});
