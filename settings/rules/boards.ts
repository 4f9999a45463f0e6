import type { App, NamedBoard } from "../../components/app/app.ts";
import { apps } from "../../components/apps.ts";
import { hostKeyError, withoutComment } from "../../components/board/connection.ts";
import { taintOf } from "../../components/board/taints.ts";
import { allowedWords, cardCommand, didYouMean, settingError } from "../errors.ts";
import { type Parsed, type Rule, rule, type SectionName } from "./rule.ts";
import { sections } from "../schema.ts";
import { fieldsOf } from "../schema/nodes.ts";

type Boards = Parsed["boards"];

const once = (key: "name" | "host") =>
  rule(["boards"], function* ({ boards }) {
    for (const [i, { [key]: value }] of boards.entries()) {
      const first = boards.findIndex((other) => other[key] === value);
      if (value === undefined || first === i) continue;
      const message = `"${value}" is already the ${key} of boards[${first}].`;
      yield settingError(`${key}-taken`, `boards[${i}].${key}`, message);
    }
  });

/** Without one that lives there is no cluster. */
const controlPlane = rule(["boards"], function* ({ boards }) {
  const controlPlanes = boards.flatMap((board, i) => (board.role === "worker" ? [] : [{ ...board, i }]));
  const last = controlPlanes.at(-1);
  if (last === undefined) {
    const message = "no board has the role controlPlane; give it to the one with the most RAM.";
    if (boards.length > 0) yield settingError("no-control-plane", "boards", message);
  } else if (controlPlanes.every(({ role, dead }) => role && dead)) {
    const which =
      controlPlanes.length === 1 ? "the only control plane" : "the last control plane, as for the others";
    const message = `is true for ${which}, and a cluster needs a control plane. Set up another one from its etcd snapshot first.`;
    yield settingError("control-planes-dead", `boards[${last.i}].dead`, message);
  }
});

/** Boards that bramble sets up must prove who they are. */
const hostKeys = rule(["boards", "cluster"], function* ({ boards, cluster }, stack) {
  if (cluster.kubeconfig !== undefined) return;
  for (const [i, { name = "", hostKey }] of boards.entries()) {
    const setting = `boards[${i}].hostKey`;
    if (hostKey === undefined) {
      yield settingError(
        "host-key-missing",
        setting,
        `is missing. Write the board's card: ${cardCommand(stack, name)}. If the board is running already: npm run card -- ${stack} --scan`,
      );
      continue;
    }
    const why = hostKeyError(hostKey);
    if (why !== undefined) yield settingError("host-key", setting, why);
  }
});

/** Each board makes its own key at its first start: two with one are one card and its copy. */
const hostKeyOnce = rule(["boards"], function* ({ boards }, stack) {
  const keys = boards.map(({ hostKey }) =>
    hostKeyError(hostKey) === undefined ? withoutComment(hostKey ?? "") : undefined,
  );
  for (const [i, { name = "" }] of boards.entries()) {
    const first = keys.indexOf(keys[i]);
    if (keys[i] === undefined || first === i) continue;
    const message = `is the key of boards[${first}], too. Unless it was pasted twice, one card is a copy of the other and has its machine-id. Give "${name}" its own: sudo rm /etc/ssh/ssh_host_* && sudo ssh-keygen -A; sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup && sudo reboot. Then store its new hostKey: npm run card -- ${stack} --scan`;
    yield settingError("host-key-taken", `boards[${i}].hostKey`, message);
  }
});

/** The machine in between must be who it is, too. */
const jumpHostKey = rule(["ssh"], ({ ssh }) => {
  const why = ssh?.jump && hostKeyError(ssh.jump.hostKey);
  return why === undefined ? [] : [settingError("host-key", "ssh.jump.hostKey", why)];
});

/** Whether a taint of the settings keeps apps off a board. */
function isTainted({ taints = [] }: Boards[number]): boolean {
  return taints.some((text) => taintOf(text).effect !== "PreferNoSchedule");
}

/** What else is to be done where another board takes over from a dead one. */
function takeover(section: SectionName): string {
  return (apps as Partial<Record<SectionName, App>>)[section]?.takeover ?? "";
}

const knownBoard = (section: SectionName) =>
  rule([section, "boards"], function* (settings) {
    for (const { setting, board } of boardsNamed(section, settings[section])) {
      const found = board === undefined ? undefined : placeError(section, board, settings.boards);
      if (found) yield settingError(found[0], `${section}.${setting}`, found[1]);
    }
  });

function boardsNamed(section: SectionName, own: unknown): readonly NamedBoard[] {
  if (own === undefined) return [];
  const app = (apps as Partial<Record<SectionName, App>>)[section];
  return app?.boards?.(own) ?? [{ setting: "board", board: (own as { board?: string }).board }];
}

/** Why a section can't name a board, as code and message: it must exist, live and take apps. */
function placeError(section: SectionName, board: string, boards: Boards): [string, string] | undefined {
  const workers = boards.filter(({ role }) => role !== "controlPlane");
  const takers = (workers.length > 0 ? workers : boards).filter((each) => !isTainted(each));
  const namesOf = (some: Boards) => [...new Set(some.flatMap(({ name }) => name ?? []))];
  const named = boards.find(({ name }) => name === board);
  if (named?.dead) {
    const living = allowedWords(namesOf(takers.filter(({ dead }) => !dead)));
    const ways = `Name the board that takes over${takeover(section)}. ${living}`;
    return ["board-dead", `"${board}" is marked dead. ${ways}`];
  }
  const names = namesOf(takers);
  if (names.length === 0 || names.includes(board)) return undefined;
  const allowed = allowedWords(names);
  if (named) {
    return isTainted(named)
      ? ["board-tainted", `"${board}" has taints, which bramble's own apps do not tolerate. ${allowed}`]
      : ["board-takes-no-apps", `"${board}" is the control plane, which takes no apps. ${allowed}`];
  }
  // It may be the one whose name is wrong.
  if (boards.some(({ name }) => name === undefined)) return undefined;
  return ["board-unknown", `there is no board "${board}". ${allowed}${didYouMean(board, names)}`];
}

const placed = (Object.keys(sections) as SectionName[]).filter(
  (name) => name === "apps" || fieldsOf(sections[name])?.board,
);

/** Rules about boards, and how they are reached. */
export const boardRules: readonly Rule[] = [
  once("name"),
  once("host"),
  controlPlane,
  hostKeys,
  hostKeyOnce,
  jumpHostKey,
  ...placed.map(knownBoard),
];
