import type { BoardBootstrapArgs } from "../../components/board/bootstrap.ts";
import { BootstrapStack, noEngine } from "../components/board/bootstrapStack.ts";
import { plan } from "../components/board/plan.ts";
import { ScratchBoard } from "../components/board/scratchBoard.ts";
import { noSshServer, SshServer } from "../components/board/sshServer.ts";

const counts = [1, 4, 16];

/**
 * `npm run bench -- boards`: seconds of an `up` that finds every board ready, for 1, 4 and 16 boards, with the
 * real engine, command provider and an SSH server; the phases themselves do nothing.
 *
 * @returns the exit code: 1 if such an `up` changed something or dialled a board
 */
async function main(): Promise<number> {
  const missing = noEngine || noSshServer;
  if (missing) throw new Error(missing);
  const board = new ScratchBoard({}, { timeout: "cat >/dev/null" });
  const server = await SshServer.start(board.environment);
  const stack = new BootstrapStack();
  let isIdle = true;
  try {
    for (const count of counts) {
      const boards = boardsOf(count, server);
      await stack.up(boards);
      server.takeCommands();
      const since = performance.now();
      const { done, errors } = await stack.up(boards);
      const seconds = (performance.now() - since) / 1000;
      const dialled = server.takeCommands().length;
      console.log(
        `${count} boards: ${seconds.toFixed(1)} s, ${done.length} changed, ${dialled} dialled${errors}`,
      );
      isIdle &&= done.length === 0 && dialled === 0 && errors === "";
    }
  } finally {
    await server.stop();
    stack.remove();
    board.remove();
  }
  return isIdle ? 0 : 1;
}

function boardsOf(count: number, { address }: SshServer): Record<string, BoardBootstrapArgs> {
  const names = Array.from({ length: count }, (_, i) => `board-${i + 1}`);
  return Object.fromEntries(
    names.map((name) => [name, { plan: { ...plan, board: name }, connection: address }]),
  );
}

process.exitCode = await main();
