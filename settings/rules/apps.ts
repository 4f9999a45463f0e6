// Rules about apps, each as its descriptor says (components/app/app.ts).
import { apps } from "../../components/apps.ts";
import { wantedApps } from "../apps.ts";
import { settingError } from "../errors.ts";
import { type Rule, rule, type SectionName } from "./rule.ts";

const sections = Object.keys(apps) as (keyof typeof apps)[];

/** What an app finds wrong with its own section. */
const ownErrors = sections.map((section) =>
  rule([section, "boards", "storage"], function* (settings) {
    const [wanted] = wantedApps({ [section]: settings[section] });
    for (const { setting, code, message } of wanted?.app.errors?.(wanted.own, settings) ?? []) {
      yield settingError(code, [section, setting].filter(Boolean).join("."), message);
    }
  }),
);

const hostOnce = rule(sections, function* (settings) {
  const ofApps = wantedApps(settings).flatMap(({ section, app, own }) => {
    const host = app.publish?.(own).host;
    return host === undefined ? [] : [{ owner: section, setting: `${section}.host`, host }];
  });
  const { dns } = settings;
  const hosts = [
    ...ofApps,
    ...(dns ? [{ owner: "the address", setting: "dns.entrance", host: dns.entrance }] : []),
  ];
  for (const [i, { setting, host }] of hosts.entries()) {
    const first = hosts.findIndex((other) => other.host === host);
    if (first === i) continue;
    const message = `"${host}" is already the host of ${hosts[first]?.owner ?? ""}; use another one.`;
    yield settingError("app-host-taken", setting, message);
  }
});

/** Ports that every board has taken (https://kubernetes.io/docs/reference/networking/ports-and-protocols/). */
const clusterPorts = [
  { port: 6443, owner: "the API server" },
  { port: 10250, owner: "the kubelet" },
];

/** What the entrance hands on must not come in where something else listens. */
const portOnce = rule(sections, function* (settings) {
  const wanted = wantedApps(settings);
  const taken = [
    ...clusterPorts,
    ...wanted.flatMap(({ app, own }) =>
      (app.ports?.(own) ?? []).filter(({ protocol }) => protocol === "TCP"),
    ),
  ];
  for (const { section, app, own } of wanted) {
    const tcp = app.publish?.(own).tcp;
    if (!tcp) continue;
    const by = taken.find(({ port }) => port === tcp.port)?.owner;
    if (by !== undefined) {
      const message = `${tcp.port} is already used by ${by}; use another port.`;
      yield settingError("port-taken", `${section}.${tcp.setting}`, message);
    }
    taken.push({ port: tcp.port, owner: section });
  }
});

/** Sections that can't be there without others. */
export const needs: Partial<Record<SectionName, readonly string[]>> = Object.fromEntries(
  sections.map((section) => [section, apps[section].needs]),
);

/** Rules about apps, in the order in which their errors are told. */
export const appRules: readonly Rule[] = [...ownErrors, hostOnce, portOnce];
