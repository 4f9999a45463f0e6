// What a healthy cluster is, seen from its first board: not by the scripts' own assertions.
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../tools/lines.ts";
import type { VirtualBoard } from "./virtualBoard.ts";

/** Something that holds, or what was seen instead. */
export interface Finding {
  readonly what: string;
  readonly holds: boolean;
  readonly seen: string;
}

const pollMs = 3000;

/** kubectl as the cluster's administrator, on a control plane. */
export function kubectl(board: VirtualBoard, command: string, input?: string): Promise<string> {
  return board.ssh(`sudo kubectl --kubeconfig /etc/kubernetes/admin.conf ${command}`, { limit: 120, input });
}

/** Creates objects in the cluster, or makes them what they are here. */
export function apply(board: VirtualBoard, items: readonly object[]): Promise<string> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  return kubectl(board, "apply --server-side -f -", list);
}

const linesOf = (seen: string) => seen.trim().split("\n");

/** Repeats a look until it finds what is wanted, or the time is up; then it returns what it saw last. */
export async function until(
  seconds: number,
  look: () => Promise<string>,
  isRight: (seen: string) => boolean,
): Promise<{ holds: boolean; seen: string }> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look().catch(reasonOf);
    if (isRight(seen)) return { holds: true, seen };
    if (performance.now() > end) return { holds: false, seen };
    await sleep(pollMs);
  }
}

/** Every board is ready. */
async function nodesReady(board: VirtualBoard, count: number, seconds: number): Promise<Finding> {
  const look = () => kubectl(board, "get nodes --no-headers");
  const isRight = (seen: string) => {
    const lines = linesOf(seen);
    return lines.length === count && lines.every((line) => line.split(/\s+/)[1] === "Ready");
  };
  return { what: `${count} boards are ready`, ...(await until(seconds, look, isRight)) };
}

/** `backup backup-server-… Running <none> True` */
const podColumns = [
  "NAMESPACE:.metadata.namespace",
  "NAME:.metadata.name",
  "PHASE:.status.phase",
  "REASON:.status.reason",
  'READY:.status.conditions[?(@.type=="Ready")].status',
].join(",");

/** Every pod that is to run runs with all its containers. One that was evicted has another in its place. */
async function podsRunning(board: VirtualBoard, seconds: number): Promise<Finding> {
  const look = () => kubectl(board, `get pods -A --no-headers -o 'custom-columns=${podColumns}'`);
  const runs = (line: string) => {
    const [, , phase, reason, ready] = line.split(/\s+/);
    return phase === "Succeeded" || reason === "Evicted" || (phase === "Running" && ready === "True");
  };
  return {
    what: "all pods are running",
    ...(await until(seconds, look, (seen) => linesOf(seen).every(runs))),
  };
}

const probe = "lab-probe";

/**
 * The spec of web servers of the lab's own image.
 *
 * @param container what their container has besides its image, name and memory
 */
export function webServers(app: string, toleration: object, container: object) {
  // The memory budget counts them, and a board of a home has 5 MiB left.
  const resources = { requests: { memory: "2Mi" }, limits: { memory: "32Mi" } };
  return {
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: {
        tolerations: [toleration],
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "web", image: "lab/busybox:1", resources, ...container }],
      },
    },
  };
}

const serveName = "mkdir -p /tmp/w && echo $BOARD >/tmp/w/index.html && exec httpd -f -p 8080 -h /tmp/w";

/** A web server on each board, and one address for all of them. */
const objects = [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: probe, namespace: "default" },
    spec: webServers(
      probe,
      { operator: "Exists" },
      {
        command: ["sh", "-c", serveName],
        env: [{ name: "BOARD", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
      },
    ),
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: probe, namespace: "default" },
    spec: { selector: { app: probe }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

/** From a pod of each board to each pod by its address, to a service's address, and to that by its name. */
async function networkWorks(board: VirtualBoard, count: number, seconds: number): Promise<Finding[]> {
  await apply(board, objects);
  const fields = '{range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}';
  const running = `get pods -l app=${probe} --field-selector=status.phase=Running -o 'jsonpath=${fields}'`;
  const haveAll = (seen: string) => linesOf(seen).length === count && !/ {2}/.test(seen);
  const { seen: list } = await until(seconds, () => kubectl(board, running), haveAll);
  const pods = linesOf(list).map((line) => line.split(" "));
  const service = await kubectl(board, `get service ${probe} -o 'jsonpath={.spec.clusterIP}'`);
  const answered = (seen: string) => pods.some(([, , name]) => name === seen);
  const wanted = [
    ...pods.map(([, address = "", other = ""]) => ({
      what: `reaches a pod on ${other}`,
      url: `http://${address}:8080/`,
      isRight: (seen: string) => seen === other,
    })),
    { what: "reaches a service", url: `http://${service}/`, isRight: answered },
    { what: "resolves its name", url: `http://${probe}.default.svc.cluster.local/`, isRight: answered },
  ];
  const seenBy = async ([from = "", , on = ""]: string[]) => {
    const look = () =>
      kubectl(board, `exec ${from} -i -- sh -s ${wanted.map(({ url }) => url).join(" ")}`, read);
    const isRight = (seen: string) => linesOf(seen).every((line, i) => wanted[i]?.isRight(line));
    const { seen } = await until(60, look, (said) => linesOf(said).length === wanted.length && isRight(said));
    return wanted.map((each, i) => {
      const line = linesOf(seen)[i] ?? seen;
      return { what: `a pod on ${on} ${each.what}`, holds: each.isRight(line), seen: line };
    });
  };
  return (await Promise.all(pods.map(seenBy))).flat();
}

/** A line for each page. */
const read = 'for url; do wget -q -T 10 -O - "$url" || echo "no answer"; done';

/**
 * etcd has these members and no others, and all of them answer.
 *
 * @param on the board that is asked, by name
 * @param members by name
 */
export async function etcdMembers(
  board: VirtualBoard,
  on: string,
  members: readonly string[],
): Promise<Finding> {
  const pki = "/etc/kubernetes/pki/etcd";
  const access = `--cacert=${pki}/ca.crt --cert=${pki}/server.crt --key=${pki}/server.key`;
  const etcdctl = (command: string) =>
    kubectl(board, `-n kube-system exec etcd-${on} -- etcdctl ${access} ${command}`);
  const look = async () => {
    const names = linesOf(await etcdctl("member list")).map((line) => line.split(", ")[2]);
    const healthy = (await etcdctl("endpoint health --cluster")).match(/is healthy/g)?.length ?? 0;
    return `${names.toSorted().join(" ")}: ${healthy} answer`;
  };
  const wanted = `${members.toSorted().join(" ")}: ${members.length} answer`;
  return { what: `etcd's members are ${wanted}`, ...(await until(180, look, (seen) => seen === wanted)) };
}

/**
 * Everything that a healthy cluster of this many boards shows.
 *
 * @param seconds until the boards are ready at the latest, and then until their pods are
 */
export async function clusterHealthy(board: VirtualBoard, count: number, seconds = 300): Promise<Finding[]> {
  const ready = await nodesReady(board, count, seconds);
  if (!ready.holds) return [ready];
  return [ready, ...(await networkWorks(board, count, seconds)), await podsRunning(board, seconds)];
}
