import type { Deployment } from "@pulumi/pulumi/automation/index.js";
import { type BoardStep, stepCommand } from "../../components/board/boardStep.ts";
import type { SshAddress } from "../../components/board/connection.ts";
import { driftRecordName, type DriftRecord } from "../../components/board/drift.ts";

/** A phase of a board's bootstrap, or a step of its life in the cluster, that `pulumi up` ran. */
export interface DeployedStep extends Pick<BoardStep, "step" | "about"> {
  /** Name of its resource. */
  readonly name: string;
  /** How the board is reached that it runs on. */
  readonly connection: DeployedConnection;
  /** The command line that checks it. */
  readonly command: string;
  /** What goes to its standard input. */
  readonly script: string;
}

/** As in a connection, but with the key's text. */
export type DeployedAddress = Omit<SshAddress, "privateKey"> & { readonly privateKey?: string };

/** How a board is reached. */
export type DeployedConnection = DeployedAddress & { readonly proxy?: DeployedAddress };

/** A board with all that ran on it: its desired state. */
export interface DeployedBoard {
  readonly name: string;
  readonly dead: boolean;
  /** In the order in which they ran. */
  readonly steps: readonly DeployedStep[];
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  /** It waits to be deleted: another one has taken its place. */
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/**
 * The boards of a stack, with all that ran on them. What ran for a dead board is omitted: the next `up` does not
 * run it again.
 *
 * @param exported with its secrets, for how boards are reached is one
 */
export function deployedBoards(exported: Deployment): DeployedBoard[] {
  const resources = resourcesOf(exported);
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const dead = resources.flatMap((each) => (each.inputs?.dead === true ? (bootstrapped(each) ?? []) : []));
  const names = new Map<string, string>();
  const boards = new Map<string, DeployedStep[]>(dead.map((name) => [name, []]));
  for (const { urn, type, parent = "", inputs = {} } of resources) {
    const name = urn.split("::").at(-1) ?? "";
    const above = byUrn.get(parent);
    const steps = (above?.inputs?.steps ?? {}) as Record<string, BoardStep>;
    const step = type === "command:remote:Command" ? steps[name] : undefined;
    if (!step) continue;
    const connection = plain(inputs.connection) as DeployedConnection;
    const address = addressOf(connection);
    // A board's phases come before all else that runs on it.
    const ownName = above && bootstrapped(above);
    if (ownName !== undefined) names.set(address, ownName);
    const board = names.get(address) ?? connection.host;
    if (dead.includes(board) || dead.includes(step.about)) continue;
    const command = stepCommand(step, connection.user, "check");
    const script = String(plain(inputs.stdin));
    const deployed = { name, step: step.step, about: step.about, connection, command, script };
    boards.set(board, [...(boards.get(board) ?? []), deployed]);
  }
  return [...boards].map(([name, steps]) => ({ name, dead: dead.includes(name), steps }));
}

/** The board whose phases this resource has, by name. */
function bootstrapped({ type, inputs }: StateResource): string | undefined {
  return type === "bramble:board:BoardBootstrap" ? String(inputs?.board) : undefined;
}

/** The drift that is recorded. */
export function recordIn(exported: Deployment): DriftRecord {
  const record = resourcesOf(exported).find(
    ({ type, urn }) => type === "pulumi:index:Stash" && urn.endsWith(`::${driftRecordName}`),
  );
  return (record?.inputs?.input ?? {}) as DriftRecord;
}

function resourcesOf({ deployment }: Deployment): StateResource[] {
  const { resources = [] } = deployment as { resources?: StateResource[] };
  return resources.filter((resource) => resource.delete !== true);
}

function addressOf({ host, port = 22, hostKey, proxy }: DeployedConnection): string {
  return `${host}:${port} ${hostKey}${proxy ? ` ${addressOf(proxy)}` : ""}`;
}

/** Marks a secret in an exported state. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/** A value of the state without the marks of its secrets, which may lie inside one another. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value)
    return plain(JSON.parse((value as unknown as { plaintext: string }).plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

// A worker's join, or a control plane's.
const letIn = ["membership", "admission", "join", "control-plane"];

/** What runs again together, wherever one of these has drifted. */
const together: Readonly<Record<string, readonly string[]>> = {
  // What a boot shows is fixed by what comes before a boot.
  restarted: ["kernel", "swap", "reboot", "restarted"],
  // A board can join only while it is let in, and is let in only while it joins.
  ...Object.fromEntries(letIn.map((step) => [step, letIn])),
  // Its kubelet changes its version only when it is empty, and then waits to take pods again.
  upgrade: ["drain", "upgrade", "in-service"],
  // It reboots only when it is empty, too.
  restart: ["drain", "restart", "in-service"],
};

/**
 * The steps to run again where some have drifted.
 *
 * @param steps of all boards
 */
export function stepsToRepeat(
  steps: readonly DeployedStep[],
  drifted: readonly DeployedStep[],
): DeployedStep[] {
  const wanted = drifted.flatMap(({ step, about }) =>
    (together[step] ?? [step]).map((name) => `${about} ${name}`),
  );
  return steps.filter(({ step, about }) => wanted.includes(`${about} ${step}`));
}
