// Changes of the settings that a cluster takes in place.
import { kubectl, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { currentBuild, type KubernetesBuild } from "../kubernetesBuild.ts";
import { healthy, refusal, upTold, type Say } from "./fault.ts";
import { cutOff, type Interruption } from "./interruptions.ts";
import { watchPair } from "./pair.ts";

const earlierPatch = currentBuild.version.replace(/\d+$/, (patch) => String(Number(patch) - 1));
const skippingMinor = currentBuild.version.replace(/\.(\d+)\.\d+$/, (_, minor) => `.${Number(minor) + 2}.0`);

/** Two figures of one worker's kubelet. */
export async function changeKubelet(lab: Lab, say: Say): Promise<Finding[]> {
  const first = lab.board("lab-1");
  const pods = () =>
    kubectl(
      first,
      `get pods -A --field-selector=spec.nodeName=lab-2 -o 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID}{"\\n"}{end}'`,
    );
  const before = await pods();
  const worker = lab.settings.boards.find(({ name }) => name === "lab-2");
  Object.assign(worker ?? {}, { maxPods: 9, evictionHard: 111 });
  await lab.stack.configure(lab.settings);
  const { changes } = await upTold(lab, say);
  const ran = changes.filter((change) => /lab-\d-/.test(change)).join();
  const configz = await kubectl(first, "get --raw /api/v1/nodes/lab-2/proxy/configz");
  const { kubeletconfig } = JSON.parse(configz) as {
    kubeletconfig: { maxPods: number; evictionHard: Record<string, string> };
  };
  const after = await pods();
  const shown = `${kubeletconfig.maxPods} ${kubeletconfig.evictionHard["memory.available"] ?? ""}`;
  return [
    { what: "only its kubelet step ran", holds: ran === "update lab-2-kubelet", seen: ran },
    { what: "the kubelet uses it", holds: shown === "9 111Mi", seen: shown },
    { what: "its pods kept running", holds: before === after, seen: `${before}\n${after}` },
    ...(await healthy(lab)),
  ];
}

/** What the engine says at preview to what the cluster can't be brought to. */
export async function refuseChanges(lab: Lab): Promise<Finding[]> {
  const cases: [Record<string, string>, RegExp][] = [
    [{ version: earlierPatch }, /is older than .*no way back/],
    [{ version: skippingMinor }, /skips|newer than what bramble knows/],
    [{ podSubnet: "10.99.0.0/16" }, /cluster\.podSubnet: is .* in the cluster, and can't become 10\.99/],
  ];
  const findings: Finding[] = [];
  for (const [change, says] of cases) {
    const seen = await refusal(lab, { cluster: { ...lab.settings.cluster, ...change } });
    const what = `a preview rejects ${Object.values(change).join()}`;
    findings.push({ what, holds: says.test(seen), seen });
  }
  return findings;
}

/**
 * To another version, with a Deployment of two that must never be without a ready pod.
 *
 * @param cut what comes between; then one more `up` goes on
 */
export async function upgrade(
  lab: Lab,
  say: Say,
  { version }: KubernetesBuild,
  cut?: Interruption,
): Promise<Finding[]> {
  const { first } = lab;
  const { cluster } = lab.settings;
  const happened: Finding[] = [];
  const pair = await watchPair(lab, say, async () => {
    Object.assign(cluster, lab.settingsFor(version));
    await lab.stack.configure(lab.settings);
    if (cut !== undefined) happened.push(await cutOff(lab, say, cut));
    await upTold(lab, say);
  });
  const versions = await kubectl(first, "get nodes -o 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}'");
  const server = await kubectl(first, "get --raw /version");
  const wanted = `v${version}`;
  return [
    ...happened,
    {
      what: `every kubelet is ${wanted}`,
      holds: versions.split(" ").every((version) => version === wanted),
      seen: versions,
    },
    { what: `the API server is ${wanted}`, holds: server.includes(`"${wanted}"`), seen: server },
    ...pair,
    ...(await healthy(lab)),
  ];
}
