// Changes of the settings that a cluster takes in place.
import { setTimeout as sleep } from "node:timers/promises";
import { apply, kubectl, webServers, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { currentBuild, type KubernetesBuild } from "../kubernetesBuild.ts";
import type { VirtualBoard } from "../virtualBoard.ts";
import { healthy, refusal, upTold, type Say } from "./fault.ts";
import { cutOff, type Interruption } from "./interruptions.ts";

const earlierPatch = currentBuild.version.replace(/\d+$/, (patch) => String(Number(patch) - 1));
const skippingMinor = currentBuild.version.replace(/\.(\d+)\.\d+$/, (_, minor) => `.${Number(minor) + 2}.0`);

const pair = "lab-pair";

/** Two pods that a budget keeps from being evicted together, on any board: they show an app's interruption. */
const pairObjects = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: pair, namespace: "default" },
    spec: {
      replicas: 2,
      ...webServers(
        pair,
        { key: "node-role.kubernetes.io/control-plane", operator: "Exists" },
        {
          command: ["httpd", "-f", "-p", "8080"],
          // A busy board may take seconds to answer, and is there all the same.
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2, timeoutSeconds: 5 },
        },
      ),
    },
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: pair, namespace: "default" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: pair } } },
  },
];

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
  await apply(first, pairObjects);
  await kubectl(first, "rollout status deployment/lab-pair --timeout=100s");
  const watched: Watched = { least: 2, atLeast: "", mostAway: 0, silence: 0, ended: false };
  const watching = watchDuring(first, watched);
  const { cluster } = lab.settings;
  Object.assign(cluster, lab.settingsFor(version));
  await lab.stack.configure(lab.settings);
  const happened: Finding[] = [];
  try {
    if (cut !== undefined) happened.push(await cutOff(lab, say, cut));
    await upTold(lab, say);
  } finally {
    watched.ended = true;
    await watching;
  }
  say(`the API was unavailable for ${watched.silence.toFixed(0)} s at most`);
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
    { what: "one of the two pods was ready at any time", holds: watched.least >= 1, seen: watched.atLeast },
    { what: "no two boards were down at once", holds: watched.mostAway <= 1, seen: `${watched.mostAway}` },
    ...(await healthy(lab)),
  ];
}

interface Watched {
  /** Fewest pods of the pair that were ready, and what else was to be seen then. */
  least: number;
  atLeast: string;
  /** Most boards that were not ready. */
  mostAway: number;
  /** Most seconds between two answers of the API. */
  silence: number;
  ended: boolean;
}

/** Looks every few seconds; a look that fails because the API server restarts says nothing. */
async function watchDuring(board: VirtualBoard, watched: Watched): Promise<void> {
  let answered = performance.now();
  while (!watched.ended) {
    const ready = await kubectl(board, "get deployment lab-pair -o 'jsonpath={.status.readyReplicas}'").catch(
      () => "2",
    );
    const nodes = await kubectl(board, "get nodes --no-headers").catch(() => "");
    if (Number(ready || 0) < watched.least) {
      watched.least = Number(ready || 0);
      const pods = await kubectl(board, "get pods -l app=lab-pair -o wide").catch(String);
      watched.atLeast = `${watched.least} at ${new Date().toISOString()}\n${nodes}${pods}`;
    }
    if (nodes !== "") {
      watched.silence = Math.max(watched.silence, (performance.now() - answered) / 1000);
      answered = performance.now();
    }
    const away = nodes.split("\n").filter((line) => line.includes(" NotReady")).length;
    watched.mostAway = Math.max(watched.mostAway, away);
    await sleep(2000);
  }
}
