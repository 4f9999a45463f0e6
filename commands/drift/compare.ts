import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { DeployedAddress, DeployedBoard, DeployedConnection, DeployedStep } from "./steps.ts";

/** How a board was found. */
export type Finding = Awaited<ReturnType<typeof compareBoard>>;

/** What ssh itself exits with when it fails. */
const sshFailed = 255;

/**
 * Compares a board with its desired state: runs the check of every step that `pulumi up` has deployed on it, each of
 * which looks at its own packages, files, services and kernel settings. Reads only; a dead board is not dialled.
 */
export async function compareBoard(board: DeployedBoard, signal: AbortSignal) {
  const folder = await mkdtemp(path.join(tmpdir(), "bramble-drift-"));
  try {
    return await compareSteps(board, folder, signal);
  } finally {
    await rm(folder, { recursive: true });
    signal.throwIfAborted();
  }
}

async function compareSteps(board: DeployedBoard, folder: string, signal: AbortSignal) {
  /** Each difference from the desired state, in a line of its own; none if all is well. */
  const differences: string[] = [];
  /** The steps that differ. */
  const drifted: DeployedStep[] = [];
  /** Why the board, or some of it, could not be looked at. */
  const troubles: string[] = [];
  for (const each of board.dead ? [] : board.steps) {
    await writeConfig(folder, each.connection);
    const { status, stdout, stderr } = await ssh(path.join(folder, "config"), each, signal);
    if (status === 0) continue;
    // A login shell may print lines of its own.
    const lines = stdout.split("\n").filter((line) => line.startsWith(`${each.step}: `));
    if (status === 1 && lines.length > 0) {
      differences.push(...lines.map((line) => withoutSecrets(line, each.script)));
      drifted.push(each);
      continue;
    }
    const name = each.about === board.name ? each.step : `${each.step} of ${each.about}`;
    const what = status === sshFailed ? "can't be reached" : `${name} can't be checked`;
    const why = status === sshFailed || status === 1 ? "" : ` (status ${status})`;
    troubles.push(`${what}${why}: ${withoutSecrets(stderr.trim(), each.script)}`);
    if (status === sshFailed) break;
  }
  return { board, differences, drifted, troubles };
}

/** Bootstrap tokens and the keys of certificates, of which a step's script may hold some. */
const secret = /\b(?:[a-z0-9]{6}\.[a-z0-9]{16}|[0-9a-f]{64})\b/g;

/** What a board said, without the secrets that its script brought. */
export function withoutSecrets(said: string, script: string): string {
  const secrets = new Set(script.match(secret));
  return said.replaceAll(secret, (each) => (secrets.has(each) ? "…" : each));
}

async function ssh(config: string, { command, script }: DeployedStep, signal: AbortSignal) {
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
