import { spawn } from "node:child_process";
import { once } from "node:events";
import { assignments } from "../../components/board/shell.ts";
import { sshArguments, type SshTarget } from "../../lab/ssh.ts";
import { script } from "./script.ts";

/** The moment of a cut. */
export interface Cut {
  /** Before this many commands of the script's own shell. */
  readonly commands?: number;
  /** Or while this program runs. */
  readonly program?: string;
  /** So long after the program has started. */
  readonly seconds?: number;
}

const mark = "cut here";

/**
 * Runs a bash script on a board and kills the connection at this moment.
 *
 * @returns false if the script came to its end before
 * @throws an Error with what it said, if it failed before
 */
export async function runUntilCut(target: SshTarget, command: string, input: string, cut: Cut) {
  const { commands = 0, program = "", seconds = 0 } = cut;
  const parameters = assignments({ CUT_COMMANDS: commands, CUT_PROGRAM: program, CUT_SECONDS: seconds });
  const child = spawn("ssh", sshArguments(target, command), { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes(mark)) child.kill("SIGKILL");
  });
  child.stdin.on("error", () => undefined).end(parameters + script("cutHere") + input);
  const [code] = (await once(child, "close")) as [number | null];
  // 255: the connection broke, because the board restarts.
  const isCut = said.includes(mark) || code === 255;
  if (!isCut && code !== 0) throw new Error(`ended with ${code}: ${said}`);
  return isCut;
}
