// Rules about apps, each as its descriptor says (components/app/app.ts).
import type { App, BoardPort } from "../../components/app/app.ts";
import { apps as allApps } from "../../components/apps.ts";
import { wantedApps } from "../apps.ts";
import { settingError } from "../errors.ts";
import { type Rule, rule, type SectionName } from "./rule.ts";

const apps: Readonly<Record<keyof typeof allApps, App>> = allApps;
const sections = Object.keys(apps) as (keyof typeof allApps)[];

/** What an app finds wrong with its own section. */
const ownErrors = sections.map((section) =>
  rule([section, "boards", "storage", ...(apps[section].reads ?? [])], function* (settings) {
    const [wanted] = wantedApps({ [section]: settings[section] });
    for (const { setting, code, message } of wanted?.app.errors?.(wanted.own, settings) ?? []) {
      yield settingError(code, [section, setting].filter(Boolean).join("."), message);
    }
  }),
);

const hostOnce = rule(sections, function* (settings) {
  const ofApps = wantedApps(settings).flatMap(({ section, app, own }) =>
    (app.publish?.(own) ?? []).map(({ owner = section, setting, host }) => {
      return { owner, setting: `${section}.${setting}`, host };
    }),
  );
  const { dns } = settings;
  const hosts = [
    ...(dns ? [{ owner: "the address", setting: "dns.entrance", host: dns.entrance }] : []),
    ...ofApps,
  ];
  for (const [i, { setting, host }] of hosts.entries()) {
    const first = hosts.findIndex((other) => other.host === host);
    if (first === i) continue;
    const message = `"${host}" is already the host of ${hosts[first]?.owner ?? ""}; use another one.`;
    yield settingError("app-host-taken", setting, message);
  }
});

/** Ports that every board has taken (https://kubernetes.io/docs/reference/networking/ports-and-protocols/). */
const clusterPorts: readonly BoardPort[] = [
  ...Object.entries({
    22: "the board's SSH server",
    2379: "etcd",
    2380: "etcd",
    6443: "the API server",
    10250: "the kubelet",
    10256: "kube-proxy",
    10257: "the controller manager",
    10259: "the scheduler",
  }).map(([port, owner]) => ({ port: Number(port), protocol: "TCP" as const, owner })),
  { port: 8472, protocol: "UDP", owner: "flannel" },
];

/** What kube-proxy gives to Services of type NodePort: kube-apiserver's own default. */
const nodePorts = { first: 30_000, last: 32_767 };

/** A port of a board leads to one program. */
const portOnce = rule([...sections, "storage"], function* (settings) {
  const wanted = wantedApps(settings);
  const fixed = wanted.flatMap(({ app, own }) => app.ports?.(own, settings.storage ?? {}) ?? []);
  const taken = [...clusterPorts, ...fixed.filter(({ setting }) => setting === undefined)];
  const chosen = wanted.flatMap(({ section, app, own }) => [
    ...(app.publish?.(own) ?? []).flatMap(({ tcp }) =>
      tcp
        ? [{ ...{ port: tcp.port, protocol: "TCP" as const, section, owner: section }, setting: tcp.setting }]
        : [],
    ),
    ...(app.ports?.(own, settings.storage ?? {}) ?? []).flatMap(({ setting, ...port }) =>
      setting === undefined ? [] : [{ ...port, section, setting }],
    ),
  ]);
  for (const { section, setting, ...port } of chosen) {
    const isNodePort = port.port >= nodePorts.first && port.port <= nodePorts.last;
    const by = isNodePort
      ? `Kubernetes for Services, as ${nodePorts.first} to ${nodePorts.last} are`
      : taken.find((other) => isSamePort(port, other))?.owner;
    if (by !== undefined) {
      const message = `${port.port} is already used by ${by}; use another port.`;
      yield settingError("port-taken", `${section}.${setting}`, message);
    }
    taken.push(port);
  }
});

function isSamePort(one: BoardPort, other: BoardPort): boolean {
  const isSameBoard = one.board === undefined || other.board === undefined || one.board === other.board;
  return one.port === other.port && one.protocol === other.protocol && isSameBoard;
}

/** Sections that can't be there without others. */
export const needs: Partial<Record<SectionName, readonly string[]>> = Object.fromEntries(
  sections.map((section) => [section, apps[section].needs]),
);

/** Rules about apps, in the order in which their errors are told. */
export const appRules: readonly Rule[] = [...ownErrors, hostOnce, portOnce];
