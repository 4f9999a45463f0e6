import type { App } from "../components/app/app.ts";
import { apps } from "../components/apps.ts";
import { hostKeyFault, printHostKey, withoutComment } from "../components/board/connection.ts";
import { taintOf } from "../components/board/taints.ts";
import { allowedWords, didYouMean, type SettingError, settingError } from "./errors.ts";
import { type Parsed, type Rule, rule, type SectionName } from "./rule.ts";
import { sections } from "./schema.ts";
import { fieldsOf } from "./schema/nodes.ts";

type Boards = Parsed["boards"];

const once = (key: "name" | "host") =>
  rule(["boards"], ({ boards }) =>
    boards.flatMap(({ [key]: value }, i) => {
      const first = boards.findIndex((other) => other[key] === value);
      return value !== undefined && first < i
        ? [
            settingError(
              `${key}-taken`,
              `boards[${i}].${key}`,
              `"${value}" is already the ${key} of boards[${first}].`,
            ),
          ]
        : [];
    }),
  );

const controlPlane = rule(["boards"], ({ boards }) =>
  boards.length > 0 && boards.every(({ role }) => role === "worker")
    ? [
        settingError(
          "no-control-plane",
          "boards",
          "no board has the role controlPlane; give it to the one with the most RAM.",
        ),
      ]
    : [],
);

/** Without one that lives there is no cluster. */
const livingControlPlane = rule(["boards"], ({ boards }) => {
  const controlPlanes = boards.flatMap((board, i) => (board.role === "worker" ? [] : [{ ...board, i }]));
  const last = controlPlanes.at(-1);
  if (last === undefined || !controlPlanes.every(({ role, dead }) => role && dead)) return [];
  const which =
    controlPlanes.length === 1 ? "the only control plane" : "the last control plane, as for the others";
  return [
    settingError(
      "control-planes-dead",
      `boards[${last.i}].dead`,
      `is true for ${which}, and a cluster needs a control plane. Set up another one from its etcd snapshot first.`,
    ),
  ];
});

/** Boards that bramble sets up must be reached, and be who they are. */
const reachable = rule(["boards", "cluster"], ({ boards, cluster }) =>
  cluster.bootstrap
    ? boards.flatMap(({ user, host = "", port, hostKey }, i) => {
        const why = hostKeyFault({ host, port, hostKey });
        return [
          ...(user === undefined
            ? [settingError("user-missing", `boards[${i}].user`, "is missing; cluster.bootstrap needs it.")]
            : []),
          ...(why === undefined ? [] : [settingError("host-key", `boards[${i}].hostKey`, why)]),
        ];
      })
    : [],
);

/** Each board makes its own key at its first start: two with one are one card and its copy. */
const hostKeyOnce = rule(["boards"], ({ boards }) => {
  const keys = boards.map(({ hostKey }) =>
    hostKeyFault({ host: "", hostKey }) === undefined ? withoutComment(hostKey ?? "") : undefined,
  );
  return boards.flatMap(({ name = "", host = "", port }, i) => {
    const first = keys.indexOf(keys[i]);
    return keys[i] === undefined || first === i
      ? []
      : [
          settingError(
            "host-key-taken",
            `boards[${i}].hostKey`,
            `is the key of boards[${first}], too. Unless it was pasted twice (${printHostKey({ host, port })}), one card is a copy of the other and has its machine-id. Give "${name}" its own: sudo rm /etc/ssh/ssh_host_* && sudo ssh-keygen -A; sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup && sudo reboot. Then set its new hostKey.`,
          ),
        ];
  });
});

/** The machine in between must be who it is, too. */
const jumpHostKey = rule(["ssh"], ({ ssh }) => {
  const why = ssh?.jump && hostKeyFault(ssh.jump);
  return why === undefined ? [] : [settingError("host-key", "ssh.jump.hostKey", why)];
});

/** Whether a taint of the settings keeps apps off a board. */
function isTainted({ taints = [] }: Boards[number]): boolean {
  return taints.some((text) => taintOf(text).effect !== "PreferNoSchedule");
}

/** What else is to be done where another board takes over from a dead one. */
function takeover(section: SectionName): string {
  if (section === "storage") return ", and restore the data there";
  return (apps as Partial<Record<SectionName, App>>)[section]?.takeover ?? "";
}

/** A board that a section names must exist, live and take apps. */
const knownBoard = (section: SectionName) =>
  rule([section, "boards"], (settings) => {
    const { board } = (settings[section] ?? {}) as { board?: string };
    return board === undefined ? [] : placeErrors(section, board, settings.boards);
  });

function placeErrors(section: SectionName, board: string, boards: Boards): SettingError[] {
  const setting = `${section}.board`;
  const workers = boards.filter(({ role }) => role !== "controlPlane");
  const takers = (workers.length > 0 ? workers : boards).filter((each) => !isTainted(each));
  const namesOf = (some: Boards) => [...new Set(some.flatMap(({ name }) => name ?? []))];
  const named = boards.find(({ name }) => name === board);
  if (named?.dead) {
    const living = namesOf(takers.filter(({ dead }) => !dead));
    const ways = `Name the board that takes over${takeover(section)}.`;
    return [
      settingError("board-dead", setting, `"${board}" is marked dead. ${ways} ${allowedWords(living)}`),
    ];
  }
  const names = namesOf(takers);
  if (names.length === 0 || names.includes(board)) return [];
  if (named === undefined) {
    // It may be the one whose name is wrong.
    if (boards.some(({ name }) => name === undefined)) return [];
    const message = `there is no board "${board}". ${allowedWords(names)}${didYouMean(board, names)}`;
    return [settingError("board-unknown", setting, message)];
  }
  return isTainted(named)
    ? [
        settingError(
          "board-tainted",
          setting,
          `"${board}" has taints, which bramble's own apps do not tolerate. ${allowedWords(names)}`,
        ),
      ]
    : [
        settingError(
          "board-takes-no-apps",
          setting,
          `"${board}" is the control plane, which takes no apps. ${allowedWords(names)}`,
        ),
      ];
}

const placed = (Object.keys(sections) as SectionName[]).filter((name) => fieldsOf(sections[name])?.board);

/** Rules about boards, and how they are reached. */
export const boardRules: readonly Rule[] = [
  once("name"),
  once("host"),
  controlPlane,
  livingControlPlane,
  reachable,
  hostKeyOnce,
  jumpHostKey,
  ...placed.map(knownBoard),
];
