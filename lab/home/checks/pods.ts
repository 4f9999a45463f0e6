// What the pods of bramble's have needed: restarts, and memory beside their limits.
import { readFileSync } from "node:fs";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { kubectl, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { measured } from "../home.ts";

const script = readFileSync(new URL("peaks.sh", import.meta.url), "utf8");

/** A container's memory in MiB. */
export interface Peak {
  /** `traefik`, or `gogs/restore` of an init container. */
  readonly name: string;
  readonly board: string;
  readonly peak: number;
  /** What of its memory is anonymous now; of the rest the kernel can read most again. */
  readonly anonymous: number;
  /** How often it had all that its limit allows, and the kernel made room in it. */
  readonly timesAtLimit: number;
  /** None for those that kubeadm makes. */
  readonly limit: number | undefined;
}

const namespaces = (pods: readonly V1Pod[]) =>
  pods.filter(({ metadata }) => metadata?.namespace !== "default");

async function podsOf(lab: Lab): Promise<V1Pod[]> {
  const { items } = JSON.parse(await kubectl(lab.first, "get pods -A -o json")) as { items: V1Pod[] };
  return namespaces(items);
}

/** No container has been started a second time, but for those that were on a card that is gone. */
export async function nothingRestarted(lab: Lab): Promise<Finding[]> {
  const pods = await podsOf(lab);
  const restarted = pods.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).flatMap(({ name, restartCount, lastState }) => {
      const { reason = "", exitCode = 0 } = lastState?.terminated ?? {};
      // What the kubelet of a blank card says of a container that it was told of and does not have.
      const wasOnOldCard = restartCount === 1 && reason === "ContainerStatusUnknown";
      return restartCount === 0 || wasOnOldCard
        ? []
        : `${metadata?.name}/${name} ${restartCount}, last ${reason} with ${exitCode}`;
    }),
  );
  const what = "no container has been restarted";
  return [measured(what, restarted.length === 0, restarted.join("; ") || `${pods.length} pods`)];
}

/** The most memory that each running container has had, the fullest first. */
export async function peaks(lab: Lab): Promise<Peak[]> {
  const known = new Map<string, Pick<Peak, "anonymous" | "peak" | "timesAtLimit">>();
  for (const board of lab.boards.values()) {
    const lines = (await board.ssh("sudo bash -s", { input: script })).trim().split("\n");
    for (const [id = "", peak, anonymous, times] of lines.map((line) => line.split(" ")))
      known.set(id, { peak: mebibytes(peak), anonymous: mebibytes(anonymous), timesAtLimit: Number(times) });
  }
  const found = (await podsOf(lab)).flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).flatMap(({ name, containerID = "" }): Peak[] => {
      const seen = known.get(containerID.replace(/^containerd:\/\//, ""));
      const spec = pod.spec?.containers.find((each) => each.name === name);
      const app = pod.metadata?.labels?.["app.kubernetes.io/name"] ?? pod.metadata?.name ?? "";
      if (seen === undefined) return [];
      const full = app === name ? name : `${app}/${name}`;
      return [{ name: full, board: pod.spec?.nodeName ?? "", ...seen, limit: limitOf(spec) }];
    }),
  );
  return found.sort((a, b) => b.peak / (b.limit ?? 2 ** 20) - a.peak / (a.limit ?? 2 ** 20));
}

const mebibytes = (bytes = "") => Number(bytes) / 2 ** 20;

function limitOf(container: V1Container | undefined): number | undefined {
  const limit = /^(\d+)Mi$/.exec(container?.resources?.limits?.memory ?? "")?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/** Those peaks as lines: `traefik on pi3-1: 84 of 160 MiB, 25 of them anonymous at the end, at its limit 0 times`. */
export function peakLines(all: readonly Peak[]): string[] {
  return all.map(({ name, board, peak, anonymous, timesAtLimit, limit }) => {
    const of = limit === undefined ? "MiB" : `of ${limit} MiB`;
    const times = limit === undefined ? "without a limit" : `at its limit ${timesAtLimit} times`;
    return `${name} on ${board}: ${peak.toFixed(0)} ${of}, ${anonymous.toFixed(0)} of them anonymous at the end, ${times}`;
  });
}
