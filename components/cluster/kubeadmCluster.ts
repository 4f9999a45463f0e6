import { createHash, X509Certificate } from "node:crypto";
import { remote } from "@pulumi/command";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  type Resource,
  ResourceHook,
  type ResourceHookArgs,
  RunError,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { parse } from "yaml";
import { phaseCommand } from "../board/bootstrap.ts";
import { type BoardConnection, commandConnection } from "../board/connection.ts";
import { changeFaults } from "./clusterChange.ts";
import {
  admissionStep,
  type ClusterLayout,
  type ClusterNode,
  controlPlaneStep,
  credentialsStep,
  drainStep,
  firstControlPlane,
  inServiceStep,
  joinStep,
  kubeadmDocuments,
  kubeletStep,
  maintenanceStep,
  membershipStep,
  snapshotKeyStep,
  snapshotStoreStep,
  type StepName,
  timeLimits,
  upgradeStep,
} from "./clusterSteps.ts";
import { printed } from "./printed.ts";

/** How a board of a cluster is reached. */
export interface NodeAccess {
  readonly connection: BoardConnection;
  /** Says that the board is gone for good: it is not dialled any more. Default: false. */
  readonly dead?: boolean | undefined;
}

/** Args of {@link KubeadmCluster}. */
export interface KubeadmClusterArgs {
  readonly layout: ClusterLayout;
  /** How each board is reached, by name. */
  readonly access: Readonly<Record<string, NodeAccess>>;
  /** What must be done on each board before it can be in a cluster, by name: its bootstrap. */
  readonly ready: Readonly<Record<string, Resource>>;
}

/**
 * A Kubernetes cluster on boards that are ready for kubeadm. Each step of a board's life is a resource, so that
 * a change runs just the steps that it concerns, in place: the plan for RAM the board's `kubelet`, arguments of
 * the control plane `control-plane`, another version all that is needed, one board after the other. A board that
 * is removed is drained, reset and forgotten. Policies read the documents for kubeadm in its input `kubeadm`.
 */
export class KubeadmCluster extends ComponentResource {
  /** For an administrator; valid for a year, and made anew twice a year. */
  readonly kubeconfig: Output<string>;
  readonly #args: KubeadmClusterArgs;
  readonly #first: ClusterNode;
  readonly #refuseChange: ResourceHook;

  constructor(name: string, args: KubeadmClusterArgs, opts?: ComponentResourceOptions) {
    const { layout, ready } = args;
    super("bramble:cluster:KubeadmCluster", name, { layout, kubeadm: kubeadmDocuments(layout) }, opts);
    this.#args = args;
    this.#refuseChange = new ResourceHook(`${name}-change`, refuseChange, { onDryRun: true });
    const first = (this.#first = firstControlPlane(layout));

    const kubelet = (node: ClusterNode) => {
      const bootstrap = ready[node.name];
      return this.#run("kubelet", node, node, kubeletStep(layout, node), bootstrap ? [bootstrap] : []);
    };
    const firstKubelet = kubelet(first);
    const store = this.#storeSnapshots(ready);
    const before = [firstKubelet, ...(store ? [store] : [])];
    const controlPlane = this.#run("control-plane", first, first, controlPlaneStep(layout), before);
    const period = halfYear(new Date());
    const credentials = this.#run("credentials", first, first, credentialsStep(layout, period), [
      controlPlane,
    ]);
    this.kubeconfig = secret(credentials.stdout.apply(printed));
    const key = new random.RandomBytes(`${name}-certificate-key`, { length: 32 }, { parent: this }).hex;

    // etcd takes one new member at a time; workers join side by side.
    let lastMember: Resource = controlPlane;
    const maintenance = this.#run("maintenance", first, first, maintenanceStep(layout, first), [
      controlPlane,
    ]);
    let previous = this.#keepInService(first, [maintenance]);
    for (const node of byRole(layout).filter((each) => each !== first)) {
      const join = this.#join(node, key, [kubelet(node), lastMember]);
      const after = [join, previous];
      if (node.role === "controlPlane") {
        lastMember = join;
        after.push(this.#run("maintenance", node, node, maintenanceStep(layout, node), [join]));
      }
      previous = this.#keepInService(node, after);
    }
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  /** Where a lost control plane's snapshots are still to be had. Before the control plane, which may need them. */
  #storeSnapshots(ready: KubeadmClusterArgs["ready"]): Resource | undefined {
    const { nodes, snapshotStore } = this.#args.layout;
    const node = nodes.find(({ name }) => name === snapshotStore);
    if (!node) return undefined;
    const after = [ready[this.#first.name], ready[node.name]].filter((each) => each !== undefined);
    const key = this.#run("snapshot-key", this.#first, this.#first, snapshotKeyStep(this.#first), after);
    const script = key.stdout.apply((text) => snapshotStoreStep(node.name, [printed(text)]));
    return this.#run("snapshot-store", node, node, script, after);
  }

  /** The first control plane lets the board in while the board joins. */
  #join(node: ClusterNode, certificateKey: Output<string>, after: Resource[]): Resource {
    const { layout } = this.#args;
    const digits = { length: 22, special: false, upper: false };
    const token = new random.RandomPassword(`${node.name}-token`, digits, { parent: this }).result;
    const admission = all([token, certificateKey, this.kubeconfig]).apply(([text, key, kubeconfig]) => ({
      token: `${text.slice(0, 6)}.${text.slice(6)}`,
      certificateKey: key,
      caCertHash: caCertHash(kubeconfig),
      authority: authorityOf(kubeconfig),
    }));
    const membership = this.#run("membership", node, this.#first, membershipStep(layout, node), after);
    const toLetIn = admission.apply((each) => admissionStep(layout, node, each));
    this.#run("admission", node, this.#first, toLetIn, [membership]);
    const toJoin = admission.apply((each) => joinStep(layout, node, each));
    return this.#run("join", node, node, toJoin, [membership]);
  }

  /** One board after the other: drained, brought to the version, put back. Nothing to do for one that has it. */
  #keepInService(node: ClusterNode, after: Resource[]): Resource {
    const { layout } = this.#args;
    const drain = this.#run("drain", node, this.#first, drainStep(layout, node), after);
    const upgrade = this.#run("upgrade", node, node, upgradeStep(layout, node), [drain]);
    return this.#run("in-service", node, this.#first, inServiceStep(layout, node), [upgrade]);
  }

  /** A step of the life of `node`, done on `where`. */
  #run(
    step: StepName,
    node: ClusterNode,
    where: ClusterNode,
    script: Input<string>,
    dependsOn: Resource[],
  ): remote.Command {
    const access = this.#args.access[where.name];
    if (!access) throw new Error(`nothing says how ${where.name} is reached`);
    const { connection } = access;
    const isDead = this.#args.access[node.name]?.dead === true;
    const command = (verb: "apply" | "remove") =>
      phaseCommand({ asRoot: true, timeLimit: timeLimits[step] }, connection.user, verb);
    return new remote.Command(
      `${node.name}-${step}`,
      {
        connection: commandConnection(connection),
        stdin: script,
        create: command("apply"),
        // Where a cluster was made before, an empty board is a new machine in its place.
        ...(step === "control-plane" && { update: `${command("apply")} again` }),
        delete: command("remove"),
        addPreviousOutputInEnv: false,
        ...(step === "credentials" && { logging: remote.Logging.None }),
      },
      {
        parent: this,
        dependsOn,
        // What is to be done for a dead board elsewhere is still done.
        ...(step === "control-plane" && { hooks: { beforeUpdate: [this.#refuseChange] } }),
        // The snapshots' store moves on as soon as its board is marked as dead, so it is never undone from here.
        retainOnDelete: (isDead && where === node) || step === "snapshot-store",
        ignoreChanges: isDead ? ["*"] : [],
        ...(step === "credentials" && { additionalSecretOutputs: ["stdout"] }),
      },
    );
  }
}

/** Refuses what the cluster can't be brought to, in a preview too. */
function refuseChange({ oldInputs, newInputs }: ResourceHookArgs): void {
  const faults = changeFaults(stdinOf(oldInputs), stdinOf(newInputs));
  if (faults.length > 0) throw new RunError(faults.join("\n"));
}

function stdinOf(inputs: unknown): unknown {
  return (inputs as { stdin?: unknown } | undefined)?.stdin;
}

/** Control planes first: none may be older than a kubelet. */
function byRole({ nodes }: ClusterLayout): ClusterNode[] {
  const controlPlanes = nodes.filter(({ role }) => role === "controlPlane");
  return [...controlPlanes, ...nodes.filter(({ role }) => role === "worker")];
}

/** `2026-1`, `2026-2`. */
function halfYear(date: Date): string {
  return `${date.getUTCFullYear()}-${date.getUTCMonth() < 6 ? 1 : 2}`;
}

/** The cluster's certificate authority as kubeadm pins it: the digest of its public key. */
export function caCertHash(kubeconfig: string): string {
  const pem = Buffer.from(authorityOf(kubeconfig), "base64");
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/** The cluster's certificate authority, PEM in base64. */
function authorityOf(kubeconfig: string): string {
  const { clusters } = parse(kubeconfig) as {
    clusters: { cluster: { "certificate-authority-data": string } }[];
  };
  return clusters[0]?.cluster["certificate-authority-data"] ?? "";
}
