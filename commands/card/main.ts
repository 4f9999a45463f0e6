import { createInterface } from "node:readline/promises";
import fs from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hostKeyFingerprint } from "../../components/board/connection.ts";
import { allowedWords, didYouMean } from "../../settings/errors.ts";
import type { BoardSettings } from "../../settings/schema.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import {
  hasStackFile,
  isObject,
  readStackFile,
  type StackConfig,
  stackFile,
} from "../../settings/stackFile.ts";
import { replaceFile } from "../../tools/replaceFile.ts";
import { runCommand } from "../run.ts";
import { withHostKeys } from "./hostKeys.ts";
import { resultText, scan, type ScanResult } from "./scan.ts";
import { writeCards } from "./write.ts";

const usage = `npm run card -- STACK BOARD --to DIR    writes a board's card: npm run card -- home pi3-1 --to /media/me/bootfs
npm run card -- STACK --all --to DIR    writes a folder for each board below DIR
npm run card -- STACK --scan            shows the host keys of running boards, and stores those that you confirm`;

class UsageError extends Error {}

/**
 * The command line for cards.
 *
 * @param args what stands behind `npm run card --`
 * @returns the exit code: 0, 1 if a key was not confirmed or a board did not answer, 2 on wrong arguments
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { stack, board, options } = parsed(args);
    if (options.scan) return await scanBoards(stack);
    await cards(stack, board, options.to ?? "", options.all ?? false);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

function parsed(args: readonly string[]) {
  const { values: options, positionals } = read(args);
  const [stack, board, ...others] = positionals;
  const { all = false, scan: scans = false, to } = options;
  if (stack === undefined) throw new UsageError("which stack?");
  if (!/^[\w.-]+$/.test(stack) || !hasStackFile(stack)) {
    throw new UsageError(`there is no stacks/Pulumi.${stack}.yaml`);
  }
  if (others.length > 0) throw new UsageError(`unknown argument "${others[0] ?? ""}"`);
  if ([board !== undefined, all, scans].filter(Boolean).length !== 1) {
    throw new UsageError("name one board, or --all, or --scan");
  }
  if (scans ? to !== undefined : !to)
    throw new UsageError(scans ? "--scan writes to no folder" : "--to DIR is missing");
  return { stack, board, options };
}

function read(args: readonly string[]) {
  const options = { to: { type: "string" }, all: { type: "boolean" }, scan: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The settings of a stack whose boards bramble sets up, and what its file says. */
function boardsOf(stack: string) {
  const written = readStackFile(stack);
  const base = written["bramble:extends"];
  if (typeof base === "string" && written["bramble:boards"] === undefined) {
    throw new Error(
      `the boards of ${stack} are those of ${base}, which it extends.\n  fix: use ${base} instead`,
    );
  }
  const { settings } = settingsOfFile(stack);
  if (settings.cluster.kubeconfig !== undefined) {
    throw new Error(
      `${stack} deploys to an existing cluster (bramble:cluster.kubeconfig), so bramble connects to no board.\n  fix: to have bramble set up the boards, remove kubeconfig`,
    );
  }
  return { settings, written };
}

async function cards(stack: string, name: string | undefined, to: string, all: boolean): Promise<void> {
  const { settings, written } = boardsOf(stack);
  const living = settings.boards.filter(({ dead }) => !dead);
  const chosen = all ? living : living.filter((board) => board.name === name);
  if (chosen.length === 0) {
    const names = living.map((board) => board.name);
    throw new UsageError(
      `there is no board "${name ?? ""}" that lives. ${allowedWords(names)}${didYouMean(name ?? "", names)}`,
    );
  }
  const wanted = { settings, written, boards: chosen, to, all };
  const store = (keys: Readonly<Record<string, string>>) => storeHostKeys(stack, keys);
  await writeCards(stack, wanted, { say: (line) => console.log(line), store });
  console.log(`\nOnce the boards are on: npx pulumi up -s ${stack} --policy-pack policy`);
}

async function scanBoards(stack: string): Promise<number> {
  const { settings, written } = boardsOf(stack);
  if (settings.ssh?.jump) {
    throw new Error(
      "boards behind a jump host can't be reached from here.\n  fix: copy the key from /etc/ssh/ssh_host_ed25519_key.pub on each board into its hostKey",
    );
  }
  const living = settings.boards.filter(({ dead }) => !dead);
  const known = writtenKeys(written);
  const results = await scan(
    living.map(({ name, host, port }) => ({ name, host, port, hostKey: known[name] })),
  );
  for (const result of results) console.log(resultText(result));
  const open = results.filter(({ found }) => found === "new" || found === "changed");
  const failed = results.some(({ found }) => found === "silent" || found === "other");
  if (open.length === 0) return failed ? 1 : 0;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    console.error(
      "\nTo store keys, run this in a terminal: each is stored only after you have confirmed it.",
    );
    return 1;
  }
  const confirmed = await confirm(open);
  await storeConfirmed(stack, confirmed);
  return failed || Object.keys(confirmed).length < open.length ? 1 : 0;
}

async function confirm(results: readonly ScanResult[]): Promise<Record<string, string>> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const confirmed: Record<string, string> = {};
  try {
    console.log("\nCompare each with the board's own: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
    for (const { board, offered = "" } of results) {
      const answer = await lines.question(`Store ${hostKeyFingerprint(offered)} for ${board.name}? [y/N] `);
      if (/^y(es)?$/i.test(answer.trim())) confirmed[board.name] = offered;
    }
  } finally {
    lines.close();
  }
  return confirmed;
}

/** The host keys that stand in a stack's file, by board. */
function writtenKeys(written: StackConfig): Record<string, string | undefined> {
  const boards = (written["bramble:boards"] ?? []) as Partial<BoardSettings>[];
  const entries = boards.filter(isObject).map(({ name = "", hostKey }) => [name, hostKey] as const);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}

async function storeHostKeys(stack: string, keys: Readonly<Record<string, string>>): Promise<void> {
  const file = fileURLToPath(stackFile(stack));
  await replaceFile(file, withHostKeys(await fs.readFile(file, "utf8"), keys));
}

async function storeConfirmed(stack: string, keys: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(keys).length === 0) return;
  await storeHostKeys(stack, keys);
  console.log(`stored the hostKey of ${Object.keys(keys).join(", ")} in stacks/Pulumi.${stack}.yaml`);
}

if (import.meta.main) await runCommand((args) => main(args));
