import type { BoardConnection, SshAddress } from "./connection.ts";

/** What ssh's own words mean, and what to do. The first that fits. */
const dialFaults: readonly (readonly [
  words: RegExp,
  meaning: string,
  fix: (address: SshAddress) => string,
])[] = [
  [
    /host key mismatch|no common algorithm for host key|knownhosts/,
    "it shows another host key than the settings' hostKey",
    ({ host, port = 22 }) =>
      `if the card was flashed anew, print its key with ssh-keyscan -t ed25519 -p ${port} ${host} | cut -d' ' -f2- and correct hostKey; if not, find out what answers there`,
  ],
  [
    /unable to authenticate|no supported methods remain/,
    "it lets this user in with none of the keys",
    ({ user }) =>
      `see that the board has the user ${user}, with your public key in ~${user}/.ssh/authorized_keys, and that the key is in ssh.privateKey or in the agent (ssh-add -l)`,
  ],
  [
    /connection refused/,
    "it refuses connections",
    ({ port = 22 }) =>
      `see that sshd runs on it at port ${port} (systemctl status ssh), or correct host and port`,
  ],
  [
    /no route to host|i\/o timeout|deadline exceeded|unreachable/,
    "nothing answers",
    ({ host }) => `see that it has power and network and is ${host}; if it is gone for good, set dead: true`,
  ],
  [/no such host/, "its name is not known", ({ host }) => `correct ${host}, or name its address`],
  [
    /EOF|connection reset|broken pipe|disconnected|without exit status|ExitMissingError/,
    "the connection broke",
    () => "see that it has power and network, then run pulumi up again: it goes on from here",
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
  return `board ${board}, phase ${phase}: dialled ${user}@${host}:${port}${through}, ${meaning}: ${error.trim()}\n  fix: ${fix(connection)}`;
}
