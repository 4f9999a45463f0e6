// Boards that leave the cluster, and come back.
import { readFileSync } from "node:fs";
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { configure, healthy, refusal, upTold, type Say } from "./fault.ts";

const leaving = "lab-2";

const remains = readFileSync(new URL("remains.sh", import.meta.url), "utf8");

/** A board is taken out of the settings: drained, its node removed, reset. Then it is put in again. */
export async function leave(lab: Lab, say: Say): Promise<Finding[]> {
  const settings = lab.settings.boards;
  await configure(lab, boardsWithout(lab));
  await upTold(lab, say);
  const left = await nodeGone(lab);
  const found = await lab.board(leaving).ssh("sudo bash -s", { input: remains });
  const others = await healthy(lab, 1);
  say("now it is added again");
  await configure(lab, settings);
  await upTold(lab, say);
  return [
    left,
    { what: "nothing of the cluster is left on the board", holds: found.trim() === "", seen: found },
    ...others,
    ...(await healthy(lab)),
  ];
}

/** A board is broken: marked as dead, then taken out of the settings. A new one of its name takes its place. */
export async function die(lab: Lab, say: Say): Promise<Finding[]> {
  const settings = lab.settings.boards;
  await lab.board(leaving).powerOff();
  const dead = settings.map((board) => (board.name === leaving ? { ...board, dead: true } : board));
  await configure(lab, dead);
  const marked = await upTold(lab, say);
  await configure(lab, boardsWithout(lab));
  const forgotten = await upTold(lab, say);
  const left = await nodeGone(lab);
  const others = await healthy(lab, 1);
  say("now a new machine is put in");
  await configure(lab, settings);
  await lab.replaceBoards(leaving);
  await upTold(lab, say);
  const seconds = Math.max(marked.seconds, forgotten.seconds);
  return [
    // An attempt to reach it takes three minutes.
    { what: "it was not contacted", holds: seconds < 180, seen: `${seconds.toFixed(0)} s` },
    left,
    ...others,
    ...(await healthy(lab)),
  ];
}

/** Data of an app is on the board: it can't be taken out. */
export async function keepPinned(lab: Lab): Promise<Finding[]> {
  const said = await refusal(lab, { boards: boardsWithout(lab), storage: { board: leaving }, gogs: {} });
  const holds = said.includes("storage.board") && said.includes(leaving);
  return [{ what: "a board with an app's data can't be removed", holds, seen: said }];
}

const boardsWithout = (lab: Lab) => lab.settings.boards.filter(({ name }) => name !== leaving);

async function nodeGone(lab: Lab): Promise<Finding> {
  const nodes = () => kubectl(lab.board("lab-1"), "get nodes -o name");
  const gone = await until(30, nodes, (seen) => !seen.includes(leaving));
  return { what: "its node is deleted", ...gone };
}
