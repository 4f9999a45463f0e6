// What happens to the control planes of a cluster: to one of three, and to the only one.
import { etcdMembers, kubectl, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import type { LabSettings } from "../settings.ts";
import { configure, healthy, refusal, upTold, type Say } from "./fault.ts";

/** Writes what must be there whatever happens to control planes. */
async function keepWord(lab: Lab, from: string): Promise<void> {
  const create = "create configmap kept --from-literal=word=before --dry-run=client -o yaml";
  await kubectl(lab.board(from), "apply --server-side -f -", await kubectl(lab.board(from), create));
}

/**
 * The cluster is the one that it was, and etcd has these members and no others.
 *
 * @param count of boards. Default: the members alone
 */
async function sameCluster(lab: Lab, members: readonly string[], count = members.length): Promise<Finding[]> {
  const [from = ""] = members;
  const board = lab.board(from);
  const word = await kubectl(board, "get configmap kept -o 'jsonpath={.data.word}'").catch(String);
  return [
    await etcdMembers(board, from, members),
    { what: "an earlier ConfigMap still exists", holds: word === "before", seen: word },
    ...(await healthy(lab, count, from)),
  ];
}

const all = ["lab-1", "lab-2", "lab-3"];
const others = (name: string) => all.filter((each) => each !== name);

/** The list of boards is sorted the other way round: that is no change. */
export async function reorder(lab: Lab, say: Say): Promise<Finding[]> {
  await keepWord(lab, "lab-1");
  await configure(lab, lab.settings.boards.reverse());
  const planned = await lab.stack.preview();
  const { changes } = await upTold(lab, say);
  const seen = [...planned.changes, ...changes].filter((change) => !change.includes(" cluster"));
  await configure(lab, lab.settings.boards.reverse());
  return [
    { what: "no step runs", holds: seen.length === 0, seen: seen.join(", ") },
    ...(await sameCluster(lab, all)),
  ];
}

/** The control plane that made the cluster is taken out of the settings, and put in again. */
export async function removeFirst(lab: Lab, say: Say): Promise<Finding[]> {
  await keepWord(lab, "lab-1");
  const { boards } = lab.settings;
  const rest = boards.filter(({ name }) => name !== "lab-1");
  await configure(lab, rest);
  await upTold(lab, say);
  const left = await lab.board("lab-1").ssh("sudo find /etc/kubernetes/manifests /var/lib/etcd -mindepth 1");
  const without = await sameCluster(lab, others("lab-1"));
  say("now it is added again");
  await configure(lab, boards);
  await upTold(lab, say);
  return [
    { what: "it has left", holds: left.trim() === "", seen: left },
    ...without,
    ...(await sameCluster(lab, all)),
  ];
}

/** A control plane loses its power for good: it is marked as dead; later a new card takes its place. */
export function lose(name: string) {
  return async (lab: Lab, say: Say): Promise<Finding[]> => {
    const [from = ""] = others(name);
    await keepWord(lab, from);
    const { boards } = lab.settings;
    await lab.board(name).powerOff();
    const marked = boards.map((board) => (board.name === name ? { ...board, dead: true } : board));
    await configure(lab, marked);
    await upTold(lab, say);
    const without = await sameCluster(lab, others(name));
    say("now a new card is put in");
    await configure(lab, boards);
    await lab.replaceBoards(name);
    await upTold(lab, say);
    return [...without, ...(await sameCluster(lab, all))];
  };
}

/** A control plane gets a new card, and its new host key is given: it joins the two that live. */
export async function replaceFirst(lab: Lab, say: Say): Promise<Finding[]> {
  await keepWord(lab, "lab-1");
  await lab.replaceBoards("lab-1");
  await upTold(lab, say);
  return sameCluster(lab, all);
}

/** A board that is not there yet is written above the only control plane, and is to be the endpoint. */
export async function insertAbove(lab: Lab): Promise<Finding[]> {
  const [first] = lab.settings.boards;
  if (!first) throw new Error("the lab has no boards");
  const added = { ...first, name: "lab-9", host: "10.77.0.19", hostKey: differentKey(first.hostKey) };
  const cluster = { ...lab.settings.cluster, controlPlaneEndpoint: added.host };
  const says =
    /controlPlaneEndpoint: is control-plane\.bramble\.internal:6443 in the cluster and can't be changed to 10\.77\.0\.19/;
  return refused(lab, { boards: [added, ...lab.settings.boards], cluster }, says);
}

/** A worker is called something else. */
export async function rename(lab: Lab): Promise<Finding[]> {
  const boards = lab.settings.boards.map((board) =>
    board.name === "lab-2" ? { ...board, name: "kitchen" } : board,
  );
  return refused(lab, { boards }, /kitchen has the hostKey of lab-2.*can't be renamed/);
}

/** A preview says so, and after it the cluster is as it was. */
async function refused(lab: Lab, change: Partial<LabSettings>, says: RegExp): Promise<Finding[]> {
  await keepWord(lab, "lab-1");
  const seen = await refusal(lab, change);
  return [
    { what: "the preview rejects it", holds: says.test(seen), seen },
    ...(await sameCluster(lab, ["lab-1"], lab.boards.size)),
  ];
}

/** A key of the right form that no board has. */
function differentKey(hostKey = ""): string {
  const [type = "", key = ""] = hostKey.split(" ");
  const bytes = Buffer.from(key, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return `${type} ${bytes.toString("base64")}`;
}
