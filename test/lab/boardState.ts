import { readFileSync } from "node:fs";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";

const script = readFileSync(new URL("boardState.sh", import.meta.url), "utf8");

/**
 * What a board is, in lines that can be compared: files with what they hold, packages, holds, units, kernel
 * settings, swap. Not what differs from run to run: logs, caches, times, the machine's own identity.
 */
export async function boardState(board: VirtualBoard): Promise<string[]> {
  const told = await board.ssh("sudo bash -s", { input: script, limit: 120 });
  return told.trimEnd().split("\n");
}
