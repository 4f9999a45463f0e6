// What can go wrong with boards, and what the cluster is to be like after one more `up`.
import { setTimeout as sleep } from "node:timers/promises";
import { clusterHealthy, kubectl, nodesReady, until, type Finding } from "./checks.ts";
import type { Lab } from "./cluster.ts";
import { nextKubernetesVersion } from "./packages/kubernetes.ts";
import { StackError, type StackOutcome } from "./stack.ts";
import type { VirtualBoard } from "./virtualBoard.ts";

/** A fault and how the lab goes through it. */
export interface Fault {
  readonly what: string;
  /** Brings the fault about, on boards that are fresh or in a healthy cluster, and what follows. */
  readonly go: (lab: Lab, say: (line: string) => void) => Promise<Finding[]>;
  /** Whether it needs boards on which nothing has been done yet. */
  readonly fresh: boolean;
  /** Whether it needs the next version of Kubernetes. */
  readonly next?: boolean;
  /** Seconds by which the boards' clocks are ahead when they start. */
  readonly clockOffset?: number;
}

const daySeconds = 86_400;

/** The faults that the lab knows, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "init-power": {
    what: "the control plane loses its power during init",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-1-control-plane", 25, pullPlug("lab-1")),
  },
  "join-power": {
    what: "the worker loses its power during its join",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-2-join", 4, pullPlug("lab-2")),
  },
  "init-ssh": {
    what: "the connection to the control plane is cut during init",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-1-control-plane", 15, cutConnections("lab-1")),
  },
  "join-ssh": {
    what: "the connection to the worker is cut during its join",
    fresh: true,
    go: (lab, say) => interrupted(lab, say, "lab-2-join", 3, cutConnections("lab-2")),
  },
  clock: {
    what: "the boards' clocks are a year behind when they start",
    fresh: true,
    clockOffset: -365 * daySeconds,
    go: async (lab, say) => {
      await upTold(lab, say);
      return healthy(lab);
    },
  },
  "full-disk": {
    what: "the worker's disk is full",
    fresh: false,
    go: async (lab, say) => {
      const worker = lab.board("lab-2");
      await worker.ssh("sudo fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 20000000)) /full");
      say("the disk is full");
      const pressure = await until(
        300,
        () => kubectl(lab.board("lab-1"), "describe node lab-2"),
        (seen) => /DiskPressure +True/.test(seen),
      );
      await worker.ssh("sudo rm /full");
      await upTold(lab, say);
      const eased = await until(
        480,
        () => kubectl(lab.board("lab-1"), "describe node lab-2"),
        (seen) => /DiskPressure +False/.test(seen),
      );
      return [
        { what: "the kubelet sees it", ...pressure, seen: "" },
        { what: "and that there is room again", ...eased, seen: "" },
        ...(await healthy(lab)),
      ];
    },
  },
  reboot: {
    what: "the control plane reboots",
    fresh: false,
    go: async (lab) => {
      const board = lab.board("lab-1");
      await board.powerOff();
      await board.powerOn();
      return healthy(lab);
    },
  },
  "replace-worker": {
    what: "the worker is destroyed; a new machine of the same name takes its place",
    fresh: false,
    go: async (lab, say) => {
      await lab.replaceBoard("lab-2");
      await upTold(lab, say);
      return healthy(lab);
    },
  },
  restore: {
    what: "the control plane is destroyed; a new machine of the same name is made from a snapshot",
    fresh: false,
    go: restore,
  },
  kubelet: { what: "a worker's maxPods and eviction threshold change", fresh: false, go: changeKubelet },
  upgrade: {
    what: "Kubernetes is upgraded to the next patch version",
    fresh: false,
    next: true,
    go: upgrade,
  },
};

/** A control plane that is lost with all that was on it. */
async function restore(lab: Lab, say: (line: string) => void): Promise<Finding[]> {
  const first = lab.board("lab-1");
  await kubectl(first, "create configmap kept --from-literal=word=before");
  await kubectl(first, "create secret generic kept --from-literal=word=before");
  await first.ssh("sudo systemctl start bramble-snapshot.service", { limit: 300 });
  say("a snapshot is made; the control plane goes");
  await lab.replaceBoard("lab-1");
  await upTold(lab, say);
  const again = lab.board("lab-1");
  const configMap = await kubectl(again, "get configmap kept -o 'jsonpath={.data.word}'");
  const secret = await kubectl(again, "get secret kept -o 'jsonpath={.data.word}'");
  return [
    { what: "its ConfigMap is there again", holds: configMap === "before", seen: configMap },
    { what: "its Secret is there again", holds: atob(secret) === "before", seen: "another value" },
    ...(await healthy(lab)),
  ];
}

/** Two figures of one worker's kubelet. */
async function changeKubelet(lab: Lab, say: (line: string) => void): Promise<Finding[]> {
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
  const commands = changes.filter((change) => /lab-\d-/.test(change));
  const configz = await kubectl(first, "get --raw /api/v1/nodes/lab-2/proxy/configz");
  const { kubeletconfig } = JSON.parse(configz) as {
    kubeletconfig: { maxPods: number; evictionHard: Record<string, string> };
  };
  const after = await pods();
  const shown = `${kubeletconfig.maxPods} ${kubeletconfig.evictionHard["memory.available"] ?? ""}`;
  return [
    {
      what: "only its kubelet's step ran",
      holds: commands.join() === "update lab-2-kubelet",
      seen: commands.join(),
    },
    { what: "the kubelet shows it", holds: shown === "9 111Mi", seen: shown },
    { what: "its pods went on running", holds: before === after, seen: `${before}\n${after}` },
    ...(await healthy(lab)),
  ];
}

/** To the next patch version, with a Deployment of two that must never be without a ready pod. */
async function upgrade(lab: Lab, say: (line: string) => void): Promise<Finding[]> {
  const first = lab.board("lab-1");
  await kubectl(first, "apply --server-side -f -", JSON.stringify(pair));
  await kubectl(first, "rollout status deployment/lab-pair --timeout=100s");
  const watched = { least: 2, mostAway: 0, ended: false };
  const watching = watchDuring(first, watched);
  const { cluster } = lab.settings;
  Object.assign(cluster, { version: nextKubernetesVersion, kubernetesRepository: lab.nextRepository });
  await lab.stack.configure(lab.settings);
  await upTold(lab, say);
  watched.ended = true;
  await watching;
  const versions = await kubectl(first, "get nodes -o 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}'");
  const server = await kubectl(first, "get --raw /version");
  const wanted = `v${nextKubernetesVersion}`;
  return [
    {
      what: `every kubelet is ${wanted}`,
      holds: versions.split(" ").every((version) => version === wanted),
      seen: versions,
    },
    { what: `the API server is ${wanted}`, holds: server.includes(`"${wanted}"`), seen: server },
    { what: "a pod of the pair was ready at any time", holds: watched.least >= 1, seen: `${watched.least}` },
    { what: "no two boards were away at once", holds: watched.mostAway <= 1, seen: `${watched.mostAway}` },
    ...(await healthy(lab)),
  ];
}

/** Looks every few seconds; a look that fails because the API server restarts says nothing. */
async function watchDuring(
  board: VirtualBoard,
  watched: { least: number; mostAway: number; ended: boolean },
): Promise<void> {
  while (!watched.ended) {
    const ready = await kubectl(board, "get deployment lab-pair -o 'jsonpath={.status.readyReplicas}'").catch(
      () => "2",
    );
    const nodes = await kubectl(board, "get nodes --no-headers").catch(() => "");
    watched.least = Math.min(watched.least, Number(ready || 0));
    const away = nodes.split("\n").filter((line) => line.includes(" NotReady")).length;
    watched.mostAway = Math.max(watched.mostAway, away);
    await sleep(2000);
  }
}

/** Two pods that a budget keeps from being evicted together, on any board. */
const pair = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "lab-pair", namespace: "default" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "lab-pair" } },
        template: {
          metadata: { labels: { app: "lab-pair" } },
          spec: {
            tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: "web",
                image: "lab/busybox:1",
                command: ["httpd", "-f", "-p", "8080"],
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 },
                resources: { requests: { memory: "8Mi" }, limits: { memory: "32Mi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "lab-pair", namespace: "default" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "lab-pair" } } },
    },
  ],
};

/** Lets an `up` run until a step is under way for some seconds, does the harm, and lets one more `up` mend it. */
async function interrupted(
  lab: Lab,
  say: (line: string) => void,
  step: string,
  seconds: number,
  harm: (lab: Lab) => Promise<void>,
): Promise<Finding[]> {
  let harmed: Promise<void> | undefined;
  const onLine = (line: string) => {
    if (harmed !== undefined || !line.includes(`${step} creating`)) return;
    harmed = sleep(seconds * 1000).then(() => {
      say(`${step} is under way: now`);
      return harm(lab);
    });
  };
  const first = await lab.stack.up(onLine).then(
    () => "it went through all the same",
    (error: unknown) => {
      if (!(error instanceof StackError)) throw error;
      return "it failed, as it must";
    },
  );
  await harmed;
  say(`first up: ${first}`);
  const happened = {
    what: `the harm came while ${step} was under way`,
    holds: harmed !== undefined,
    seen: first,
  };
  await upTold(lab, say);
  return [happened, ...(await healthy(lab))];
}

function pullPlug(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab.board(name).powerOff();
    await lab.board(name).powerOn();
  };
}

/** The connections' processes on the board end; what they had begun may go on. */
function cutConnections(name: string): (lab: Lab) => Promise<void> {
  return async (lab) => {
    await lab
      .board(name)
      .ssh("sudo pkill -KILL -f '^sshd-session: pi@notty' || true")
      .catch(() => undefined);
  };
}

async function upTold(lab: Lab, say: (line: string) => void): Promise<StackOutcome> {
  const outcome = await lab.stack.up();
  say(`up: ${outcome.seconds.toFixed(0)} s; ${outcome.changes.join(", ") || "nothing changed"}`);
  return outcome;
}

async function healthy(lab: Lab): Promise<Finding[]> {
  const count = lab.boards.size;
  const ready = await nodesReady(lab.board("lab-1"), count, 600);
  return ready.holds ? clusterHealthy(lab.board("lab-1"), count) : [ready];
}
