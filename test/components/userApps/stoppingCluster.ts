import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  type KubernetesObject,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from "@kubernetes/client-node";
import { planBoards } from "../../../components/board/board.ts";
import { quiesceContainer } from "../../../components/app/quiesce.ts";
import { priorityClasses } from "../../../components/workload/priorities.ts";
import { putBoards } from "../../../rehearsal/boards.ts";
import { applyTo, connect, startControlPlane, stopControlPlane } from "../../../rehearsal/controlPlane.ts";
import { rehearsalFolder, repository } from "../../../rehearsal/folder.ts";
import { findTools } from "../../../tools/obtain.ts";
import { here, type Running, startContainer } from "../../backup/container.ts";
import { type Registered, registeredBy } from "../registered.ts";
import { settingsWith } from "./runningApp.ts";

const scripts = new URL("../../../components/app", import.meta.url).pathname;

/** A real API server with an app as bramble registers it, whose backup stops it. Its kubelets are kwok's. */
export class StoppingCluster {
  readonly #folder;
  readonly #sidecars: Running[] = [];
  #app = "";

  /** @param name of its folder; one for each test file, since files run side by side */
  constructor(name: string) {
    this.#folder = rehearsalFolder(path.join(repository, `.rehearsal-${name}-${process.pid}`));
  }

  get config() {
    return connect(this.#folder);
  }

  /** Starts it, with one of the apps of some settings. */
  async start(apps: string, app: string): Promise<void> {
    this.#app = app;
    const { signal } = new AbortController();
    await startControlPlane(this.#folder, await findTools(), signal);
    const settings = settingsWith(apps);
    await putBoards(this.#folder, planBoards(settings.boards), signal);
    const apply = applyTo(this.config);
    for (const [name, { value }] of Object.entries(priorityClasses)) {
      const object = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value };
      await apply(object);
    }
    const registered = await registeredBy(async () => {
      const { partsOf } = await import("../../../settings/apps.ts");
      const part = partsOf(settings, "home", planBoards(settings.boards)).find(({ name }) => name === app);
      const secrets = { [app]: { password: "p", access: {} } };
      part!.register(app, { opts: {}, backupSecrets: secrets, backedUp: [] });
    });
    for (const object of registered.flatMap(objectOf)) await apply(object);
    await until(async () => (await this.pods()).length === 1);
  }

  get #apps() {
    return this.config.makeApiClient(AppsV1Api);
  }

  async replicas(): Promise<number | undefined> {
    const scale = await this.#apps.readNamespacedStatefulSetScale(this.#named);
    return scale.spec?.replicas ?? 0;
  }

  /** What its owner does with kubectl scale. */
  async scale(replicas: number): Promise<void> {
    const body = { spec: { replicas } };
    const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await this.#apps.patchNamespacedStatefulSetScale({ ...this.#named, body }, options);
    await until(async () => (await this.pods()).length === replicas);
  }

  get #named() {
    return { name: this.#app, namespace: this.#app };
  }

  /** Names of the app's pods. */
  async pods(): Promise<string[]> {
    const labelSelector = `app.kubernetes.io/name=${this.#app}`;
    const api = this.config.makeApiClient(CoreV1Api);
    const { items } = await api.listNamespacedPod({ namespace: this.#app, labelSelector });
    return items.map(({ metadata }) => metadata?.name ?? "");
  }

  /** Environment by which the sidecar reaches it as its own account, in place of a pod's. */
  async credentials(folder: string): Promise<Record<string, string>> {
    const api = this.config.makeApiClient(CoreV1Api);
    const body = { spec: { audiences: [], expirationSeconds: 3600 } };
    const account = { name: "backup-quiesce", namespace: this.#app };
    const { status } = await api.createNamespacedServiceAccountToken({ ...account, body });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "token"), status?.token ?? "");
    const { server = "", caData, caFile } = this.config.getCurrentCluster() ?? {};
    if (caData !== undefined) writeFileSync(path.join(folder, "ca.crt"), Buffer.from(caData, "base64"));
    return {
      API_SERVER: server,
      TOKEN_FILE: path.join(folder, "token"),
      NODE_EXTRA_CA_CERTS: caFile ?? path.join(folder, "ca.crt"),
    };
  }

  /** Starts the sidecar alone. */
  startSidecar(env: Record<string, string>) {
    const scratch = mkdtempSync(path.join(this.#folder.root, "scratch-"));
    const container = quiesceContainer(this.#app, this.#app);
    const machine = {
      folders: { "/etc/backup": scripts, "/scratch": scratch },
      programs: { node: process.execPath },
      env,
    };
    const file = here(container.startupProbe?.exec?.command?.at(-1) ?? "", machine);
    const running = startContainer(container, machine);
    this.#sidecars.push(running);
    return { ...running, isReady: () => existsSync(file) };
  }

  /** Runs its backup as `kubectl create job --from=cronjob/…` does, and waits for what becomes of it. */
  async runBackup(): Promise<{ conditions: string[]; pods: V1Pod[] }> {
    const api = this.config.makeApiClient(BatchV1Api);
    const at = { name: "now", namespace: this.#app };
    const cronJob = await api.readNamespacedCronJob({ ...at, name: `${this.#app}-backup` });
    const spec = cronJob.spec.jobTemplate.spec;
    await api.createNamespacedJob({ namespace: this.#app, body: { metadata: { name: "now" }, spec } });
    const read = async () => (await api.readNamespacedJob(at)).status?.conditions ?? [];
    const done = ["Complete", "Failed"];
    await until(async () => (await read()).some(({ type }) => done.includes(type)));
    const { items } = await this.config
      .makeApiClient(CoreV1Api)
      .listNamespacedPod({ namespace: this.#app, labelSelector: "job-name=now" });
    return { conditions: (await read()).map(({ type }) => type), pods: items };
  }

  /** Whether the backup's account may do something in the app's namespace. */
  async may(verb: string, resource: string, name: string): Promise<boolean> {
    const [kind = "", subresource] = resource.split("/");
    const group = kind === "statefulsets" ? "apps" : "";
    const attributes = { namespace: this.#app, verb, group, resource: kind, subresource, name };
    const user = `system:serviceaccount:${this.#app}:backup-quiesce`;
    const { status } = await this.config.makeApiClient(AuthorizationV1Api).createSubjectAccessReview({
      body: { spec: { user, resourceAttributes: attributes } },
    });
    return status?.allowed ?? false;
  }

  async end(): Promise<void> {
    for (const sidecar of this.#sidecars) sidecar.stop("SIGKILL");
    await stopControlPlane(this.#folder, (await findTools()).kwokctl);
  }
}

/** Asks again and again, for a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 300) throw new Error("it has not come about within a minute");
    await sleep(200);
  }
}

/** An object as the API server takes it; of a component nothing. */
export function objectOf({ type, inputs }: Registered): KubernetesObject[] {
  const [, api, kind] = /^kubernetes:([^:]+):(\w+)$/.exec(type) ?? [];
  if (api === undefined || kind === undefined || inputs.metadata === undefined) return [];
  return [{ ...inputs, apiVersion: api.replace(/^core\//, ""), kind }];
}
