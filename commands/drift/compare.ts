import { type BoardShell, sshFailed, withBoardShell } from "./boardShell.ts";
import type { DeployedBoard, DeployedStep } from "./steps.ts";

/** How a board was found. */
export type Finding = Awaited<ReturnType<typeof compareBoard>>;

/**
 * Compares a board with its desired state: runs the check of every step that `pulumi up` has deployed on it, each of
 * which looks at its own packages, files, services and kernel settings. Reads only; a dead board is not dialled.
 */
export async function compareBoard(board: DeployedBoard, signal: AbortSignal) {
  return withBoardShell((run) => compareSteps(board, run), signal);
}

async function compareSteps(board: DeployedBoard, run: BoardShell) {
  /** Each difference from the desired state, in a line of its own; none if all is well. */
  const differences: string[] = [];
  /** The steps that differ. */
  const drifted: DeployedStep[] = [];
  /** What is to be known although nothing differs from the desired state, in lines. */
  const notes: string[] = [];
  /** Why the board, or some of it, could not be looked at. */
  const troubles: string[] = [];
  for (const each of board.dead ? [] : board.steps) {
    const { status, stdout, stderr } = await run(each);
    // A login shell may print lines of its own.
    const lines = stdout.split("\n").filter((line) => line.startsWith(`${each.step}: `));
    if (status === 0) {
      notes.push(...lines.map((line) => withoutSecrets(line, each.script)));
      continue;
    }
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
  return { board, differences, drifted, notes, troubles };
}

/** Bootstrap tokens and the keys of certificates, of which a step's script may hold some. */
const secret = /\b(?:[a-z0-9]{6}\.[a-z0-9]{16}|[0-9a-f]{64})\b/g;

/** What a board said, without the secrets that its script brought. */
export function withoutSecrets(said: string, script: string): string {
  const secrets = new Set(script.match(secret));
  return said.replaceAll(secret, (each) => (secrets.has(each) ? "…" : each));
}
