import type { BoardConnection, SshAddress } from "./connection.ts";

/** What ssh's own words mean, and what to do. The first that fits. */
const dialFaults: readonly (readonly [
  words: RegExp,
  meaning: string,
  fix: (address: SshAddress) => string,
])[] = [
  [
    /host key mismatch|no common algorithm for host key|knownhosts/,
    "its host key differs from hostKey in the settings",
    ({ host, port = 22 }) =>
      `if the card was flashed again, set hostKey to the output of ssh-keyscan -t ed25519 -p ${port} ${host} | cut -d' ' -f2-; if not, find out which machine answers there`,
  ],
  [
    /unable to authenticate|no supported methods remain/,
    "none of the SSH keys was accepted for this user",
    ({ user }) =>
      `make sure the board has the user ${user} with your public key in ~${user}/.ssh/authorized_keys, and that the private key is in ssh.privateKey or in the SSH agent (ssh-add -l)`,
  ],
  [
    /connection refused/,
    "it refuses the connection",
    ({ port = 22 }) =>
      `make sure sshd is running on port ${port} (systemctl status ssh), or correct host and port`,
  ],
  [
    /no route to host|i\/o timeout|deadline exceeded|unreachable/,
    "there is no answer",
    ({ host }) =>
      `check its power and network, and that its address is ${host}; if it is gone for good, set dead: true`,
  ],
  [/no such host/, "its host name can't be resolved", ({ host }) => `correct ${host}, or use its IP address`],
  [
    /EOF|connection reset|broken pipe|disconnected|without exit status|ExitMissingError/,
    "the connection broke",
    () => "check its power and network, then run pulumi up again: it resumes here",
  ],
];

/**
 * What it means that a command could not be run over SSH: the board, what was tried, what came back and what to
 * do. Undefined if it is no fault of the connection.
 *
 * @param error what the command provider said
 */
export function dialFault(
  board: string,
  phase: string,
  connection: BoardConnection,
  error: string,
): string | undefined {
  const found = dialFaults.find(([words]) => words.test(error));
  if (found === undefined || error.includes("exited with status")) return undefined;
  const { host, port = 22, user, jump } = connection;
  const through = jump ? ` through ${jump.user}@${jump.host}:${jump.port ?? 22}` : "";
  const [, meaning, fix] = found;
  return `board ${board}, phase ${phase}: SSH to ${user}@${host}:${port}${through} failed: ${meaning}: ${error.trim()}\n  fix: ${fix(connection)}`;
}
