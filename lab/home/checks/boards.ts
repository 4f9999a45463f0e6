// What each board keeps for itself, and what becomes of a pod that takes all there is.
import { planBoards } from "../../../components/board/board.ts";
import { sections } from "../../../settings/schema.ts";
import { apply, kubectl, until, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { hostOf, measured } from "../home.ts";

/** What of a kubelet's configuration the memory plan decides. */
const planned = ["systemReserved", "kubeReserved", "evictionHard", "evictionSoft", "maxPods"] as const;
type Kubelet = Readonly<Partial<Record<(typeof planned)[number], unknown>>>;

/** Each kubelet runs with the reservations and thresholds that follow from its board's RAM. */
export async function boardsAreAsPlanned(lab: Lab): Promise<Finding[]> {
  const boards = planBoards(sections.boards.parse(lab.settings.boards));
  return Promise.all(
    boards.map(async ({ name, kubelet }) => {
      const said = await kubectl(lab.first, `get --raw /api/v1/nodes/${name}/proxy/configz`);
      const { kubeletconfig } = JSON.parse(said) as { kubeletconfig: Kubelet };
      const plan: Kubelet = kubelet;
      const wrong = planned.filter((key) => !covers(kubeletconfig[key], plan[key]));
      const seen = JSON.stringify(Object.fromEntries(planned.map((key) => [key, kubeletconfig[key]])));
      const { memory } = (kubeletconfig.systemReserved ?? {}) as { memory?: string };
      const what = `${name} reserves what its plan says`;
      return wrong.length === 0
        ? measured(what, true, `${memory ?? "nothing"} for the system`)
        : { what, holds: false, seen: `${wrong.join(", ")}: ${seen}` };
    }),
  );
}

/** Whether a value has all that is planned; the kubelet adds thresholds of its own. */
function covers(value: unknown, plan: unknown): boolean {
  if (typeof plan !== "object" || plan === null) return value === plan;
  const entries = Object.entries(plan);
  return entries.every(([key, each]) => (value as Record<string, unknown> | undefined)?.[key] === each);
}

const hog = "hog";

/** A pod without limits that takes all memory of the control plane's board is ended, and nothing else is. */
export async function hogIsEnded(lab: Lab): Promise<Finding[]> {
  const board = lab.settings.boards[0]?.name ?? "";
  const restarts = () =>
    kubectl(
      lab.first,
      `-n kube-system get pods -l tier=control-plane -o 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount} {end}'`,
    );
  const before = await restarts();
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: hog, namespace: "default" },
    spec: {
      restartPolicy: "Never",
      nodeName: board,
      tolerations: [{ operator: "Exists" }],
      // It keeps each byte that it reads until the line ends, which it never does.
      containers: [{ name: hog, image: "lab/busybox:1", command: ["tail", "/dev/zero"] }],
    },
  };
  await apply(lab.first, [pod]);
  const look = () =>
    kubectl(
      lab.first,
      `get pod ${hog} -o 'jsonpath={.status.phase} {.status.reason} {.status.containerStatuses[0].state.terminated.reason}'`,
    );
  const ended = await until(300, look, (seen) => seen.startsWith("Failed"));
  await kubectl(lab.first, `delete pod ${hog} --force --grace-period=0`);
  const after = await restarts();
  return [
    measured(`a pod that takes all memory of ${board} is ended`, ended.holds, ended.seen.trim()),
    { what: "the control plane's pods run on", holds: before === after, seen: `${before} -> ${after}` },
  ];
}

/** metrics-server knows every board. */
export async function boardsAreMeasured(lab: Lab): Promise<Finding[]> {
  const look = () => kubectl(lab.first, "top nodes --no-headers");
  const isRight = (seen: string) => {
    const lines = seen.trim().split("\n");
    return lines.length === lab.boards.size && lines.every((line) => /\d+Mi/.test(line));
  };
  const { holds, seen } = await until(180, look, isRight);
  return [{ what: "kubectl top shows the memory of every board", holds, seen }];
}

/** `npm run check -- --expiry` knows of each board's certificates and of the entrance's, and that they are renewed. */
export async function endingsAreKnown(lab: Lab): Promise<Finding[]> {
  const { said, isInOrder } = await lab.stack.expiry();
  const wanted = [...lab.boards.keys(), hostOf(lab, "sensors")];
  const holds = isInOrder && wanted.every((name) => said.includes(name));
  const lines = said.trim().split("\n");
  return [
    measured("all that ends is known, and renewed in time", holds, holds ? `${lines.length} rows` : said),
  ];
}
