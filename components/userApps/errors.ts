import type { AppError, OtherSettings } from "../app/app.ts";
import { rangesOverlap } from "../fields/addresses.ts";
import { isSecret, looksSecret } from "../workload/secretForms.ts";
import { dataBoard, quiesceOf } from "./data.ts";
import { places } from "./flows.ts";
import { accessOf } from "./route.ts";
import { hasData } from "./security.ts";
import type { UserAppSettings, UserAppsSettings } from "./settings.ts";

/** An error of one app: its setting, a code, what is wrong. */
type Found = readonly [setting: string, code: string, message: string];

/** What is wrong with an app that none of its settings shows alone. */
type Check = (name: string, app: UserAppSettings, others: OtherSettings) => Iterable<Found>;

/** Errors of the user's own apps that their schema cannot see. */
export function* userAppErrors(apps: UserAppsSettings, others: OtherSettings): Iterable<AppError> {
  for (const [name, app] of Object.entries(apps)) {
    for (const [setting, code, message] of [
      ...checks.flatMap((check) => [...check(name, app, others)]),
      ...reaches(name, app, Object.keys(apps)),
    ]) {
      yield { setting: setting === "" ? name : `${name}.${setting}`, code, message };
    }
  }
}

const host: Check = function* (_, app, { ingress }) {
  const access = accessOf(app);
  const setting = app.access === undefined ? "port" : "access";
  if (access === "none") {
    for (const each of ["host", "limits", "loginPaths"] as const) {
      const message = "has no effect, since the app has no host. Remove it, or set port and access.";
      if (app[each] !== undefined) yield [each, "host-without-access", message];
    }
    return;
  }
  if (app.port === undefined) {
    const hasUdp = app.boardPorts.some(({ protocol }) => protocol === "UDP");
    const udp = hasUdp ? "; UDP has no host: clients use the board's address and the port of boardPorts" : "";
    yield [
      "access",
      "access-without-port",
      `"${access}" needs port, where the app speaks HTTP${udp}. Set port, or access: none.`,
    ];
  }
  if (!ingress) {
    yield [setting, "access-without-ingress", `needs ingress for its host. Set it, or access: none.`];
    return;
  }
  if (access === "login" && !ingress.login) {
    yield ["access", "access-without-login", '"login" needs ingress.login with a user. Set it, or use lan.'];
  }
  if (access === "login" && app.loginPaths !== undefined) {
    yield [
      "loginPaths",
      "login-twice",
      "has no effect with access: login, whose limit holds for every page. Remove it.",
    ];
  }
  if (access === "public" && app.loginPaths === undefined) {
    const message =
      "is missing: list the paths where people log in, so that guessing is limited, or [] if there are none.";
    yield ["loginPaths", "login-paths-missing", message];
  }
  const inLan =
    access === "lan"
      ? ingress.trustedProxies.filter((proxy) => ingress.lan.some((lan) => rangesOverlap(lan, proxy)))
      : [];
  if (inLan.length > 0) {
    const message = `"lan" can't be told behind a proxy in the LAN (ingress.trustedProxies: ${inLan.join(", ")}): everybody would have its address. Use login.`;
    yield [setting, "lan-behind-proxy", message];
  }
};

const scheduled: Check = function* (_, app) {
  if (app.schedule === undefined) return;
  const without =
    "has no effect with schedule: what runs from time to time and ends serves nobody. Remove one of them.";
  if (app.port !== undefined) yield ["port", "schedule-with-port", without];
  if (app.boardPorts.length > 0) yield ["boardPorts", "schedule-with-port", without];
  if (app.backup.quiesce === "stop") {
    yield [
      "backup.quiesce",
      "schedule-with-stop",
      '"stop" can\'t be used with schedule. Use sqlite or none.',
    ];
  }
};

const backup: Check = function* (_, app) {
  const { database, exclude, quiesce } = app.backup;
  if (quiesceOf(app) === "sqlite" && database === undefined) {
    yield [
      "backup.database",
      "database-missing",
      'is missing: quiesce "sqlite" needs the path of the database, such as data/db.sqlite3.',
    ];
  }
  if (database !== undefined && quiesce !== "sqlite") {
    yield [
      "backup.database",
      "database-without-sqlite",
      `needs quiesce: sqlite; with ${quiesceOf(app)} the file is backed up like any other. Set quiesce, or remove it.`,
    ];
  }
  const volumes = Object.keys(app.volumes);
  const paths = [
    ["backup.database", database ?? volumes[0] ?? ""] as const,
    ...exclude.map((path, i) => [`backup.exclude[${i}]`, path] as const),
  ];
  for (const [setting, path] of paths) {
    if (path === "" || volumes.includes(path.split("/")[0] ?? "")) continue;
    const known = volumes.length === 0 ? "The app has no volumes." : `Volumes: ${volumes.join(", ")}.`;
    yield [setting, "path-without-volume", `"${path}" must begin with the name of a volume. ${known}`];
  }
};

const storage: Check = function* (_, app, { storage: places }) {
  if (!hasData(app)) return;
  const { volume, board } = app.storage;
  if (volume === "nfs") {
    if (!places?.nfs)
      yield [
        "storage.volume",
        "volume-without-nfs",
        '"nfs" needs storage.nfs with server and path. Set it, or choose board.',
      ];
    if (board !== undefined)
      yield ["storage.board", "board-without-effect", "has no effect with volume: nfs. Remove it."];
    return;
  }
  const holder = dataBoard(app, places ?? {});
  if (holder === undefined) {
    yield [
      "storage.board",
      "volume-without-board",
      "is missing. Set the board for the app's data, or storage.board.",
    ];
  } else if (app.board !== undefined && app.board !== holder) {
    yield [
      "board",
      "board-beside-data",
      `"${app.board}" is not the board with its data, ${holder}. Remove it, or set storage.board to it.`,
    ];
  }
};

/** Paths in the container: none is inside another, but a file may be in a directory. */
const paths: Check = function* (_, app) {
  const all = [
    { path: "/tmp", setting: "/tmp, which is empty at each start", isFile: false },
    ...Object.entries(app.volumes).map(([key, path]) => ({ path, setting: `volumes.${key}`, isFile: false })),
    ...app.scratch.map((path, i) => ({ path, setting: `scratch[${i}]`, isFile: false })),
    ...Object.keys(app.files).map((path) => ({ path, setting: keyOf("files", path), isFile: true })),
    ...Object.keys(app.secretFiles).map((path) => ({
      path,
      setting: keyOf("secretFiles", path),
      isFile: true,
    })),
  ];
  for (const [i, { path, setting, isFile }] of all.entries()) {
    const outer = all.find((each, j) => {
      if (path === each.path) return j < i;
      return isIn(path, each.path) && !(isFile && !each.isFile);
    });
    if (!outer) continue;
    const what = path === outer.path ? "is already that of" : "is inside";
    yield [setting, "path-taken", `"${path}" ${what} ${outer.setting}. Use another path.`];
  }
};

/** The setting of a file, whose path may have dots. */
function keyOf(setting: string, path: string): string {
  return path.includes(".") ? `${setting}["${path}"]` : `${setting}.${path}`;
}

function isIn(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

const board: Check = function* (name, app, { boards, storage: places }) {
  const own = app.board ?? dataBoard(app, places ?? {});
  if (own === undefined && app.boardPorts.length > 0) {
    yield ["board", "port-without-board", "is missing: boardPorts need the board whose address clients use."];
  }
  if (own === undefined && app.devices.length > 0) {
    yield ["board", "device-without-board", "is missing: devices need the board that has them."];
  }
  if (app.devices.length > 0 && !app.security.privileged) {
    yield [
      "devices",
      "device-unprivileged",
      `need security.privileged: true: Kubernetes gives a device to no other container. Then whoever compromises ${name} controls the board.`,
    ];
  }
  const known = boards.find((each) => each.name === own);
  const arch = known?.arch ?? "arm64";
  if (app.architecture !== undefined && known && arch !== app.architecture) {
    yield [
      "architecture",
      "board-of-other-architecture",
      `"${app.architecture}" is not that of its board ${own ?? ""}, ${arch}. Name another board, or remove it.`,
    ];
  }
};

const environment: Check = function* (_, app) {
  const { environment: plain, secretEnvironment, generatedEnvironment } = app;
  for (const [variable, value] of Object.entries(plain)) {
    if (!isSecret(variable, value)) continue;
    yield [
      `environment.${variable}`,
      "secret-in-plain",
      `is a secret in plain text. Remove it here, and add ${variable} to generatedEnvironment, or set it encrypted as secretEnvironment.${variable}.`,
    ];
  }
  for (const [path, text] of Object.entries(app.files)) {
    if (!looksSecret(text)) continue;
    yield [
      keyOf("files", path),
      "secret-in-plain",
      "contains a secret in plain text. Set it encrypted in secretFiles.",
    ];
  }
  if (looksSecret(app.command.join(" "))) {
    yield [
      "command",
      "secret-in-plain",
      "contains a secret, which every process on the board can read. Use secretEnvironment or secretFiles.",
    ];
  }
  for (const variable of Object.keys(secretEnvironment)) {
    if (variable in plain)
      yield [
        `secretEnvironment.${variable}`,
        "variable-taken",
        "is in environment, too. Remove one of them.",
      ];
  }
  for (const [i, variable] of generatedEnvironment.entries()) {
    const where =
      variable in plain
        ? "environment"
        : variable in secretEnvironment
          ? "secretEnvironment"
          : generatedEnvironment.indexOf(variable) < i
            ? "generatedEnvironment twice"
            : undefined;
    if (where !== undefined)
      yield [
        `generatedEnvironment[${i}]`,
        "variable-taken",
        `"${variable}" is in ${where}. Remove one of them.`,
      ];
  }
};

const probe: Check = function* (_, app) {
  const { path, command } = app.probe;
  if (path !== undefined && command !== undefined) {
    yield ["probe", "probe-twice", "has path and command. Keep one of them."];
  } else if (path !== undefined && app.port === undefined) {
    yield ["probe.path", "probe-without-port", "needs port. Set it, or use probe.command."];
  } else if (
    app.schedule === undefined &&
    app.port === undefined &&
    command === undefined &&
    !app.boardPorts.some(({ protocol }) => protocol === "TCP")
  ) {
    yield [
      "probe.command",
      "probe-missing",
      "is missing: without a TCP port, the kubelet needs a command that succeeds while the app works.",
    ];
  }
};

/** @param apps names of all apps */
function* reaches(name: string, app: UserAppSettings, apps: readonly string[]): Iterable<Found> {
  const known = [...places, ...apps.filter((each) => each !== name)];
  for (const [i, each] of app.reaches.entries()) {
    if (known.includes(each)) continue;
    const message = `"${each}" is none of ${known.join(", ")}. Correct or remove it.`;
    yield [`reaches[${i}]`, "reaches-unknown", message];
  }
}

const checks: readonly Check[] = [host, scheduled, backup, storage, paths, board, environment, probe];
