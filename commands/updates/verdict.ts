import { semverOf } from "../../components/workload/versions.ts";
import { newImage } from "./change.ts";
import type { Finding } from "./find.ts";
import type { Judgement } from "./judgement.ts";

/** What was tried with all updates together. */
export interface TriedUpdates {
  readonly before: Judgement;
  readonly after: Judgement;
  /** What is wrong after them and was not before. */
  readonly errors: readonly string[];
  /** What the rehearsal said, or why there was none. */
  readonly rehearsal: string;
  /** Whether nothing forbids the updates. */
  readonly isFine: boolean;
}

/**
 * What an update means for the boards: `traefik 3.7.18: fits, 112 → 112 Mi; 41 Mi left on pi3-1`. The memory is what
 * bramble sets aside for the pods with the image, before and after.
 */
export function verdictText(finding: Finding, { before, after, errors }: TriedUpdates): string {
  const { pin, update } = finding;
  const what = `${pin.name} ${semverOf(update?.version ?? pin.version)}`;
  const own = errors.find((error) => error.includes(newImage(finding) ?? "\0"));
  if (own !== undefined) return `${what}: refused. ${own}`;
  if (errors.length > 0) return `${what}: not written, since not all updates together fit`;
  const now = podsOf(after, newImage(finding));
  const was = podsOf(before, pin.image);
  const sum = (pods: typeof now) => pods.reduce((total, { memory }) => total + memory, 0);
  if (pin.image === undefined) return `${what}: fits; no pod of the stack has it as its image`;
  if (now.length === 0) return `${what}: not in this stack`;
  const [tightest] = now.toSorted((a, b) => a.left - b.left);
  const left = tightest ? `; ${tightest.left} Mi left on ${tightest.board}` : "";
  return `${what}: fits, ${sum(was)} → ${sum(now)} Mi${left}`;
}

function podsOf({ workloads }: Judgement, image: string | undefined) {
  return workloads.filter(({ images }) => images.includes(image ?? "")).flatMap(({ pods }) => pods);
}
