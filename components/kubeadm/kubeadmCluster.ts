import type { remote } from "@pulumi/command";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  type Resource,
  type ResourceHook,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type BoardStep, boardStep } from "../board/boardStep.ts";
import { type BoardConnection, commandConnection } from "../board/connection.ts";
import type { DriftRecord } from "../board/drift.ts";
import { authorityOf, caCertHash } from "./authority.ts";
import { refuseChange } from "./clusterChange.ts";
import { type ClusterLayout, type ClusterNode, leaderOf, storeOf } from "./clusterLayout.ts";
import {
  admissionStep,
  clusterSteps,
  controlPlaneStep,
  credentialsStep,
  drainStep,
  inServiceStep,
  joinStep,
  kubeadmDocuments,
  kubeletStep,
  maintenanceStep,
  membershipStep,
  snapshotKeyStep,
  snapshotStoreStep,
  type StepName,
  upgradeStep,
} from "./clusterSteps.ts";
import type { Admission } from "./kubeadmConfig.ts";
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
  /** The roster's: names of the boards that are not dead, those in the cluster for longest first. */
  readonly order: Output<readonly string[]>;
  /** Steps that run again. Default: none. */
  readonly drift?: Output<DriftRecord> | undefined;
}

/** What a step does. */
interface Step {
  /** The board that it is about. Default: the whole cluster. */
  readonly about?: ClusterNode;
  /** Where it runs. Default: on the board that it is about. */
  readonly where?: Output<ClusterNode>;
  readonly script: Input<string>;
  readonly after: Input<Input<Resource>[]>;
}

/**
 * A Kubernetes cluster on boards that are ready for kubeadm. Each step of a board's life is a resource, so that
 * a change runs just the steps that it concerns, in place: the plan for RAM the board's `kubelet`, arguments of
 * the control plane `control-plane`, another version all that is needed, one board after the other. A board that
 * is removed is drained, reset and forgotten. Policies read the documents for kubeadm in its input `kubeadm`.
 *
 * Which steps a board has follows from its name and role alone, who leads from the roster: the control plane that
 * has been there for longest does what concerns the cluster. What concerns one board and is not done on it is
 * done by another control plane where there is one, so that it can also be done when that board leaves.
 */
export class KubeadmCluster extends ComponentResource {
  /** For an administrator; valid for a year, and made anew twice a year. */
  readonly kubeconfig: Output<string>;
  readonly #args: KubeadmClusterArgs;
  readonly #steps: Record<string, BoardStep>;
  readonly #refuseChange: ResourceHook;
  readonly #leader: Output<ClusterNode>;
  readonly #controlPlanes: readonly ClusterNode[];
  /** The step `control-plane` of each control plane, by its name. */
  readonly #made = new Map<string, Resource>();

  constructor(name: string, args: KubeadmClusterArgs, opts?: ComponentResourceOptions) {
    const { layout, access, order } = args;
    const controlPlanes = layout.nodes.filter(({ role }) => role === "controlPlane");
    // The settings' own check comes first and says more.
    if (!controlPlanes[0] || controlPlanes.every((node) => access[node.name]?.dead === true)) {
      throw new Error("the cluster has no control plane that is not dead");
    }
    const kubeadm = kubeadmDocuments(layout, controlPlanes[0]);
    const steps: Record<string, BoardStep> = {};
    // Told once all of them are known, at the end of this constructor.
    super("bramble:cluster:KubeadmCluster", name, { layout, kubeadm, steps: Promise.resolve(steps) }, opts);
    this.#args = args;
    this.#steps = steps;
    this.#controlPlanes = controlPlanes;
    this.#refuseChange = refuseChange(`${name}-change`, layout);
    this.#leader = order.apply((names) => leaderOf(layout, names));

    const period = halfYear(new Date());
    const credentials = this.#run(`${name}-credentials`, "credentials", {
      where: this.#leader,
      script: this.#leader.apply((leader) => credentialsStep(leader, period)),
      after: this.#leader.apply(({ name: leader }) => this.#madeOf([leader])),
    });
    this.kubeconfig = secret(credentials.stdout.apply(printed));
    const store = this.#storeSnapshots(name);
    const key = new random.RandomBytes(`${name}-certificate-key`, { length: 32 }, { parent: this }).hex;
    const admissionOf = (node: ClusterNode) => this.#admission(node, key, period);

    let previous: Resource[] = [];
    for (const node of controlPlanes) this.#made.set(node.name, this.#found(node, admissionOf(node), store));
    for (const node of controlPlanes) {
      const after = [...this.#madeOf([node.name]), ...previous];
      previous = [this.#keepInService(node, [this.#maintain(node), ...after])];
    }
    for (const node of layout.nodes.filter(({ role }) => role === "worker")) {
      previous = [this.#keepInService(node, [this.#join(node, admissionOf(node)), ...previous])];
    }
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  /** A control plane: the first of the roster makes the cluster, each other one joins it. */
  #found(node: ClusterNode, admission: Output<Admission>, store: Resource[]): Resource {
    const { layout, order } = this.#args;
    // etcd takes one new member at a time.
    const before = order.apply((names) => {
      const members = names.filter((each) => this.#controlPlanes.some(({ name }) => name === each));
      return this.#madeOf(members.slice(0, Math.max(0, members.indexOf(node.name))).slice(-1));
    });
    const membership = this.#letIn(node, admission, before);
    const script = order.apply((names) =>
      leaderOf(layout, names) === node
        ? output(controlPlaneStep(layout, node, storeOf(layout, names)))
        : admission.apply((each) => joinStep(layout, node, each)),
    );
    return this.#run(`${node.name}-control-plane`, "control-plane", {
      about: node,
      script,
      after: [membership, ...store],
    });
  }

  #join(node: ClusterNode, admission: Output<Admission>): Resource {
    const membership = this.#letIn(node, admission, [...this.#made.values()]);
    const script = admission.apply((each) => joinStep(this.#args.layout, node, each));
    return this.#run(`${node.name}-join`, "join", { about: node, script, after: [membership] });
  }

  /**
   * What is done for a board that comes into the cluster: another machine of its name is forgotten, and it is let
   * in while it joins. Before there is a cluster, both do nothing.
   */
  #letIn(node: ClusterNode, admission: Output<Admission>, before: Input<Resource[]>): Resource {
    const { layout, ready, access } = this.#args;
    const kubelet = this.#run(`${node.name}-kubelet`, "kubelet", {
      about: node,
      script: kubeletStep(layout, node),
      after: readyOf(ready, node),
    });
    const where = this.#leaderFor(node);
    const isDead = access[node.name]?.dead === true;
    const membership = this.#run(`${node.name}-membership`, "membership", {
      about: node,
      where,
      script: where.apply((leader) => membershipStep(leader, node, isDead)),
      after: all([where, before]).apply(([leader, made]) => [kubelet, ...readyOf(ready, leader), ...made]),
    });
    this.#run(`${node.name}-admission`, "admission", {
      about: node,
      where,
      script: all([where, admission]).apply(([leader, each]) => admissionStep(leader, node, each)),
      after: [membership],
    });
    return membership;
  }

  #admission(node: ClusterNode, certificateKey: Output<string>, period: string): Output<Admission> {
    const digits = { length: 22, special: false, upper: false };
    const token = new random.RandomPassword(`${node.name}-token`, digits, { parent: this }).result;
    return all([token, certificateKey, this.kubeconfig]).apply(([text, key, kubeconfig]) => ({
      token: `${text.slice(0, 6)}.${text.slice(6)}`,
      certificateKey: key,
      caCertHash: caCertHash(kubeconfig),
      authority: authorityOf(kubeconfig),
      period,
    }));
  }

  /** Where a lost control plane's snapshots are still to be had. Before the control planes, which may need them. */
  #storeSnapshots(name: string): Resource[] {
    const { layout, order, ready, access } = this.#args;
    if (!layout.nodes.some(({ role }) => role === "worker")) return [];
    const keys = this.#controlPlanes.map((node) => {
      const step = { about: node, script: snapshotKeyStep(node), after: readyOf(ready, node) };
      return [node.name, this.#run(`${node.name}-snapshot-key`, "snapshot-key", step).stdout] as const;
    });
    const living = keys.filter(([board]) => access[board]?.dead !== true).map(([, key]) => key);
    // Without a living worker nobody needs it, and it does no harm on a control plane.
    const where = order.apply((names) => storeOf(layout, names) ?? leaderOf(layout, names));
    const script = all([where, all(living)]).apply(([node, texts]) =>
      snapshotStoreStep(node.name, texts.map(printed)),
    );
    const after = where.apply((node) => readyOf(ready, node));
    return [this.#run(`${name}-snapshot-store`, "snapshot-store", { where, script, after })];
  }

  /** Only the leader has its snapshots stored. */
  #maintain(node: ClusterNode): Resource {
    const { layout, order } = this.#args;
    const script = order.apply((names) =>
      maintenanceStep(node, leaderOf(layout, names) === node ? storeOf(layout, names) : undefined),
    );
    const after = this.#madeOf([node.name]);
    return this.#run(`${node.name}-maintenance`, "maintenance", { about: node, script, after });
  }

  /** One board after the other: drained, brought to the version, put back. Nothing to do for one that has it. */
  #keepInService(node: ClusterNode, after: Resource[]): Resource {
    const { layout } = this.#args;
    const where = this.#leaderFor(node);
    const drain = this.#run(`${node.name}-drain`, "drain", {
      about: node,
      where,
      script: where.apply((leader) => drainStep(layout, leader, node)),
      after: where.apply((leader) => [...after, ...this.#madeOf([leader.name])]),
    });
    const upgrade = this.#run(`${node.name}-upgrade`, "upgrade", {
      about: node,
      script: this.#leader.apply((leader) => upgradeStep(layout, node, leader === node)),
      after: [drain],
    });
    return this.#run(`${node.name}-in-service`, "in-service", {
      about: node,
      where,
      script: where.apply((leader) => inServiceStep(layout, leader, node)),
      after: [upgrade],
    });
  }

  /** The control plane that does what concerns a board and is not done on it. */
  #leaderFor(node: ClusterNode): Output<ClusterNode> {
    return this.#args.order.apply((names) => leaderOf(this.#args.layout, names, node.name));
  }

  #madeOf(names: readonly string[]): Resource[] {
    return names.flatMap((name) => this.#made.get(name) ?? []);
  }

  #run(name: string, step: StepName, { about, where, script, after }: Step): remote.Command {
    const { access, drift } = this.#args;
    const isDead = about !== undefined && access[about.name]?.dead === true;
    const isElsewhere = where !== undefined;
    const board = output(where ?? about);
    const isControlPlane = step === "control-plane";
    const { timeLimit } = clusterSteps[step];
    const identity = { step, about: about?.name ?? "cluster", asRoot: true, timeLimit };
    this.#steps[name] = identity;
    return boardStep(
      name,
      identity,
      {
        user: board.apply((each) => this.#connectionOf(each).user),
        connection: board.apply((each) => commandConnection(this.#connectionOf(each))),
        script,
        drift,
        // Where a cluster was made before, an empty board is a new machine in its place.
        tellsAgain: isControlPlane,
        isSecret: step === "credentials",
      },
      {
        parent: this,
        dependsOn: after,
        ...(isControlPlane && {
          hooks: { beforeUpdate: [this.#refuseChange] },
        }),
        // The snapshots' store moves on as soon as its board is marked as dead, so it is never undone from here.
        retainOnDelete: (isDead && !isElsewhere) || step === "snapshot-store",
        // A dead board is forgotten at once, so that etcd does not count on it.
        ignoreChanges: isDead && step !== "membership" ? ["*"] : [],
      },
    );
  }

  #connectionOf(node: ClusterNode | undefined): BoardConnection {
    const access = node && this.#args.access[node.name];
    if (!access) throw new Error(`it is not known how ${node?.name ?? "the cluster"} is reached`);
    return access.connection;
  }
}

function readyOf(ready: KubeadmClusterArgs["ready"], { name }: ClusterNode): Resource[] {
  const bootstrap = ready[name];
  return bootstrap ? [bootstrap] : [];
}

/** `2026-1`, `2026-2`. */
function halfYear(date: Date): string {
  return `${date.getUTCFullYear()}-${date.getUTCMonth() < 6 ? 1 : 2}`;
}
