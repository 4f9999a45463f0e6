import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { PromisedAddress, PromisedBoard } from "./promises.ts";

/** How a board was found. */
export interface Finding {
  readonly board: PromisedBoard;
  /** Each difference from what was promised, in a line of its own; none if all is well. */
  readonly differences: readonly string[];
  /** Names of the phases that do not hold. */
  readonly drifted: readonly string[];
  /** Why the board, or the rest of it, could not be looked at. */
  readonly trouble?: string | undefined;
}

/** What ssh itself exits with when it fails. */
const sshFailed = 255;

/** Compares a board with what was promised. Reads only; a dead board is not dialled. */
export async function checkBoard(board: PromisedBoard): Promise<Finding> {
  if (board.dead) return { board, differences: [], drifted: [] };
  const folder = await mkdtemp(path.join(tmpdir(), "bramble-drift-"));
  try {
    await writeConfig(folder, board.connection);
    return await checkPhases(board, path.join(folder, "config"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function checkPhases(board: PromisedBoard, config: string): Promise<Finding> {
  const differences: string[] = [];
  const drifted: string[] = [];
  for (const { phase, command, script } of board.phases) {
    const { status, stdout, stderr } = await ssh(config, command, script);
    const lines = stdout.split("\n").filter((line) => line !== "");
    if (status === 0) continue;
    if (status !== 1 || lines.length === 0) {
      const what = status === sshFailed ? "can't be reached" : `${phase} can't be checked (status ${status})`;
      return { board, differences, drifted, trouble: `${what}: ${stderr.trim()}` };
    }
    differences.push(...lines);
    drifted.push(phase);
  }
  return { board, differences, drifted };
}

async function ssh(config: string, command: string, script: string) {
  const child = spawn("ssh", ["-F", config, "board", command]);
  const ended = once(child, "close") as Promise<[number | null]>;
  child.stdin.on("error", () => undefined).end(script);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
}

/** Keys go to ssh in files of a folder that only this user can read. */
async function writeConfig(folder: string, { proxy, ...board }: PromisedBoard["connection"]): Promise<void> {
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

function hostBlock(folder: string, name: string, address: PromisedAddress, jumps: boolean): string {
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
