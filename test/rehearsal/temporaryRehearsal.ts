import { existsSync } from "node:fs";
import path from "node:path";
import { CoreV1Api } from "@kubernetes/client-node";
import { connect, stopControlPlane } from "../../rehearsal/controlPlane.ts";
import { rehearsalFolder, type RehearsalFolder, repository } from "../../rehearsal/folder.ts";
import { rehearse } from "../../rehearsal/rehearse.ts";
import type { Outcome } from "../../rehearsal/report/outcome.ts";
import { Steps } from "../../rehearsal/steps.ts";
import type { EngineLook } from "../../tools/engine.ts";
import { findTools } from "../../tools/obtain.ts";
import { run } from "../../tools/run.ts";

/** A rehearsal in a folder of its own beside the user's, which it leaves alone. */
export class TemporaryRehearsal {
  readonly folder: RehearsalFolder;

  /** @param name of the folder; one for each test file, since files run side by side */
  constructor(name: string) {
    this.folder = rehearsalFolder(path.join(repository, `.rehearsal-${name}-${process.pid}`));
  }

  async run(engine: EngineLook, fail?: string): Promise<Outcome> {
    const { signal } = new AbortController();
    const steps = new Steps(process.stdout);
    return rehearse({ folder: this.folder, tools: await findTools(), engine, fail, steps, signal });
  }

  /** Ends it; returns the commands of the processes that it left running. */
  async end(): Promise<string[]> {
    const { kwokctl } = await findTools();
    await stopControlPlane(this.folder, kwokctl);
    const { output } = await run("ps", ["-eo", "command="]);
    return output.split("\n").filter((command) => command.includes(this.folder.root));
  }

  get exists(): boolean {
    return existsSync(this.folder.root);
  }

  get api(): CoreV1Api {
    return connect(this.folder).makeApiClient(CoreV1Api);
  }
}

/** `app` by board: `{ "pi3-1": ["traefik", …] }`, without the suffixes of controllers. */
export function appsByBoard({ boards }: Pick<Outcome, "boards">): Record<string, string[]> {
  const appOf = (pod: string) => pod.replace(/(-[0-9a-f]{8,10})?-[a-z0-9]{5}$|-\d$/, "");
  return Object.fromEntries(
    boards.map(({ board, pods }) => [board.name, pods.map(({ name }) => appOf(name)).sort()]),
  );
}
