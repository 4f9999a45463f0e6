import {
  type Input,
  type ProviderResource,
  type Resource,
  type ResourceTransformation,
  runtime,
} from "@pulumi/pulumi";
import type { AppPart, Registration, Stage } from "./app.ts";

/** What apps are deployed on. */
export interface Ground {
  /** The cluster. */
  readonly provider: ProviderResource;
  /** Boards that were set up, each with all it needs to join. */
  readonly boards: readonly Resource[];
  /** The cluster's own steps, if bramble makes it. */
  readonly cluster: readonly Resource[];
  /** Tells the cluster from one that is built anew in its place. Default: the cluster is always the same. */
  readonly identity?: Input<string> | undefined;
}

/**
 * Registers the parts of all apps, stage by stage.
 *
 * Boards become ready when the pod network is there, so a foundation does not wait for the cluster's own steps, nor
 * these for it.
 *
 * @returns the outputs of the stack
 */
export function deployApps(parts: readonly AppPart[], { provider, boards, cluster, identity }: Ground) {
  const backedUp = backupsOf(parts);
  const after = (resources: readonly Resource[]) => ({
    providers: [provider],
    dependsOn: [...resources],
    transformations: identity === undefined ? [] : [tiedTo(identity)],
  });
  const register = (stage: Stage, registration: (part: AppPart) => Omit<Registration, "backedUp">) =>
    parts
      .filter((part) => part.stage === stage)
      .map((part) => part.register(part.name, { ...registration(part), backedUp }));

  const foundations = register("foundation", () => ({ opts: after(boards) }));
  const ground = [...boards, ...cluster, ...foundations.map(({ resource }) => resource)];
  const stores = register("backupStore", () => ({ opts: after(ground) }));
  const backupSecrets = stores[0]?.backupSecrets;
  const store = stores.map(({ resource }) => resource);
  // Its own alone: a component's arguments are shown in a preview, and another app is no change of this one.
  const secretsOf = (app: string) => (backupSecrets?.[app] ? { [app]: backupSecrets[app] } : {});
  const apps = register("app", ({ backup }) =>
    backup
      ? { opts: after([...ground, ...store]), backupSecrets: secretsOf(backup.source.app) }
      : { opts: after(ground) },
  );
  const external = register("external", () => ({ opts: {} }));
  const registered = [...foundations, ...stores, ...apps, ...external];
  const userApps = Object.assign({}, ...registered.map((each) => each.userApp)) as object;
  return Object.assign(
    { apps: Object.keys(userApps).length > 0 ? userApps : undefined },
    ...registered.map(({ outputs }) => outputs),
  ) as Record<string, unknown>;
}

/** What is backed up of the parts: the budget's pods and the store's accounts come from it. */
export function backupsOf(parts: readonly AppPart[]) {
  return parts.flatMap(({ backup }) => backup ?? []);
}

/**
 * Has objects be created again in a cluster that was built anew, which has none of those that Pulumi knows. A preview
 * does not say so: the new cluster's identity is not known yet, and neither is it whenever a kubeconfig is renewed.
 */
function tiedTo(identity: Input<string>): ResourceTransformation {
  return ({ type, props, opts }) =>
    type.startsWith("kubernetes:") && !runtime.isDryRun()
      ? { props, opts: { ...opts, replacementTrigger: identity, deleteBeforeReplace: true } }
      : undefined;
}
