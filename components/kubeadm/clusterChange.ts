import { ResourceHook, RunError } from "@pulumi/pulumi";
import semver from "semver";
import { printed } from "../board/boardStep.ts";
import type { ClusterLayout } from "./clusterLayout.ts";

/**
 * Why a cluster can't be brought from one version of Kubernetes to another in one step, or undefined if it can:
 * an API server works with data of its own minor version and the one before, and no other
 * (https://kubernetes.io/releases/version-skew-policy/).
 *
 * @param from the version that the cluster has, 1.36.3
 * @param to the version that it is to have
 */
export function versionError(from: string, to: string): string | undefined {
  if (semver.major(to) !== semver.major(from))
    return `${from} to ${to}: only upgrades within 1.x are supported.`;
  if (semver.lt(to, from)) {
    return (
      `${to} is older than ${from}, which the cluster runs: Kubernetes can't be downgraded. ` +
      `Set version to ${from} or newer; to return to an older state, restore a snapshot from before the upgrade.`
    );
  }
  if (semver.minor(to) > semver.minor(from) + 1) {
    const next = `${semver.major(from)}.${semver.minor(from) + 1}`;
    return `${from} to ${to} skips ${next}: Kubernetes is upgraded one minor version at a time. Set version to the newest ${next}.x first.`;
  }
  return undefined;
}

/** What a cluster keeps as it was made with, by its name. */
const forGood = {
  podSubnet: "every node has a part of it, and every pod an address from it",
  serviceSubnet: "every service has an address from it, including that of the API server",
  controlPlaneEndpoint:
    "every board and kubeconfig reaches the API server there, and it is in the server's certificate",
} as const;

/** What a cluster was made with, and its version. The step `control-plane` answers it once it is so. */
export type ClusterFacts = Readonly<Record<keyof typeof forGood | "version", string>>;

/** The facts of a cluster that is as its layout says. */
export function factsOf({ version, podSubnet, serviceSubnet, endpoint }: ClusterLayout): ClusterFacts {
  return { version, podSubnet, serviceSubnet, controlPlaneEndpoint: endpoint };
}

/** Every setting that a cluster can't be brought to, and why. */
export function changeErrors(before: ClusterFacts, after: ClusterFacts): string[] {
  const version = versionError(before.version, after.version);
  const fixed = Object.entries(forGood).flatMap(([name, why]) => {
    const setting = name as keyof typeof forGood;
    const [was, is] = [before[setting], after[setting]];
    if (was === is) return [];
    return [
      `${setting}: is ${was} in the cluster and can't be changed to ${is}: ${why}. Set ${setting}: ${was} to keep it, or destroy the cluster first.`,
    ];
  });
  return [...(version === undefined ? [] : [`version: ${version}`]), ...fixed];
}

/**
 * A hook for the step `control-plane`, which refuses what its cluster can't be brought to, at a preview too. A step
 * that has not answered has made no cluster yet.
 */
export function refuseChange(name: string, layout: ClusterLayout): ResourceHook {
  const refuse = ({ oldOutputs }: { oldOutputs?: object }) => {
    const { stdout } = (oldOutputs ?? {}) as { stdout?: unknown };
    const answer = typeof stdout === "string" ? printed(stdout) : "";
    const errors = answer === "" ? [] : changeErrors(JSON.parse(answer) as ClusterFacts, factsOf(layout));
    if (errors.length > 0) throw new RunError(errors.join("\n"));
  };
  return new ResourceHook(name, refuse, { onDryRun: true });
}
