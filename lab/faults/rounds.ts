// Which faults are injected into the same cluster, and what that cluster must be like.
import type { LabOptions } from "../cluster.ts";
import { currentBuild } from "../kubernetesBuild.ts";
import type { Fault } from "./fault.ts";

/** A fault by the name that `--fault` has for it. */
export type NamedFault = Fault & { readonly name: string };

/**
 * Faults that can follow each other on the same boards: those of a healthy cluster that begins with the same
 * version, and has apps or not. Without any there is one round with none.
 *
 * @param known all faults there are
 */
export function roundsOf(names: readonly string[], known: Readonly<Record<string, Fault>>): NamedFault[][] {
  const wanted = names.flatMap((name) => (known[name] ? [{ ...known[name], name }] : []));
  const onFresh = wanted.filter(({ fresh }) => fresh).map((fault) => [fault]);
  const clusterOf = ({ kubernetes: [first = currentBuild] = [], apps = false }: Partial<Fault>) =>
    `${first.version} ${apps}`;
  const onHealthy = Map.groupBy(
    wanted.filter(({ fresh }) => !fresh),
    clusterOf,
  );
  // A fault on fresh boards must leave a healthy cluster too.
  const last = onFresh.findLast(([fault]) => fault?.last !== true);
  const usual = clusterOf({});
  const first = onHealthy.get(usual);
  if (last !== undefined && first !== undefined) {
    last.push(...first);
    onHealthy.delete(usual);
  }
  return wanted.length === 0 ? [[]] : [...onFresh, ...onHealthy.values()];
}

/**
 * What the boards must be like for these faults.
 *
 * @param boards how many are wanted
 */
export function needsOf(
  round: readonly Fault[],
  boards: number | undefined,
): Pick<LabOptions, "apps" | "boards" | "clockOffset" | "kubernetes"> {
  const clockOffset = round.find((fault) => fault.clockOffset !== undefined)?.clockOffset;
  const kubernetes = [...new Set(round.flatMap((fault) => fault.kubernetes ?? []))];
  const apps = round.every((fault) => fault.apps);
  const least = Math.max(0, ...round.map((fault) => fault.boards ?? 0));
  return {
    apps,
    boards: least > (boards ?? 0) ? least : boards,
    clockOffset,
    ...(kubernetes.length > 0 && { kubernetes }),
  };
}
