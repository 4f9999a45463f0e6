import { isMulticastName, urlHost } from "../components/fields/hosts.ts";
import { accessOf } from "../components/userApps/route.ts";
import type { SettingError } from "./errors.ts";
import type { Settings } from "./schema.ts";

/** Something of the settings that is allowed and seldom meant. */
export type SettingWarning = Omit<SettingError, "code">;

/**
 * What is allowed and seldom meant: `npm run check` shows it, and a preview or an `up` logs it.
 *
 * @param settings settings without an error
 */
export function warningsOf(settings: Settings): SettingWarning[] {
  return [
    ...evenControlPlanes(settings),
    ...edgeOfNetwork(settings),
    ...multicastNames(settings),
    ...notIsolated(settings),
  ];
}

/**
 * etcd goes on while more than half of its members do, so that an even number bears no more failures than one less.
 * No error: whoever goes from one to three, or takes one of three out, passes through two.
 */
function evenControlPlanes({ boards }: Settings): SettingWarning[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane");
  const count = controlPlanes.filter(({ dead }) => !dead).length;
  if (count === 0 || count % 2 === 1) return [];
  const which = count < controlPlanes.length ? `${count} boards that are not dead` : `${count} boards`;
  const half = count === 2 ? "one of them fails" : `${count / 2} of them fail`;
  const message = `${which} have the role controlPlane: etcd loses its quorum when ${half}, no better than with ${count - 1}. Acceptable on the way to ${count - 1} or ${count + 1}.`;
  return [{ path: "bramble:boards", message }];
}

/** Right where the cluster's own network enforces policies, and where an app needs its board's network. */
function notIsolated({ cluster, apps = {} }: Settings): SettingWarning[] {
  if (!cluster.isolation) return [];
  const message =
    "has an effect only if the cluster's network enforces NetworkPolicies: with network: none, bramble deploys nothing that does.";
  const open = Object.entries(apps).filter(
    ([, app]) => app.security.hostNetwork && ["public", "login"].includes(accessOf(app)),
  );
  return [
    ...(cluster.network === "none" ? [{ path: "bramble:cluster.isolation", message }] : []),
    ...open.map(([name]) => ({
      path: `bramble:apps.${name}.security.hostNetwork`,
      message: "makes cluster.isolation have no effect on the app: its packets are its board's.",
    })),
  ];
}

/** Right in a network larger than a /24 alone. */
function edgeOfNetwork({ boards }: Settings): SettingWarning[] {
  return boards.flatMap(({ host }, i) => {
    const [, last] = /^(?:\d+\.){3}(0|255)$/.exec(host) ?? [];
    if (last === undefined) return [];
    const what = last === "0" ? "the network's own address" : "the broadcast address";
    const message = `"${host}" is ${what} if the network is a /24, as in most homes. Acceptable in a larger one.`;
    return [{ path: `bramble:boards[${i}].host`, message }];
  });
}

/** Names that some of those who look them up know, and others not. */
function multicastNames({ ssh, cluster, storage, backup, domain }: Settings): SettingWarning[] {
  const onBoards =
    "only resolves on boards with libnss-mdns while avahi-daemon is running. Prefer its IP address";
  const fromHere =
    "does not resolve on Linux, where Pulumi's SSH client has no mDNS; it does on macOS and Windows. Prefer its IP address";
  const below = "is resolved by multicast instead of DNS on most systems. Prefer a domain below home.arpa";
  const { timeServers, imageRepository, kubernetesRepository, containerdRepository } = cluster;
  const repositories = Object.entries({ kubernetesRepository, containerdRepository }).flatMap(
    ([name, given]) =>
      [given?.line, given?.key].flatMap((text, i) =>
        [...(text ?? "").matchAll(/\bhttps?:\/\/\S+/g)].map(
          ([url]) => [`cluster.${name}.${i === 0 ? "line" : "key"}`, urlHost(url), onBoards] as const,
        ),
      ),
  );
  const named = [
    ["ssh.jump.host", ssh?.jump?.host, fromHere],
    ...timeServers.map((server, i) => [`cluster.timeServers[${i}]`, server, onBoards] as const),
    ["cluster.imageRepository", urlHost(imageRepository ?? ""), onBoards],
    ...repositories,
    ["storage.nfs.server", storage?.nfs?.server, onBoards],
    ["backup.nfs.server", backup?.nfs?.server, onBoards],
    ["domain", domain, below],
  ] as const;
  return named.flatMap(([setting, name, why]) =>
    name !== undefined && isMulticastName(name)
      ? [{ path: `bramble:${setting}`, message: `"${name}" ends in .local: it ${why}.` }]
      : [],
  );
}
