// Two pods of one app, by which an interruption shows.
import { setTimeout as sleep } from "node:timers/promises";
import { apply, kubectl, webServers, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import type { VirtualBoard } from "../virtualBoard.ts";
import type { Say } from "./fault.ts";

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

/** Looks at two pods while something happens to their boards, one of which must be ready at any time. */
export async function watchPair(lab: Lab, say: Say, during: () => Promise<void>): Promise<Finding[]> {
  const { first } = lab;
  await apply(first, pairObjects);
  await kubectl(first, "rollout status deployment/lab-pair --timeout=100s");
  const watched: Watched = { least: 2, atLeast: "", mostAway: 0, silence: 0, ended: false };
  const watching = watchDuring(first, watched);
  try {
    await during();
  } finally {
    watched.ended = true;
    await watching;
  }
  say(`the API was unavailable for ${watched.silence.toFixed(0)} s at most`);
  return [
    { what: "one of the two pods was ready at any time", holds: watched.least >= 1, seen: watched.atLeast },
    { what: "no two boards were down at once", holds: watched.mostAway <= 1, seen: `${watched.mostAway}` },
  ];
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
