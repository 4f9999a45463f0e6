// One thing at a time is broken, and only the checks that look at it fail.
import { diskDirectories } from "../../../components/board/disk.ts";
import { clusterHealthy, kubectl, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { healthy, type Say } from "../../faults/fault.ts";
import { homeWorks } from "../checks/all.ts";
import { measured } from "../home.ts";

/** A thing that can be broken. */
interface Breakable {
  readonly what: string;
  /** Breaks it, and returns what mends it. */
  readonly break: (lab: Lab) => Promise<() => Promise<unknown>>;
  /** What the findings that then fail are about: each of these fails, and no other. */
  readonly fails: readonly RegExp[];
}

/** Of the page, not of the readings that devices send, nor of those that arrive. */
const pageFails = [
  /^a stranger gets https/,
  /^a wrong password shows nothing/,
  /^the laptop sees the sensors' page/,
  /^the kitchen's reading is on the page/,
  /^a reading by UDP is on the page/,
  /^one from another network is not/,
];
const backupFails = [/^a backup of traefik completes/, /^the server has a new backup of traefik/];

const breakables: readonly Breakable[] = [
  {
    what: "the page's Ingress is of another class",
    break: field("sensors", "ingress/sensor-gateway", "/spec/ingressClassName", () => "other"),
    fails: pageFails,
  },
  {
    what: "the gateway sends to another port",
    break: field("sensors", "deployment/sensor-gateway", "/spec/template/spec/containers/0/env", (env) =>
      (env as { name: string }[]).map((each) =>
        each.name === "DOGSTATSD_PORT" ? { ...each, value: "8126" } : each,
      ),
    ),
    fails: [/^DogStatsD on port .* home_temperature/, /^DogStatsD on port .* home_humidity/],
  },
  {
    what: "Traefik's backup runs as another user",
    break: field(
      "ingress",
      "cronjob/traefik-backup",
      "/spec/jobTemplate/spec/template/spec/securityContext",
      // With an fsGroup the kubelet would let any user read the volume.
      (own) => ({ ...(own as object), fsGroup: undefined, runAsUser: 12_345, runAsGroup: 12_345 }),
    ),
    fails: backupFails,
  },
  {
    what: "metrics-server is asked for a page that it does not have",
    break: field(
      "kube-system",
      "deployment/metrics-server",
      "/spec/template/spec/containers/0/readinessProbe/httpGet/path",
      () => "/nothing",
    ),
    fails: [/^all pods are running/, /^kubectl top/],
  },
  {
    what: "Traefik's directory is gone",
    break: async (lab) => {
      const board = lab.boardOf("ingress");
      const root = board.disk === undefined ? "/var/lib/bramble" : diskDirectories.data;
      const move = (from: string, to: string) => board.ssh(`sudo mv ${root}/${from} ${root}/${to}`);
      await move("traefik", "away");
      return () => move("away", "traefik");
    },
    fails: [/^\S+\/traefik is on its board's/, ...backupFails],
  },
];

/** Gives a field of an object in the cluster another value, and then its own again. */
function field(
  namespace: string,
  object: string,
  pointer: string,
  other: (value: unknown) => unknown,
): Breakable["break"] {
  return async ({ first }) => {
    const whole: unknown = JSON.parse(await kubectl(first, `-n ${namespace} get ${object} -o json`));
    const keys = pointer.split("/").slice(1);
    const own = keys.reduce((value, key) => (value as Record<string, unknown>)[key], whole);
    const set = (value: unknown) => {
      const patch = JSON.stringify([{ op: "replace", path: pointer, value }]);
      return kubectl(first, `-n ${namespace} patch ${object} --type=json --patch-file=/dev/stdin`, patch);
    };
    await set(other(own));
    return () => set(own);
  };
}

/** Seconds that the cluster has to show that it is healthy, while something is broken. */
const patience = 90;

/** Breaks one thing after the other, makes all checks each time, and mends it. */
export async function breakThings(lab: Lab, say: Say): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { what, break: breakIt, fails } of breakables) {
    const mend = await breakIt(lab);
    say(`broken: ${what}`);
    try {
      const seen = [
        ...(await clusterHealthy(lab.first, lab.boards.size, patience)),
        ...(await homeWorks(lab)),
      ];
      const failed = seen.filter(({ holds }) => !holds).map((each) => each.what);
      const missed = fails.filter((wanted) => !failed.some((each) => wanted.test(each)));
      const other = failed.filter((each) => !fails.some((wanted) => wanted.test(each)));
      const told = `${failed.length} of ${seen.length} fail`;
      const wrong = [...missed.map((each) => `${each} holds`), ...other.map((each) => `"${each}" fails`)];
      findings.push(
        measured(`${what}: only its checks fail`, wrong.length === 0, [told, ...wrong].join("; ")),
      );
    } finally {
      await mend();
    }
    // What the backup's Job would still try.
    await kubectl(lab.first, "-n ingress delete jobs --all");
    findings.push(...(await healthy(lab)).filter(({ holds }) => !holds));
  }
  return findings;
}
