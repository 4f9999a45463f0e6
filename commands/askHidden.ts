import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Thrown if the user ends a question with Ctrl-C or Ctrl-D. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/**
 * Asks on the terminal, without showing what is typed.
 *
 * @returns the line that was typed, which may be empty
 * @throws InterruptedError
 */
export async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_, __, done) => done() });
  // As a terminal it reads key by key, and the terminal itself shows none.
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  process.stdout.write(question);
  try {
    return await new Promise((resolve, reject) => {
      for (const event of ["SIGINT", "close"])
        line.once(event, () => reject(new InterruptedError("interrupted")));
      line.question("", resolve);
    });
  } finally {
    line.close();
    process.stdout.write("\n");
  }
}
