// What a healthy cluster is, seen from its first board: not by the scripts' own assertions.
import { setTimeout as sleep } from "node:timers/promises";
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
  return board.ssh(`sudo kubectl --kubeconfig /etc/kubernetes/admin.conf ${command}`, {
    limit: 120,
    ...(input !== undefined && { input }),
  });
}

/** Repeats a look until it finds what is wanted, or the time is up; then it returns what it saw last. */
export async function until(
  seconds: number,
  look: () => Promise<string>,
  isRight: (seen: string) => boolean,
): Promise<{ holds: boolean; seen: string }> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (isRight(seen)) return { holds: true, seen };
    if (performance.now() > end) return { holds: false, seen };
    await sleep(pollMs);
  }
}

/** Every board is ready. */
export async function nodesReady(board: VirtualBoard, count: number, seconds = 300): Promise<Finding> {
  const look = () => kubectl(board, "get nodes --no-headers");
  const isRight = (seen: string) => {
    const lines = seen.trim().split("\n");
    return lines.length === count && lines.every((line) => line.split(/\s+/)[1] === "Ready");
  };
  return { what: `${count} boards are ready`, ...(await until(seconds, look, isRight)) };
}

/** Every pod that is to run runs with all its containers. */
export async function podsRunning(board: VirtualBoard, seconds = 300): Promise<Finding> {
  const look = () => kubectl(board, "get pods -A --no-headers");
  const isRight = (seen: string) =>
    seen
      .trim()
      .split("\n")
      .every((line) => {
        const [, , ready = "", state] = line.split(/\s+/);
        const [now, all] = ready.split("/");
        return state === "Completed" || (state === "Running" && now === all);
      });
  return { what: "all pods are running", ...(await until(seconds, look, isRight)) };
}

const probe = "lab-probe";

/** A web server on each board, one address for all of them, and a Deployment of two that may move. */
const objects = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: probe, namespace: "default" },
      spec: {
        selector: { matchLabels: { app: probe } },
        template: {
          metadata: { labels: { app: probe } },
          spec: {
            tolerations: [{ operator: "Exists" }],
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: "web",
                image: "lab/busybox:1",
                command: [
                  "sh",
                  "-c",
                  "mkdir -p /tmp/w && echo $BOARD >/tmp/w/index.html && exec httpd -f -p 8080 -h /tmp/w",
                ],
                env: [{ name: "BOARD", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
                resources: { requests: { memory: "8Mi" }, limits: { memory: "32Mi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: probe, namespace: "default" },
      spec: { selector: { app: probe }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ],
};

/** From a pod of each board to each pod by its address, to a service's address, and to that by its name. */
export async function networkWorks(board: VirtualBoard, count: number): Promise<Finding[]> {
  await kubectl(board, "apply --server-side -f -", JSON.stringify(objects));
  const fields = '{range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}';
  const list = await until(
    300,
    () =>
      kubectl(
        board,
        `get pods -l app=${probe} --field-selector=status.phase=Running -o 'jsonpath=${fields}'`,
      ),
    (seen) => seen.trim().split("\n").length === count && !/ {2}/.test(seen),
  );
  const pods = list.seen
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const service = await kubectl(board, `get service ${probe} -o 'jsonpath={.spec.clusterIP}'`);
  const findings: Finding[] = [];
  for (const [from = "", , on = ""] of pods) {
    const get = (url: string) => kubectl(board, `exec ${from} -- wget -q -T 10 -O - http://${url}`);
    for (const [, address = "", other = ""] of pods) {
      const found = await until(
        60,
        () => get(`${address}:8080/`),
        (seen) => seen.trim() === other,
      );
      findings.push({ what: `a pod on ${on} reaches a pod on ${other}`, ...found });
    }
    const answered = (seen: string) => pods.some(([, , name]) => name === seen.trim());
    findings.push({
      what: `a pod on ${on} reaches a service`,
      ...(await until(60, () => get(`${service}/`), answered)),
    });
    findings.push({
      what: `a pod on ${on} resolves its name`,
      ...(await until(60, () => get(`${probe}.default.svc.cluster.local/`), answered)),
    });
  }
  return findings;
}

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
    const list = await etcdctl("member list");
    const names = list
      .trim()
      .split("\n")
      .map((line) => line.split(", ")[2]);
    const healthy = (await etcdctl("endpoint health --cluster")).match(/is healthy/g)?.length ?? 0;
    return `${names.toSorted().join(" ")}: ${healthy} answer`;
  };
  const wanted = `${members.toSorted().join(" ")}: ${members.length} answer`;
  return { what: `etcd's members are ${wanted}`, ...(await until(180, look, (seen) => seen === wanted)) };
}

/** Everything that a healthy cluster of this many boards shows. */
export async function clusterHealthy(board: VirtualBoard, count: number): Promise<Finding[]> {
  const ready = await nodesReady(board, count);
  if (!ready.holds) return [ready];
  return [ready, ...(await networkWorks(board, count)), await podsRunning(board)];
}
