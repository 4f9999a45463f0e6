import { script } from "./script.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";

/**
 * What a board is, in lines that can be compared: files with what they hold, packages, holds, units, kernel
 * settings, swap. Not what differs from run to run: logs, caches, times, the machine's own identity.
 */
export async function boardState(board: VirtualBoard): Promise<string[]> {
  const told = await board.ssh("sudo bash -s", { input: script("boardState"), limit: 120 });
  return told.trimEnd().split("\n");
}
