// What happens to a board as a machine.
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { healthy, upTold, type Say } from "./fault.ts";
import { pullPlug } from "./interruptions.ts";

/** A control plane that is lost with all that was on it. */
export async function restore(lab: Lab, say: Say): Promise<Finding[]> {
  const first = lab.board("lab-1");
  await kubectl(first, "create configmap kept --from-literal=word=before");
  await kubectl(first, "create secret generic kept --from-literal=word=before");
  await first.ssh("sudo systemctl start bramble-snapshot.service", { limit: 300 });
  say("a snapshot is taken; the control plane is destroyed");
  await lab.replaceBoards("lab-1");
  await upTold(lab, say);
  const again = lab.board("lab-1");
  const configMap = await kubectl(again, "get configmap kept -o 'jsonpath={.data.word}'");
  const secret = await kubectl(again, "get secret kept -o 'jsonpath={.data.word}'");
  return [
    { what: "its ConfigMap is restored", holds: configMap === "before", seen: configMap },
    { what: "its Secret is restored", holds: atob(secret) === "before", seen: "another value" },
    ...(await healthy(lab)),
  ];
}

/** A card without room: the kubelet says so, and the board takes pods again once there is room. */
export async function fillDisk(lab: Lab, say: Say): Promise<Finding[]> {
  const worker = lab.board("lab-2");
  const described = () => kubectl(lab.board("lab-1"), "describe node lab-2");
  await worker.ssh("sudo fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 20000000)) /full");
  say("the disk is full");
  const pressure = await until(300, described, (seen) => /DiskPressure +True/.test(seen));
  await worker.ssh("sudo rm /full");
  await upTold(lab, say);
  const eased = await until(480, described, (seen) => /DiskPressure +False/.test(seen));
  return [
    { what: "the kubelet reports it", ...pressure },
    { what: "the kubelet reports that space is free again", ...eased },
    ...(await healthy(lab)),
  ];
}

/** The control plane loses its power and comes back by itself. */
export async function reboot(lab: Lab): Promise<Finding[]> {
  await pullPlug("lab-1")(lab);
  return healthy(lab);
}

/** A worker on a new card. */
export async function replaceWorker(lab: Lab, say: Say): Promise<Finding[]> {
  await lab.replaceBoards("lab-2");
  await upTold(lab, say);
  return healthy(lab);
}

/** Seconds: longer than the cluster's certificates are valid. */
const yearOff = 400 * 86_400;

/**
 * All boards are switched off for that long. The control plane comes back by itself; the workers' kubelets, whose certificates nobody
 * renews, with one `up`.
 */
export async function offForAYear(lab: Lab, say: Say): Promise<Finding[]> {
  await upTold(lab, say);
  const before = await healthy(lab);
  const nodes = () => kubectl(lab.board("lab-1"), "get nodes -o 'jsonpath={.items[*].metadata.uid}'");
  await kubectl(lab.board("lab-1"), "create configmap kept --from-literal=word=before");
  const known = await nodes();
  for (const board of lab.boards.values()) {
    // The lab's time server stays in the present.
    await board.ssh("sudo systemctl disable systemd-timesyncd && sync");
    await board.powerOff();
  }
  say("all boards are off for 400 days");
  for (const board of lab.boards.values()) await board.powerOn({ clockOffset: yearOff });
  const ready = () => kubectl(lab.board("lab-1"), "get --raw /readyz");
  const alone = await until(900, ready, (seen) => seen === "ok");
  say("the API answers again");
  lab.stack.clockOffset = yearOff;
  await upTold(lab, say);
  const word = await kubectl(lab.board("lab-1"), "get configmap kept -o 'jsonpath={.data.word}'");
  const same = await nodes();
  const day = await lab.board("lab-2").ssh("date +%F");
  return [
    ...before,
    { what: "the control plane has recovered by itself", ...alone },
    { what: "its ConfigMap is restored", holds: word === "before", seen: word },
    { what: "the nodes are unchanged", holds: known === same, seen: `${known}, then ${same}` },
    {
      what: "all of this was 400 days later",
      holds: new Date(day).getTime() > Date.now() + (yearOff - 86_400) * 1000,
      seen: day,
    },
    ...(await healthy(lab)),
  ];
}
