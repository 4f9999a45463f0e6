import type { PlannedPod } from "./freeCapacity.ts";
import type { OtherPod } from "./otherPods.ts";
import { amountText } from "./shortage.ts";

/** What is told of a pod that may be bramble's or not. */
export interface ToldPod extends Pick<PlannedPod, "name" | "needs"> {
  /** Of a pod that is not bramble's, where its memory is known from. */
  readonly other?: OtherPod["source"] | undefined;
}

/** Workloads that are named before it only says how many more there are. */
const mostNames = 6;

/**
 * What of a board's pods is not bramble's, the largest first: `300Mi are not bramble's: media/jellyfin 256Mi, web/blog
 * 44Mi (no memory request: measured)`. Empty if nothing is, or nothing of that needs the resource.
 *
 * @param resource as in {@link PlannedPod.needs}: `memory`, `cpu`, `port TCP 443`
 */
export function othersText(pods: readonly ToldPod[], resource = "memory"): string {
  // A pod that counts with no memory is told as well: it may take some.
  const others = pods.filter(
    ({ other, needs }) => other !== undefined && (resource === "memory" || (needs.get(resource) ?? 0) > 0),
  );
  if (others.length === 0) return "";
  const byName = [...Map.groupBy(others, ({ name }) => name)];
  const sorted = byName.toSorted(([, a], [, b]) => sumOf(b, resource) - sumOf(a, resource));
  const named = sorted.slice(0, mostNames).map(([name, alike]) => `${name}${detailsOf(alike, resource)}`);
  const rest = byName.length - named.length;
  const list = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
  const verb = isPort(resource) ? "is" : "are";
  return `${amountText(resource, sumOf(others, resource))} ${verb} not bramble's: ${list}`;
}

/** ` 256Mi in 2 pods (no memory request: measured)`. */
function detailsOf(pods: readonly ToldPod[], resource: string): string {
  if (isPort(resource)) return "";
  const count = pods.length > 1 ? ` in ${pods.length} pods` : "";
  const source = resource === "memory" ? sourceText(pods.map(({ other }) => other)) : "";
  return ` ${amountText(resource, sumOf(pods, resource))}${count}${source}`;
}

function sourceText(sources: readonly ToldPod["other"][]): string {
  if (sources.includes("unknown")) return " (no memory request, not measured)";
  return sources.includes("measurement") ? " (no memory request: measured)" : "";
}

function sumOf(pods: readonly ToldPod[], resource: string): number {
  return pods.reduce((total, { needs }) => total + (needs.get(resource) ?? 0), 0);
}

/** A board has one of each. */
function isPort(resource: string): boolean {
  return resource.startsWith("port ");
}
