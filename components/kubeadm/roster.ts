import { createHash } from "node:crypto";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Output,
  ResourceHook,
  type ResourceHookArgs,
  RunError,
  Stash,
} from "@pulumi/pulumi";
import { withoutComment } from "../board/connection.ts";
import { rosterErrors, type RosterBoard } from "./rosterChange.ts";

export interface RosterArgs {
  /** Every board of the cluster by name; their order means nothing. */
  readonly boards: Readonly<Record<string, RosterBoard>>;
}

/** Since when a board is in the settings. Of several with the same time the name decides. */
interface Seniority {
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
}

/**
 * Which boards the cluster has, as the stack's state keeps it. A preview compares it with the settings and refuses
 * what would cost the cluster: see {@link rosterErrors}. Whatever touches a board depends on it.
 *
 * It also keeps who has been in the cluster for longest, which is how the cluster knows the control plane that
 * the others join: the list in the settings may be sorted at will.
 */
export class Roster extends ComponentResource {
  /** Names of the boards that are not dead, those that have been there for longest first. */
  readonly order: Output<readonly string[]>;

  constructor(name: string, { boards }: RosterArgs, opts?: ComponentResourceOptions) {
    super("bramble:cluster:Roster", name, {}, opts);
    const hook = new ResourceHook(`${name}-change`, refuseChange, { onDryRun: true });
    const record = new Stash(
      `${name}-boards`,
      { input: boards },
      { parent: this, hooks: { beforeUpdate: [hook] } },
    );
    const since = new Date().toISOString();
    const living = Object.entries(boards).filter(([, { dead }]) => !dead);
    const seniorities = living.map(([board, { hostKey }]) => {
      // A new machine, and one that comes back after it was dead, begin at the end.
      const machine = createHash("sha256").update(withoutComment(hostKey)).digest("hex").slice(0, 8);
      return new Stash(
        `${board}-seniority-${machine}`,
        { input: { name: board, since } satisfies Seniority },
        { parent: this, ignoreChanges: ["input"], dependsOn: [record] },
      ).output as Output<Seniority>;
    });
    this.order = all(seniorities).apply(bySeniority);
    this.registerOutputs({ order: this.order });
  }
}

/** Names, the longest in the cluster first. */
export function bySeniority(seniorities: readonly Seniority[]): string[] {
  const key = ({ since, name }: Seniority) => `${since} ${name}`;
  return seniorities.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ name }) => name);
}

function refuseChange({ oldInputs, newInputs }: ResourceHookArgs): void {
  const boardsOf = (inputs: unknown) => (inputs as { input: RosterArgs["boards"] }).input;
  const errors = rosterErrors(boardsOf(oldInputs), boardsOf(newInputs));
  if (errors.length > 0) throw new RunError(errors.join("\n"));
}
