import {
  type ComponentResource,
  ErrorHook,
  log,
  ResourceHook,
  type ResourceHookBinding,
} from "@pulumi/pulumi";
import type { BoardBootstrapArgs } from "./bootstrap.ts";
import { dialFault } from "./dialFault.ts";

/**
 * What the commands of a board's phases do when the board can't be reached, or must not be.
 *
 * @param component the board's, which errors are shown with
 * @param name the component's name, with which its commands' names begin
 */
export function connectionHooks(
  component: ComponentResource,
  name: string,
  { plan, connection, dead }: BoardBootstrapArgs,
): ResourceHookBinding {
  const unreachable = new ErrorHook(`${name}-unreachable`, async ({ name: command, errors }) => {
    const phase = command.slice(name.length + 1);
    const fault = dialFault(plan.board, phase, connection, errors[0] ?? "");
    if (fault !== undefined) await log.error(fault, component);
    // No other try: it has been dialled for minutes.
    return false;
  });
  // A board that was set up is not created again. Another would be dialled, which a dead one must not be.
  const refused = new ResourceHook(`${name}-dead`, () => {
    if (dead === true)
      throw new Error(
        `board ${plan.board} is marked as dead, but was never set up\n  fix: take it out of the settings`,
      );
  });
  return { onError: [unreachable], beforeCreate: [refused] };
}
