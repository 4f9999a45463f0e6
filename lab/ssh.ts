// Commands on a board, through the OpenSSH client of this machine.
import { execa } from "execa";
import { lastLines } from "../tools/lines.ts";

/** Everything that is needed to reach a board. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The host key that the board must show, as in authorized_keys: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
  readonly privateKeyPath: string;
}

export interface SshOptions {
  /** Standard input of the command; empty by default. */
  input?: string;
  /**
   * Seconds for everything, dialling included. Default: 60, for a board whose processor is emulated. Then ssh
   * is ended here; the command may go on there.
   */
  limit?: number;
}

/** A command that did not end with 0, or ssh that did not get as far: then the code is 255. */
export class SshError extends Error {
  override name = "SshError";
  /** The exit code, or the name of the signal which ended ssh here. */
  readonly ended: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: string, ended: number | NodeJS.Signals, stdout: string, stderr: string) {
    super(`${command}: ended with ${ended}:\n${lastLines(stdout + stderr, 8)}`);
    this.ended = ended;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/**
 * Runs a shell command on a board and returns its standard output. The user's own ssh configuration, agent
 * and known hosts play no part.
 *
 * @throws SshError; an Error if it takes longer than `limit`
 */
export async function ssh(target: SshTarget, command: string, options: SshOptions = {}): Promise<string> {
  const { input = "", limit = 60 } = options;
  const result = await execa("ssh", sshArguments(target, command), {
    input,
    reject: false,
    stripFinalNewline: false,
    timeout: limit * 1000,
    killSignal: "SIGKILL",
  });
  const { stdout, stderr, failed, timedOut, exitCode, signal = "SIGKILL", originalMessage = "" } = result;
  if (timedOut) throw new Error(`${command}: timed out after ${limit} s:\n${lastLines(stdout + stderr, 8)}`);
  if (failed) throw new SshError(command, exitCode ?? signal, stdout, stderr || originalMessage);
  return stdout;
}

/** The OpenSSH client's arguments for a command on a board, where `ssh` is not enough. */
export function sshArguments(
  { host, port, user, hostKey, privateKeyPath }: SshTarget,
  command: string,
): string[] {
  const settings = {
    BatchMode: "yes",
    ConnectTimeout: "20",
    ServerAliveInterval: "10",
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: "none",
    GlobalKnownHostsFile: "none",
    KnownHostsCommand: `/bin/echo %H ${hostKey}`,
    LogLevel: "ERROR",
  };
  return [
    ...["-F", "none", "-T", "-i", privateKeyPath, "-p", String(port), "-l", user],
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...["--", host, command],
  ];
}
