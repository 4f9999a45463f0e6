import type { ProviderResource, Resource } from "@pulumi/pulumi";
import type { AppPart, Registration, Stage } from "./app.ts";

/** What apps are deployed on. */
export interface Ground {
  /** The cluster. */
  readonly provider: ProviderResource;
  /** Boards that were set up, each with all it needs to join. */
  readonly boards: readonly Resource[];
  /** The cluster's own steps, if bramble makes it. */
  readonly cluster: readonly Resource[];
}

/**
 * Registers the parts of all apps, stage by stage.
 *
 * Boards become ready when the pod network is there, so a foundation does not wait for the cluster's own steps, nor
 * these for it.
 *
 * @returns the outputs of the stack
 */
export function deployApps(parts: readonly AppPart[], { provider, boards, cluster }: Ground) {
  const backedUp = backupsOf(parts).map(({ source }) => source.app);
  const after = (resources: readonly Resource[]) => ({ providers: [provider], dependsOn: [...resources] });
  const register = (stage: Stage, registration: (part: AppPart) => Omit<Registration, "backedUp">) =>
    parts
      .filter((part) => part.stage === stage)
      .map((part) => part.register(part.name, { ...registration(part), backedUp }));

  const foundations = register("foundation", () => ({ opts: after(boards) }));
  const ground = [...boards, ...cluster, ...foundations.map(({ resource }) => resource)];
  const stores = register("backupStore", () => ({ opts: after(ground) }));
  const backupSecrets = stores[0]?.backupSecrets;
  const store = stores.map(({ resource }) => resource);
  const apps = register("app", ({ backup }) =>
    backup ? { opts: after([...ground, ...store]), backupSecrets } : { opts: after(ground) },
  );
  const external = register("external", () => ({ opts: {} }));
  return Object.assign(
    {},
    ...[...foundations, ...stores, ...apps, ...external].map(({ outputs }) => outputs),
  ) as Record<string, unknown>;
}

/** What is backed up of the parts: the budget's pods and the store's accounts come from it. */
export function backupsOf(parts: readonly AppPart[]) {
  return parts.flatMap(({ backup }) => backup ?? []);
}
