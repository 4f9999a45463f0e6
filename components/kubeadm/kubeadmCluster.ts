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
  unsecret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type BoardStep, boardStep, printed } from "../board/boardStep.ts";
import type { BoardBootstrapArgs } from "../board/bootstrap.ts";
import {
  type BoardConnection,
  commandConnection,
  dialAttempts,
  dialAttemptsWhileStarting,
} from "../board/connection.ts";
import type { DriftRecord } from "../board/drift.ts";
import { type Admission, admissionOf, authorityOf, halfYear } from "./admission.ts";
import { refuseChange } from "./clusterChange.ts";
import { type ClusterLayout, type ClusterNode, inOrder, leaderOf, storeOf } from "./clusterLayout.ts";
import * as scripts from "./clusterSteps.ts";

export interface KubeadmClusterArgs {
  /** What the cluster is to be: {@link clusterLayout} of its boards. */
  readonly layout: ClusterLayout;
  /** How each board is reached, by name. */
  readonly access: Readonly<Record<string, Pick<BoardBootstrapArgs, "connection" | "dead">>>;
  /** What must be done on each board before it can be in a cluster, by name: its bootstrap. */
  readonly ready: Readonly<Record<string, Resource>>;
  /** The roster's: names of the boards that are not dead, those in the cluster for longest first. */
  readonly order: Output<readonly string[]>;
  /** Steps that run again. Default: none. */
  readonly drift?: Output<DriftRecord> | undefined;
  /** Names of the boards that are rebooted if their systems need it. Default: none. */
  readonly rebooted?: readonly string[] | undefined;
  /**
   * Names of boards in the order in which they are drained, upgraded or rebooted, each when the one before is back; control
   * planes always come before workers. Default, and for boards that are not in it: that of the layout.
   */
  readonly turns?: readonly string[] | undefined;
}

/** What a step does. */
interface Step {
  /** The board that it is about. Default: the whole cluster. */
  readonly about?: ClusterNode;
  /** Where it runs. Default: on the board that it is about; on the leader, if that is the whole cluster. */
  readonly where?: Output<ClusterNode>;
  /** What runs on the board where it runs. */
  readonly script: (at: ClusterNode) => Input<string>;
  readonly after: Input<Input<Resource>[]>;
  /** How often it is tried to reach that board. Default: as often as any other. */
  readonly attempts?: Output<number>;
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
  /** For an administrator; valid for a year, and renewed twice a year. */
  readonly kubeconfig: Output<string>;
  /** Digest of the cluster's certificate authority, `sha256:…`: another one is another cluster. */
  readonly identity: Output<string>;
  readonly #name: string;
  readonly #args: KubeadmClusterArgs;
  readonly #steps: Record<string, BoardStep>;
  readonly #refuseChange: ResourceHook;
  /** The step `control-plane` of each control plane, by its name. */
  readonly #made = new Map<string, Resource>();

  constructor(name: string, args: KubeadmClusterArgs, opts?: ComponentResourceOptions) {
    const { layout, access } = args;
    const controlPlanes = layout.nodes.filter(({ role }) => role === "controlPlane");
    // The settings' own check comes first and says more.
    if (!controlPlanes[0] || controlPlanes.every((node) => access[node.name]?.dead === true)) {
      throw new Error("the cluster has no control plane that is not dead");
    }
    const kubeadm = scripts.kubeadmDocuments(layout, controlPlanes[0]);
    const steps: Record<string, BoardStep> = {};
    // Told once all of them are known, at the end of this constructor.
    super("bramble:cluster:KubeadmCluster", name, { layout, kubeadm, steps: Promise.resolve(steps) }, opts);
    this.#name = name;
    this.#args = args;
    this.#steps = steps;
    this.#refuseChange = refuseChange(`${name}-change`, layout);

    const period = halfYear(new Date());
    const credentials = this.#run("credentials", {
      script: (leader) => scripts.credentialsStep(layout, leader, period),
      after: this.#leaderFor().apply((leader) => this.#madeOf(leader.name)),
    });
    this.kubeconfig = secret(credentials.stdout.apply(printed));
    this.identity = unsecret(this.kubeconfig.apply((config) => authorityOf(config).caCertHash));
    const store = this.#storeSnapshots(controlPlanes);
    const parent = { parent: this };
    const certificateKey = new random.RandomBytes(`${name}-certificate-key`, { length: 32 }, parent).hex;
    const admit = (node: ClusterNode) =>
      admissionOf(node.name, this.kubeconfig, { certificateKey, period }, parent);

    let previous: Resource[] = [];
    for (const node of controlPlanes) this.#made.set(node.name, this.#found(node, admit(node), store));
    for (const node of this.#inTurns(controlPlanes)) {
      previous = [this.#keepInService(node, [this.#maintain(node), ...this.#madeOf(node.name), ...previous])];
    }
    for (const node of this.#inTurns(layout.nodes.filter(({ role }) => role === "worker"))) {
      previous = [this.#keepInService(node, [this.#join(node, admit(node)), ...previous])];
    }
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  /** A control plane: the first of the roster makes the cluster, each other one joins it. */
  #found(node: ClusterNode, admission: Output<Admission>, store: Resource[]): Resource {
    const { layout, order } = this.#args;
    // etcd takes one new member at a time.
    const before = order.apply((names) => {
      const members = inOrder(layout, names, "controlPlane");
      return this.#madeOf(members[members.indexOf(node) - 1]?.name);
    });
    const membership = this.#letIn(node, admission, before);
    const script = order.apply((names) =>
      leaderOf(layout, names) === node
        ? output(scripts.controlPlaneStep(layout, node, names))
        : admission.apply((each) => scripts.joinStep(layout, node, each)),
    );
    return this.#run("control-plane", { about: node, script: () => script, after: [membership, ...store] });
  }

  #join(node: ClusterNode, admission: Output<Admission>): Resource {
    const membership = this.#letIn(node, admission, [...this.#made.values()]);
    const script = () => admission.apply((each) => scripts.joinStep(this.#args.layout, node, each));
    return this.#run("join", { about: node, script, after: [membership] });
  }

  /**
   * What is done for a board that comes into the cluster: another machine of its name is forgotten, and it is let
   * in while it joins. Before there is a cluster, both do nothing.
   */
  #letIn(node: ClusterNode, admission: Output<Admission>, before: Input<Resource[]>): Resource {
    const { layout } = this.#args;
    const kubelet = this.#run("kubelet", {
      about: node,
      script: () => scripts.kubeletStep(layout, node),
      after: this.#readyOf(node),
    });
    const where = this.#leaderFor(node);
    const membership = this.#run("membership", {
      about: node,
      where,
      script: (leader) => scripts.membershipStep(leader, node, this.#isDead(node)),
      after: all([where, before]).apply(([leader, made]) => [kubelet, ...this.#readyOf(leader), ...made]),
    });
    this.#run("admission", {
      about: node,
      where,
      script: (leader) => admission.apply((each) => scripts.admissionStep(leader, node, each)),
      after: [membership],
    });
    return membership;
  }

  /** Where a lost control plane's snapshots are still to be had. Before the control planes, which may need them. */
  #storeSnapshots(controlPlanes: readonly ClusterNode[]): Resource[] {
    const { layout, order } = this.#args;
    if (!layout.nodes.some(({ role }) => role === "worker")) return [];
    const keys = controlPlanes.map((node) => {
      const step = { about: node, script: scripts.snapshotKeyStep, after: this.#readyOf(node) };
      return { node, key: this.#run("snapshot-key", step).stdout.apply(printed) };
    });
    const living = all(keys.filter(({ node }) => !this.#isDead(node)).map(({ key }) => key));
    // Without a living worker nobody needs it, and it does no harm on a control plane.
    const where = order.apply((names) => storeOf(layout, names) ?? leaderOf(layout, names));
    const script = ({ name }: ClusterNode) => living.apply((each) => scripts.snapshotStoreStep(name, each));
    const after = where.apply((node) => this.#readyOf(node));
    return [this.#run("snapshot-store", { where, script, after })];
  }

  /** Only the leader has its snapshots stored. */
  #maintain(node: ClusterNode): Resource {
    const { layout, order } = this.#args;
    const script = order.apply((names) =>
      scripts.maintenanceStep(node, leaderOf(layout, names) === node ? storeOf(layout, names) : undefined),
    );
    return this.#run("maintenance", { about: node, script: () => script, after: this.#madeOf(node.name) });
  }

  #inTurns(nodes: readonly ClusterNode[]): ClusterNode[] {
    const { turns = [] } = this.#args;
    const turnOf = ({ name }: ClusterNode) => (turns.includes(name) ? turns.indexOf(name) : turns.length);
    return nodes.toSorted((a, b) => turnOf(a) - turnOf(b));
  }

  /** One board after the other: drained, brought to the version, rebooted, put back. Nothing to do for one that needs neither. */
  #keepInService(node: ClusterNode, after: Resource[]): Resource {
    const { layout, rebooted = [] } = this.#args;
    const where = this.#leaderFor(node);
    const mayReboot = rebooted.includes(node.name);
    const drain = this.#run("drain", {
      about: node,
      where,
      script: (leader) => scripts.drainStep(layout, leader, node, mayReboot),
      after: where.apply((leader) => [...after, ...this.#madeOf(leader.name)]),
    });
    const upgrade = this.#run("upgrade", {
      about: node,
      script: () => this.#leaderFor().apply((leader) => scripts.upgradeStep(layout, node, leader === node)),
      after: [drain],
    });
    const restart = this.#run("restart", {
      about: node,
      script: () => scripts.restartStep(layout, node, mayReboot),
      after: [upgrade],
    });
    return this.#run("in-service", {
      about: node,
      where,
      // Where it runs on the board that it is about, that may be starting.
      attempts: where.apply((leader) =>
        leader === node && mayReboot ? dialAttemptsWhileStarting : dialAttempts,
      ),
      script: (leader) => scripts.inServiceStep(layout, leader, node, mayReboot),
      after: [restart],
    });
  }

  /** The control plane that does what concerns the cluster, or a board and is not done on it. */
  #leaderFor(node?: ClusterNode): Output<ClusterNode> {
    return this.#args.order.apply((names) => leaderOf(this.#args.layout, names, node?.name));
  }

  #madeOf(name = ""): Resource[] {
    return [this.#made.get(name) ?? []].flat();
  }

  #readyOf({ name }: ClusterNode): Resource[] {
    return [this.#args.ready[name] ?? []].flat();
  }

  #isDead({ name }: ClusterNode): boolean {
    return this.#args.access[name]?.dead === true;
  }

  #run(step: scripts.StepName, { about, where, script, after, attempts }: Step): remote.Command {
    const name = `${about?.name ?? this.#name}-${step}`;
    const board = output(where ?? about ?? this.#leaderFor());
    const isDead = about !== undefined && this.#isDead(about);
    const isControlPlane = step === "control-plane";
    const { timeLimit } = scripts.clusterSteps[step];
    const identity = { step, about: about?.name ?? "cluster", asRoot: true, timeLimit };
    this.#steps[name] = identity;
    return boardStep(
      name,
      identity,
      {
        user: board.apply((each) => this.#connectionOf(each).user),
        connection: all([board, attempts ?? dialAttempts]).apply(([each, count]) =>
          commandConnection(this.#connectionOf(each), count),
        ),
        script: board.apply((at) => output(script(at))),
        drift: this.#args.drift,
        // Where a cluster was made before, an empty board is a new machine in its place.
        tellsAgain: isControlPlane,
        isSecret: step === "credentials",
      },
      {
        parent: this,
        dependsOn: after,
        ...(isControlPlane && { hooks: { beforeUpdate: [this.#refuseChange] } }),
        // The snapshots' store moves on as soon as its board is marked as dead, so it is never undone from here.
        retainOnDelete: (isDead && where === undefined) || step === "snapshot-store",
        // A dead board is forgotten at once, so that etcd does not count on it.
        ignoreChanges: isDead && step !== "membership" ? ["*"] : [],
      },
    );
  }

  #connectionOf({ name }: ClusterNode): BoardConnection {
    const access = this.#args.access[name];
    if (!access) throw new Error(`it is not known how ${name} is reached`);
    return access.connection;
  }
}
