// What happens to boards that hold apps' data.
import {
  appsWork,
  backedUp,
  backupsKept,
  backupsOf,
  certificateShown,
  directoriesAreThere,
  keepCertificate,
} from "../apps/checks.ts";
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { healthy, upTold, type Say } from "./fault.ts";

/**
 * Every board on a new card: nothing is left of the cluster but Pulumi's state, and the disk with the backups. The
 * entrance's data was on a card.
 */
export async function wipe(lab: Lab, say: Say): Promise<Finding[]> {
  const uid = () => kubectl(lab.first, "get namespace kube-system -o 'jsonpath={.metadata.uid}'");
  const before = await uid();
  const serial = await keepCertificate(lab);
  const kept = [await certificateShown(lab, serial), ...(await backedUp(lab))];
  const backups = await backupsOf(lab, "traefik");
  say("all boards get new cards");
  await lab.replaceBoards(...lab.boards.keys());
  await upTold(lab, say);
  const after = await uid();
  const stillThere = await backupsKept(lab, backups);
  const restored = await kubectl(lab.first, "-n ingress logs deployment/traefik -c restore");
  return [
    ...kept,
    { what: "the cluster is another one", holds: after !== "" && after !== before, seen: after },
    stillThere,
    {
      what: "Traefik's data was restored before it started",
      holds: restored.includes("restore of traefik: done."),
      seen: restored,
    },
    await certificateShown(lab, serial),
    ...(await healthy(lab)),
    ...(await appsWork(lab)),
  ];
}

/** A board boots without its disk, and then with it again. Nothing is done by hand but to plug it in. */
export async function bootWithoutDisk(lab: Lab, say: Say): Promise<Finding[]> {
  const first = lab.first;
  const board = lab.boardOf("backup");
  const { disk } = board;
  const saved = await backedUp(lab);
  const backups = await backupsOf(lab, "traefik");
  // As if it were shut down: what a power cut undoes is another fault. restic's last lock would come back.
  await board.ssh("sync");
  await board.powerOff();
  await board.powerOn({ disk: undefined });
  say("the board is on without its disk");
  const pods = () => kubectl(first, "-n backup describe pods");
  const waiting = await until(300, pods, (seen) => seen.includes("FailedMount") && /Ready +False/.test(seen));
  const nodes = () => kubectl(first, "get nodes --no-headers");
  const ready = await until(300, nodes, (seen) => !seen.includes("NotReady"));
  const inItsPlace = await board.ssh("sudo find /var/lib/bramble-disk -mindepth 1");
  await board.powerOff();
  await board.powerOn({ disk });
  say("the board is on with its disk");
  const again = await healthy(lab);
  return [
    ...saved,
    { what: "the pods with data on the disk wait", ...waiting },
    { what: "the board is ready all the same", ...ready },
    { what: "nothing is written to the card in its place", holds: inItsPlace === "", seen: inItsPlace },
    ...again,
    await backupsKept(lab, backups),
    ...(await directoriesAreThere(lab)),
    ...(await backedUp(lab)),
  ];
}
