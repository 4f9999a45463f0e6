// How commands reach the boards that `pulumi up` has set up: with ssh, as the stack's state says.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { DeployedAddress, DeployedConnection, DeployedStep } from "./steps.ts";

/** What ssh itself exits with when it fails. */
export const sshFailed = 255;

/** What is run on a board: a command line, and what goes to its standard input. */
export type BoardCommand = Pick<DeployedStep, "connection" | "command" | "script">;

/** Runs something on a board. What comes back: the command's exit status, or {@link sshFailed}, and what it said. */
export type BoardShell = (
  command: BoardCommand,
) => Promise<{ status: number | null; stdout: string; stderr: string }>;

/**
 * Gives a shell for boards to `use`. The keys that it needs are gone afterwards.
 *
 * @throws what `use` throws, and the signal's reason once it is aborted
 */
export async function withBoardShell<T>(
  use: (run: BoardShell) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "bramble-ssh-"));
  try {
    return await use(async (command) => {
      await writeConfig(folder, command.connection);
      return ssh(path.join(folder, "config"), command, signal);
    });
  } finally {
    await rm(folder, { recursive: true });
    signal.throwIfAborted();
  }
}

async function ssh(config: string, { command, script }: BoardCommand, signal: AbortSignal) {
  const child = spawn("ssh", ["-F", config, "board", command], { signal });
  const ended = once(child, "close") as Promise<[number | null]>;
  child.stdin.on("error", () => undefined).end(script);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
}

/** Keys go to ssh in files of a folder that only this user can read. */
async function writeConfig(folder: string, { proxy, ...board }: DeployedConnection): Promise<void> {
  const hosts = { board, ...(proxy && { jump: proxy }) };
  const blocks: string[] = [];
  for (const [name, address] of Object.entries(hosts)) {
    blocks.push(hostBlock(folder, name, address, name === "board" && proxy !== undefined));
    await writeFile(path.join(folder, `${name}.known`), `${name} ${address.hostKey}\n`);
    if (address.privateKey !== undefined) {
      const key = `${address.privateKey.trimEnd()}\n`;
      await writeFile(path.join(folder, `${name}.key`), key, { mode: 0o600 });
    }
  }
  await writeFile(path.join(folder, "config"), blocks.join(""));
}

function hostBlock(folder: string, name: string, address: DeployedAddress, jumps: boolean): string {
  const settings = {
    HostName: address.host,
    Port: address.port ?? 22,
    User: address.user,
    HostKeyAlias: name,
    UserKnownHostsFile: path.join(folder, `${name}.known`),
    StrictHostKeyChecking: "yes",
    BatchMode: "yes",
    ConnectTimeout: 15,
    ServerAliveInterval: 15,
    LogLevel: "ERROR",
    ...(address.privateKey !== undefined && { IdentityFile: path.join(folder, `${name}.key`) }),
    ...(jumps && { ProxyJump: "jump" }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key} ${value}\n`);
  return `Host ${name}\n${lines.join("")}`;
}
