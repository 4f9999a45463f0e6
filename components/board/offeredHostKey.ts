import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type SshAddress, sshPort, withoutComment } from "./connection.ts";

/** Seconds that a machine has to answer. */
const timeout = 5;

/**
 * The ed25519 host key that a machine offers. Nobody vouches for it: whatever is at that address answers.
 *
 * @returns `ssh-ed25519 AAAA…`, or undefined if there is no answer or no such key
 * @throws Error if there is no ssh-keyscan, which comes with OpenSSH
 */
export async function offeredHostKey({
  host,
  port = sshPort,
}: Pick<SshAddress, "host" | "port">): Promise<string | undefined> {
  const args = ["-T", String(timeout), "-t", "ed25519", "-p", String(port), host];
  try {
    const { stdout } = await promisify(execFile)("ssh-keyscan", args, { timeout: 2 * timeout * 1000 });
    // Behind the host's name and port, which may be in brackets.
    const [line] = stdout.split("\n").filter((each) => each !== "" && !each.startsWith("#"));
    return line === undefined ? undefined : withoutComment(line.slice(line.indexOf(" ") + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return undefined;
    throw new Error("ssh-keyscan is not on PATH\n  fix: install OpenSSH's client (openssh-client)", {
      cause: error,
    });
  }
}
