import semver from "semver";

/** What is written before a cluster's version in the script of its control plane. */
const versionLine = /^VERSION='(\d+\.\d+\.\d+)'$/m;

/**
 * Why a cluster can't be brought from one version of Kubernetes to another in one step, or undefined if it can:
 * an API server works with data of its own minor version and the one before, and no other
 * (https://kubernetes.io/releases/version-skew-policy/).
 *
 * @param from the version that the cluster has, 1.36.3
 * @param to the version that it is to have
 */
export function versionFault(from: string, to: string): string | undefined {
  if (semver.major(to) !== semver.major(from))
    return `${from} to ${to}: only upgrades within 1.x are supported.`;
  if (semver.lt(to, from)) {
    return (
      `${to} is older than ${from}, which the cluster runs: Kubernetes can't be downgraded. ` +
      `Set cluster.version to ${from} or newer; to return to an older state, restore a snapshot from before the upgrade.`
    );
  }
  if (semver.minor(to) > semver.minor(from) + 1) {
    const next = `${semver.major(from)}.${semver.minor(from) + 1}`;
    return `${from} to ${to} skips ${next}: Kubernetes is upgraded one minor version at a time. Set cluster.version to the newest ${next}.x first.`;
  }
  return undefined;
}

/**
 * Why a control plane's script can't follow another one: every setting that stands in the way, and why.
 *
 * @param before the script that the state knows, of any type since it comes from the engine
 * @param after the script that would run now
 */
export function changeFaults(before: unknown, after: unknown): string[] {
  if (typeof before !== "string" || typeof after !== "string") return [];
  const [from, to] = [before, after].map((script) => versionLine.exec(script)?.[1]);
  const version = from === undefined || to === undefined ? undefined : versionFault(from, to);
  const fixed = Object.entries(forGood).flatMap(([setting, why]) => {
    const [was, is] = [before, after].map((script) => valueIn(script, setting));
    if (was === undefined || is === undefined || was === is) return [];
    return [
      `bramble:cluster.${setting}: is ${was} in the cluster and can't be changed to ${is}: ${why}. Set it back to ${was}, or destroy the cluster first.`,
    ];
  });
  return [...(version === undefined ? [] : [`bramble:cluster.version: ${version}`]), ...fixed];
}

/** What a cluster keeps as it was made with, by its name in the settings and in kubeadm's documents. */
const forGood = {
  podSubnet: "every node has a part of it, and every pod an address from it",
  serviceSubnet: "every service has an address from it, including that of the API server",
  controlPlaneEndpoint:
    "every board and kubeconfig reaches the API server there, and it is in the server's certificate",
} as const;

/** The value of a key in the documents for kubeadm that a script holds. */
function valueIn(script: string, key: string): string | undefined {
  return new RegExp(`^ *${key}: "?([^"\\n]+?)"?$`, "m").exec(script)?.[1];
}
