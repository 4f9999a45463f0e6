import type { SshAddress } from "../components/board/connection.ts";

/** A phase that `pulumi up` applied to a board, as the stack's state has it. */
export interface PromisedPhase {
  readonly urn: string;
  /** The phase's name. */
  readonly phase: string;
  /** The command line that checks the phase. */
  readonly command: string;
  /** What goes to its standard input. */
  readonly script: string;
}

/** As in a connection, but with the key's text. */
export type PromisedAddress = Omit<SshAddress, "privateKey"> & { readonly privateKey?: string };

/** A board and what was promised of it. */
export interface PromisedBoard {
  readonly name: string;
  readonly dead: boolean;
  /** How it is reached. */
  readonly connection: PromisedAddress & { readonly proxy?: PromisedAddress };
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
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Marks a secret in an exported state. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/**
 * The boards of a stack and their phases in the order in which they were applied.
 *
 * @param stack exported with its secrets, for how boards are reached is one
 */
export function promisedBoards({ deployment }: ExportedStack): PromisedBoard[] {
  const resources = deployment.resources ?? [];
  const bootstraps = resources.filter(({ type }) => type === "bramble:board:BoardBootstrap");
  return bootstraps.flatMap(({ urn, inputs }) => {
    const commands = resources.filter((one) => one.parent === urn && one.type === "command:remote:Command");
    const connection = commands[0]?.inputs?.connection;
    if (connection === undefined) return [];
    const phases = commands.map((command) => promisedPhase(command));
    const name = String(inputs?.board);
    const dead = inputs?.dead === true;
    return [{ name, dead, connection: plain(connection) as PromisedBoard["connection"], phases }];
  });
}

function promisedPhase({ urn, inputs = {} }: StateResource): PromisedPhase {
  const script = String(plain(inputs.stdin));
  const phase = /^PHASE='([a-z]+)'$/m.exec(script)?.[1] ?? "unknown";
  const command = String(plain(inputs.create)).replace(/apply$/, "check");
  return { urn, phase, command, script };
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
  const drifted = (values: StateResource["inputs"]) =>
    // A comment: the script is what a removal would run.
    values && { ...values, stdin: `# drifted\n${String(values.stdin).replace(/^# drifted\n/, "")}` };
  const resources = (stack.deployment.resources ?? []).map((resource) =>
    urns.includes(resource.urn)
      ? { ...resource, inputs: drifted(resource.inputs), outputs: drifted(resource.outputs) }
      : resource,
  );
  return { ...stack, deployment: { ...stack.deployment, resources } };
}

/**
 * The phases to apply again where some do not hold. What a boot shows is mended by what comes before a boot.
 */
export function phasesToMend(phases: readonly PromisedPhase[], drifted: readonly string[]): PromisedPhase[] {
  const beforeBoot = ["kernel", "swap", "reboot", "restarted"];
  const names = drifted.includes("restarted") ? [...drifted, ...beforeBoot] : drifted;
  return phases.filter(({ phase }) => names.includes(phase));
}
