// Setting up networks with the system's own programs.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Runs a program that sets up a network.
 *
 * @param enter what runs it in there
 * @throws an Error with what it printed, unless it succeeds
 */
export async function setUp(enter: readonly string[], command: readonly string[], input = ""): Promise<void> {
  const [program = "", ...args] = [...enter, ...command];
  const running = promisify(execFile)(program, args);
  running.child.stdin?.end(input);
  await running;
}

/** Runs commands of ip(8) in a network, until one fails. */
export function ip(enter: readonly string[], ...commands: string[]): Promise<void> {
  return setUp(enter, ["ip", "-batch", "-"], commands.join("\n"));
}
