import { type Output, output, Stash } from "@pulumi/pulumi";

/** When a step was found to differ from its desired state, ISO 8601 in UTC, by the name of its resource. */
export type DriftRecord = Readonly<Record<string, string>>;

/** Name of the resource that keeps the record of a stack. */
export const driftRecordName = "drift";

/**
 * The drift that `npm run drift` has recorded in the stack's state. A step of which it tells something else than at
 * the last `pulumi up` runs again.
 */
export function recordedDrift(): Output<DriftRecord> {
  // Only recordDrift changes it.
  const { input } = new Stash(driftRecordName, { input: {} }, { ignoreChanges: ["input"] });
  // Without what an Output tells of its resource: if the steps depended on it, the engine would change it only
  // together with them.
  return output(new Promise<DriftRecord>((resolve) => input.apply(resolve)));
}

/** The whole of a program that records drift. */
export function recordDrift(input: DriftRecord): void {
  new Stash(driftRecordName, { input });
}
