// A lab that is a whole home: who lives there, and who is outside.
import type { Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import type { Neighbourhood } from "./neighbourhood.ts";

/**
 * What is around the boards.
 *
 * @throws an Error of a lab that is no home
 */
export function aroundOf({ around }: Lab): Neighbourhood {
  if (around === undefined) throw new Error("this lab is no home");
  return around;
}

/** The full name of a host of the home. */
export function hostOf(lab: Lab, host: string): string {
  return `${host}.${String(lab.settings.domain)}`;
}

/** The login of pages that have none of their own, as curl takes it. */
export async function ownersLogin(lab: Lab): Promise<string> {
  const { login } = lab.settings.ingress as { login?: { user: string } };
  const { loginPassword } = await lab.stack.outputs();
  return `${login?.user ?? ""}:${String(loginPassword)}`;
}

/** A finding about something that was measured: the figure is told where it holds, too. */
export function measured(what: string, holds: boolean, seen: string): Finding {
  return { what: holds ? `${what}: ${seen}` : what, holds, seen };
}
