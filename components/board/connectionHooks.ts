import { ErrorHook, ResourceHook, type ResourceHookBinding } from "@pulumi/pulumi";
import { type BoardConnection, printHostKey, sshPort } from "./connection.ts";

/**
 * What the commands of a board's phases do when the board can't be reached, or must not be. A board that is
 * removed has none: its errors are the provider's own.
 *
 * @param name the board's component's, with which its commands' names begin
 */
export function connectionHooks(
  name: string,
  { board, connection, dead }: { board: string; connection: BoardConnection; dead: boolean },
): ResourceHookBinding {
  const unreachable = new ErrorHook(`${name}-unreachable`, ({ name: command, errors: [error = ""] }) => {
    const found = meaningsFor(connection).find(([words]) => words.test(error));
    // Else it is no fault of the connection.
    if (found !== undefined && !error.includes("exited with status")) {
      const { host, port = sshPort, user, jump } = connection;
      const through = jump ? ` through ${jump.user}@${jump.host}:${jump.port ?? sshPort}` : "";
      const [, meaning, fix] = found;
      // The engine shows it instead of the provider's words, which it ends with.
      throw new Error(
        `board ${board}, phase ${command.slice(name.length + 1)}: SSH to ${user}@${host}:${port}${through} failed: ${meaning}: ${error.trim()}\n  fix: ${fix}`,
      );
    }
    // No other try: it has been dialled for minutes.
    return false;
  });
  // A board that was set up is not created again. Another would be dialled, which a dead one must not be.
  const refused = new ResourceHook(`${name}-dead`, () => {
    if (dead)
      throw new Error(
        `board ${board} is marked dead, but was never set up\n  fix: remove it from the settings`,
      );
  });
  return { onError: [unreachable], beforeCreate: [refused] };
}

/** What ssh's own words mean, and what to do. The first that fits. */
function meaningsFor({ host, port = sshPort, user }: BoardConnection): [RegExp, string, string][] {
  return [
    [
      /host key mismatch|no common algorithm for host key|knownhosts/,
      "its host key differs from hostKey in the settings",
      `if the card was flashed again, set hostKey to the output of ${printHostKey({ host, port })}; if not, find out which machine answers there`,
    ],
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
