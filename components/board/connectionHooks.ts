import { ErrorHook, getStack, ResourceHook, type ResourceHookBinding } from "@pulumi/pulumi";
import { type BoardConnection, hostKeyFingerprint, sshPort, withoutComment } from "./connection.ts";
import { offeredHostKey } from "./offeredHostKey.ts";

/** The board that is reached. */
export interface HookTarget {
  readonly board: string;
  readonly connection: BoardConnection;
  readonly dead: boolean;
  /** Public host keys of all boards by name, which tell whose card is in this one. */
  readonly hostKeys: Readonly<Record<string, string>>;
}

/**
 * What the commands of a board's phases do when the board can't be reached, or must not be. A board that is
 * removed has none: its errors are the provider's own.
 *
 * @param name the board's component's, with which its commands' names begin
 * @param target the board, how it is reached, and the host keys of all boards by name
 */
export function connectionHooks(name: string, target: HookTarget): ResourceHookBinding {
  const { board, connection, dead } = target;
  const unreachable = new ErrorHook(
    `${name}-unreachable`,
    async ({ name: command, errors: [error = ""] }) => {
      const found = error.includes("exited with status") ? undefined : await meaningOf(error, target);
      // Else it is no fault of the connection.
      if (found !== undefined) {
        const { host, port = sshPort, user, jump } = connection;
        const through = jump ? ` through ${jump.user}@${jump.host}:${jump.port ?? sshPort}` : "";
        const [meaning, fix] = found;
        // The engine shows it instead of the provider's words, which it ends with.
        throw new Error(
          `board ${board}, phase ${command.slice(name.length + 1)}: SSH to ${user}@${host}:${port}${through} failed: ${meaning}: ${error.trim()}\n  fix: ${fix}`,
        );
      }
      // No other try: it has been dialled for minutes.
      return false;
    },
  );
  // A board that was set up is not created again. Another would be dialled, which a dead one must not be.
  const refused = new ResourceHook(`${name}-dead`, () => {
    if (dead)
      throw new Error(
        `board ${board} is marked dead, but was never set up\n  fix: remove it from the settings`,
      );
  });
  return { onError: [unreachable], beforeCreate: [refused] };
}

async function meaningOf(error: string, target: HookTarget): Promise<[string, string] | undefined> {
  if (/host key mismatch|no common algorithm for host key|knownhosts/.test(error))
    return otherHostKey(target);
  const found = meaningsFor(target.connection).find(([words]) => words.test(error));
  return found && [found[1], found[2]];
}

/** Who answers instead of the board, as far as its key tells. */
async function otherHostKey({ board, connection, hostKeys }: HookTarget): Promise<[string, string]> {
  const { host, hostKey, jump } = connection;
  const offered = jump ? undefined : await offeredHostKey(connection).catch(() => undefined);
  const owner = Object.keys(hostKeys).find((name) => withoutComment(hostKeys[name] ?? "") === offered);
  if (owner !== undefined && owner !== board) {
    return [
      `the card of ${owner} is in the board at ${host}: its host key ${hostKeyFingerprint(offered ?? "")} is that of ${owner}`,
      `insert the card of ${board} there; or, if the addresses are mixed up, correct host of ${board} and ${owner}`,
    ];
  }
  const which = offered === undefined ? "" : ` is ${hostKeyFingerprint(offered)}, which`;
  const command = `npm run card -- ${getStack()}`;
  return [
    `its host key${which} differs from hostKey in the settings (${hostKeyFingerprint(hostKey)}): its card is older than the settings, or was not written by npm run card`,
    `write its card again: ${command} ${board} --to DIR; or, if you know this board's key, store it: ${command} --scan. If neither, find out which machine answers there`,
  ];
}

/** What ssh's own words mean, and what to do. The first that fits. */
function meaningsFor({ host, port = sshPort, user }: BoardConnection): [RegExp, string, string][] {
  return [
    [
      /unable to authenticate|no supported methods remain/,
      "none of the SSH keys was accepted for this user",
      `make sure the board has the user ${user} with your public key in ~${user}/.ssh/authorized_keys, and that the private key is in ssh.privateKey or in the SSH agent (ssh-add -l)`,
    ],
    [
      /connection refused/,
      "it refuses the connection",
      `make sure sshd is running on port ${port} (systemctl status ssh), or correct host and port`,
    ],
    [
      /no route to host|i\/o timeout|deadline exceeded|unreachable/,
      "there is no answer",
      `check its power and network, and that its address is ${host}; if it is gone for good, set dead: true`,
    ],
    [/no such host/, "its host name can't be resolved", `correct ${host}, or use its IP address`],
    [
      /EOF|connection reset|broken pipe|disconnected|without exit status|ExitMissingError/,
      "the connection broke",
      "check its power and network, then run pulumi up again: it resumes here",
    ],
  ];
}
