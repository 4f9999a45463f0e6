import type { PolicyResult } from "../policy/judge.ts";

/** What a deployment did. */
export interface Deployment {
  /** `Pulumi 3.259.0`, or without the engine and why. */
  readonly by: string;
  /** `46 created`, `nothing changed`. */
  readonly changes: string;
  /** How long each top component took, in the order in which they began. */
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  /** What became of each policy. */
  readonly policies: readonly PolicyResult[];
}

/** The deployment failed. The message holds what the engine, the program or a policy said. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}
