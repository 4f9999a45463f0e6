import { hostKeyFault } from "../components/board/connection.ts";
import { refusedModels } from "../components/board/models.ts";
import { taintOf, taintPattern } from "../components/board/taints.ts";
import { clusterRules } from "./clusterRules.ts";
import { directoryRules } from "./directoryRules.ts";
import { allowedWords, didYouMean, type Fault, fieldsOf } from "./faults.ts";
import { networkRules } from "./networkRules.ts";
import { urlRules } from "./urlRules.ts";
import { sensorFaults } from "./sensorRules.ts";
import { settingsSchema } from "./schema.ts";
import { boardsOf, fault, objectOf, type Rule, textOf, type WrittenSettings } from "./written.ts";

/** The faults that no schema can see, because they lie between settings. */
export function brokenRules(settings: WrittenSettings): Fault[] {
  return rules.flatMap((rule) => rule(settings));
}

/** A model whose refusal has a reason of its own. */
const refusedModel: Rule = (settings) =>
  boardsOf(settings).flatMap(({ model }, i) => {
    const refused = refusedModels[textOf(model) ?? ""];
    return refused ? [fault(`boards[${i}].model`, `${refused.name}: ${refused.why}`)] : [];
  });

const modelOrRam: Rule = (settings) =>
  boardsOf(settings).flatMap(({ model, ram, cores }, i) =>
    model === undefined && (ram === undefined || cores === undefined)
      ? [fault(`boards[${i}]`, "has neither a model nor both ram (MiB) and cores of its own.")]
      : [],
  );

const once =
  (key: "name" | "host"): Rule =>
  (settings) => {
    const boards = boardsOf(settings);
    return boards.flatMap((board, i) => {
      const value = textOf(board[key]);
      const first = boards.findIndex((other) => textOf(other[key]) === value);
      return value !== undefined && first < i
        ? [fault(`boards[${i}].${key}`, `"${value}" is the ${key} of boards[${first}] already.`)]
        : [];
    });
  };

const controlPlane: Rule = (settings) => {
  const boards = boardsOf(settings);
  // One without a role may be meant to be it, and is told.
  return boards.length > 0 && boards.every(({ role }) => role !== undefined && role !== "controlPlane")
    ? [fault("boards", "no board has the role controlPlane; give it to the one with the most RAM.")]
    : [];
};

/** Whether a taint of the settings keeps apps off a board. */
function isTainted({ taints }: Readonly<Record<string, unknown>>): boolean {
  const texts = Array.isArray(taints) ? taints.map(String) : [];
  return texts.some((text) => taintPattern.test(text) && taintOf(text).effect !== "PreferNoSchedule");
}

/** Sections that name a board, whichever they are. */
const boardSections = Object.entries(fieldsOf(settingsSchema) ?? {}).flatMap(([section, node]) =>
  fieldsOf(node)?.board ? [section] : [],
);

/** What else is to be done where another board takes over from a dead one. */
const takesOver: Readonly<Record<string, string>> = {
  ingress: ", and forward the router's ports to it",
  storage: ", and restore the data there",
  gogs: ", and restore the data there",
  backup: "; the backups on it are lost, and the next ones are complete again",
  sensors: ", and write the devices' files anew: npm run esphome",
};

/** A board that a section names must exist, live and take apps. */
const knownBoard =
  (section: string): Rule =>
  (settings) => {
    const board = textOf(objectOf(settings[section]).board);
    const boards = boardsOf(settings);
    const workers = boards.filter(({ role }) => role === "worker");
    const takers = (workers.length > 0 ? workers : boards).filter((each) => !isTainted(each));
    const names = [...new Set(takers.flatMap(({ name }) => textOf(name) ?? []))];
    const named = boards.find(({ name }) => name === board);
    if (named?.dead === true) {
      const living = takers.flatMap(({ name, dead }) => (dead === true ? [] : (textOf(name) ?? [])));
      const ways = `Name the board that takes over${takesOver[section] ?? ""}.`;
      return [
        fault(`${section}.board`, `"${String(board)}" is marked dead. ${ways} ${allowedWords(living)}`),
      ];
    }
    if (board === undefined || names.length === 0 || names.includes(board)) return [];
    const why =
      named === undefined
        ? `no board is called "${board}"`
        : isTainted(named)
          ? `"${board}" has taints, which bramble's own apps do not tolerate`
          : `"${board}" is the control plane, which takes no apps`;
    const hint = named ? "" : didYouMean(board, names);
    return [fault(`${section}.board`, `${why}. ${allowedWords(names)}${hint}`)];
  };

const volumeIsThere: Rule = ({ storage, gogs }) => {
  if (gogs === undefined || storage === undefined) return [];
  const { volume, board } = objectOf(gogs);
  const { nfs, board: shared } = objectOf(storage);
  if (volume === "nfs" && nfs === undefined) {
    return [fault("gogs.volume", '"nfs" needs storage.nfs with server and path; set it, or choose board.')];
  }
  return volume !== "nfs" && board === undefined && shared === undefined
    ? [fault("storage.board", "is missing. Set the board for the data of gogs, or gogs.board.")]
    : [];
};

/** Backups go to one place, and one that does not fail together with the data. */
const backupTarget: Rule = ({ backup, storage, gogs }) => {
  if (backup === undefined) return [];
  const { board, nfs, s3, accessKey, secretKey } = objectOf(backup);
  const targets = Object.entries({ board, nfs, s3 }).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  if (targets.length !== 1) {
    const given = targets.length === 0 ? "no target is set" : `${targets.join(" and ")} are set`;
    return [fault("backup", `${given}; set one of board, nfs and s3.`)];
  }
  const missing = Object.entries({ accessKey, secretKey }).filter(([, key]) => key === undefined);
  const holder = objectOf(gogs).board ?? objectOf(storage).board;
  return [
    ...(s3 === undefined
      ? []
      : missing.map(([key]) => fault(`backup.${key}`, "is missing; backup.s3 needs it."))),
    ...(board !== undefined && board === holder && objectOf(gogs).volume !== "nfs"
      ? [
          fault(
            "backup.board",
            `${JSON.stringify(board)} holds the data, too: one broken disk would take both.`,
          ),
        ]
      : []),
  ];
};

/** Else the newest would go as soon as it is made. */
const keepsSome: Rule = ({ backup }) => {
  const { daily = 7, weekly = 5, monthly = 12 } = objectOf(objectOf(backup).keep);
  return [daily, weekly, monthly].every((count) => count === 0)
    ? [
        fault(
          "backup.keep",
          "keeps no backup at all: daily, weekly and monthly are 0. Keep 1 of one of them, or more.",
        ),
      ]
    : [];
};

/** Boards that bramble sets up must be reached, and be who they are. */
const reachable: Rule = (settings) =>
  objectOf(settings.cluster).bootstrap === true
    ? boardsOf(settings).flatMap(({ user, host, port, hostKey }, i) => {
        const address = { host: textOf(host) ?? "", port: typeof port === "number" ? port : undefined };
        const why = hostKeyFault({ ...address, hostKey: textOf(hostKey) });
        return [
          ...(user === undefined
            ? [fault(`boards[${i}].user`, "is missing; cluster.bootstrap needs it.")]
            : []),
          ...(why === undefined ? [] : [fault(`boards[${i}].hostKey`, why)]),
        ];
      })
    : [];

/** What several control planes share must outlive each of them. */
const endpoint: Rule = (settings) => {
  const { bootstrap, controlPlaneEndpoint } = objectOf(settings.cluster);
  const several = boardsOf(settings).filter(({ role }) => role === "controlPlane").length > 1;
  return bootstrap === true && several && controlPlaneEndpoint === undefined
    ? [
        fault(
          "cluster.controlPlaneEndpoint",
          "is missing: with several control planes it is a name or address that always leads to one that is alive.",
        ),
      ]
    : [];
};

/** The operating systems that bramble knows have a containerd of their own that is too old from 1.37 on. */
const containerd: Rule = (settings) => {
  const { containerd: wanted, version } = objectOf(settings.cluster);
  const minor = Number(/^1\.(\d+)\./.exec(textOf(version) ?? "")?.[1] ?? 0);
  return wanted === "containerd" && minor >= 37
    ? [
        fault(
          "cluster.containerd",
          `"containerd" is 1.x on Debian 12 and 13 and Ubuntu 24.04, and Kubernetes ${textOf(version) ?? ""} needs 2. Leave it out, or stay below 1.37.`,
        ),
      ]
    : [];
};

/** Apps need a cluster; boards that are only set up do not yet. */
const kubeconfig: Rule = ({ cluster }) => {
  const { bootstrap, kubeconfig: path } = objectOf(cluster);
  return path === undefined && bootstrap !== true
    ? [
        fault(
          "cluster.kubeconfig",
          "is missing. Set the path of the cluster's kubeconfig, or bootstrap: true to set up its boards first.",
        ),
      ]
    : [];
};

const needs =
  (section: string, ...others: string[]): Rule =>
  (settings) =>
    settings[section] === undefined
      ? []
      : others
          .filter((other) => settings[other] === undefined)
          .map((other) => fault(section, `needs bramble:${other}; set it, or leave ${section} out.`));

/** Ports of the entrance's board that are taken already. */
const sshPortIsFree: Rule = (settings) => {
  const { sshPort } = objectOf(settings.gogs);
  const taken: Record<number, string> = { 6443: "the API server", 8125: "DogStatsD", 10250: "the kubelet" };
  const by = typeof sshPort === "number" ? taken[sshPort] : undefined;
  return by === undefined
    ? []
    : [fault("gogs.sshPort", `${String(sshPort)} is the port of ${by}; choose another.`)];
};

const sensors: Rule = (settings) =>
  sensorFaults(objectOf(settings.sensors), (board) =>
    textOf(boardsOf(settings).find(({ name }) => name === board)?.host),
  );

const rules: readonly Rule[] = [
  refusedModel,
  modelOrRam,
  once("name"),
  once("host"),
  controlPlane,
  reachable,
  kubeconfig,
  endpoint,
  containerd,
  ...boardSections.map(knownBoard),
  volumeIsThere,
  backupTarget,
  keepsSome,
  ...directoryRules,
  needs("dns", "ingress"),
  needs("gogs", "ingress", "storage"),
  needs("sensors", "ingress", "datadog"),
  ...urlRules,
  sshPortIsFree,
  ...networkRules,
  ...clusterRules,
  sensors,
];
