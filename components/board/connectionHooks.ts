import { ErrorHook, ResourceHook, type ResourceHookBinding } from "@pulumi/pulumi";
import type { BoardConnection } from "./connection.ts";
import { dialFault } from "./dialFault.ts";

/** The board that is dialled. */
export interface DialledBoard {
  readonly board: string;
  readonly connection: BoardConnection;
  readonly dead?: boolean | undefined;
}

/**
 * What the commands of a board's phases do when the board can't be reached, or must not be. A board that is
 * removed has none: its errors are the provider's own.
 *
 * @param name the board's component's, with which its commands' names begin
 */
export function connectionHooks(
  name: string,
  { board, connection, dead }: DialledBoard,
): ResourceHookBinding {
  const unreachable = new ErrorHook(`${name}-unreachable`, ({ name: command, errors }) => {
    const phase = command.slice(name.length + 1);
    const fault = dialFault(board, phase, connection, errors[0] ?? "");
    // The engine shows it instead of the provider's words, which it ends with.
    if (fault !== undefined) throw new Error(fault);
    // No other try: it has been dialled for minutes.
    return false;
  });
  // A board that was set up is not created again. Another would be dialled, which a dead one must not be.
  const refused = new ResourceHook(`${name}-dead`, () => {
    if (dead === true)
      throw new Error(
        `board ${board} is marked dead, but was never set up\n  fix: remove it from the settings`,
      );
  });
  return { onError: [unreachable], beforeCreate: [refused] };
}
