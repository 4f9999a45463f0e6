import type { SshAddress } from "../../components/board/connection.ts";

/** A phase of a board's bootstrap, or a step of its life in the cluster, that `pulumi up` ran. */
export interface PromisedPhase {
  readonly urn: string;
  /** The phase's name, or the step's. */
  readonly phase: string;
  /** The board whose life it is part of. A step may run on another one: a control plane. */
  readonly about: string;
  /** How the board is reached that it runs on. */
  readonly connection: PromisedConnection;
  /** The command line that checks it. */
  readonly command: string;
  /** What goes to its standard input. */
  readonly script: string;
}

/** As in a connection, but with the key's text. */
export type PromisedAddress = Omit<SshAddress, "privateKey"> & { readonly privateKey?: string };

/** How a board is reached. */
export type PromisedConnection = PromisedAddress & { readonly proxy?: PromisedAddress };

/** A board and what was promised of it. */
export interface PromisedBoard {
  readonly name: string;
  readonly dead: boolean;
  /** Everything that ran on it, in the order in which it did. */
  readonly phases: readonly PromisedPhase[];
}

/** What `pulumi stack export` prints. */
export interface ExportedStack {
  readonly version: number;
  readonly deployment: { readonly resources?: readonly StateResource[] };
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** It waits to be deleted: another one has taken its place. */
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Marks a secret in an exported state. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/**
 * The boards of a stack, with all that ran on them. What ran for a dead board is left out: the next `up` does not
 * run it again.
 *
 * @param stack exported with its secrets, for how boards are reached is one
 */
export function promisedBoards({ deployment }: ExportedStack): PromisedBoard[] {
  const resources = (deployment.resources ?? []).filter((resource) => resource.delete !== true);
  const dead = resources
    .filter(({ type, inputs }) => type === "bramble:board:BoardBootstrap" && inputs?.dead === true)
    .map(({ inputs }) => String(inputs?.board));
  const boards = new Map<string, PromisedPhase[]>(dead.map((name) => [name, []]));
  for (const { urn, type, inputs = {} } of resources) {
    const script = type === "command:remote:Command" ? String(plain(inputs.stdin)) : "";
    const [board, phase] = [valueIn(script, "BOARD"), valueIn(script, "PHASE")];
    if (board === undefined || phase === undefined) continue;
    const about = valueIn(script, "NODE") ?? board;
    if (dead.includes(board) || dead.includes(about)) continue;
    const command = String(plain(inputs.create)).replace(/ apply\b.*$/, " check");
    const connection = plain(inputs.connection) as PromisedConnection;
    boards.set(board, [...(boards.get(board) ?? []), { urn, phase, about, connection, command, script }]);
  }
  return [...boards].map(([name, phases]) => ({ name, dead: dead.includes(name), phases }));
}

/** The value of a parameter in front of a script. */
function valueIn(script: string, parameter: "BOARD" | "NODE" | "PHASE"): string | undefined {
  return new RegExp(`^${parameter}='([a-z0-9.-]+)'$`, "m").exec(script)?.[1];
}

/** A value of the state without the marks of its secrets, which may lie inside one another. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value)
    return plain(JSON.parse((value as unknown as { plaintext: string }).plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/**
 * A stack's state that admits that these phases do not hold, as `pulumi refresh` would write it: the next `up`
 * finds a difference and applies them.
 *
 * @param stack as exported; its secrets may be encrypted
 * @param urns the phases' resources
 */
export function withDrift(stack: ExportedStack, urns: readonly string[]): ExportedStack {
  // The command line, not the script: that may be a secret, of which only the ciphertext is here, and a removal
  // runs it.
  const drifted = (values: StateResource["inputs"]) =>
    values && { ...values, create: `${String(values.create).replace(/ # drifted$/, "")} # drifted` };
  const resources = (stack.deployment.resources ?? []).map((resource) =>
    urns.includes(resource.urn)
      ? { ...resource, inputs: drifted(resource.inputs), outputs: drifted(resource.outputs) }
      : resource,
  );
  return { ...stack, deployment: { ...stack.deployment, resources } };
}

// A worker's join, or a control plane's.
const letIn = ["membership", "admission", "join", "control-plane"];

/** What is applied together, wherever one of these does not hold. */
const together: Readonly<Record<string, readonly string[]>> = {
  // What a boot shows is mended by what comes before a boot.
  restarted: ["kernel", "swap", "reboot", "restarted"],
  // A board can join only while it is let in, and is let in only while it joins.
  membership: letIn,
  admission: letIn,
  join: letIn,
  "control-plane": letIn,
  // Its kubelet changes its version only when it is empty, and then waits to take pods again.
  upgrade: ["drain", "upgrade", "in-service"],
};

/**
 * The phases to apply again where some do not hold.
 *
 * @param phases of all boards
 * @param drifted those that do not hold
 */
export function phasesToMend(
  phases: readonly PromisedPhase[],
  drifted: readonly PromisedPhase[],
): PromisedPhase[] {
  const wanted = drifted.flatMap(({ phase, about }) =>
    (together[phase] ?? [phase]).map((name) => `${about} ${name}`),
  );
  return phases.filter(({ phase, about }) => wanted.includes(`${about} ${phase}`));
}
