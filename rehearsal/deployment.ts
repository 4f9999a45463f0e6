import type { Outcome } from "./report/outcome.ts";

/** What a deployment did; its steps are the top components, in the order in which they began. */
export type Deployment = Pick<Outcome, "deployedBy" | "changes" | "steps" | "policies">;

/** The deployment failed. The message holds what the engine, the program or a policy said. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}
