import { outsideFault } from "../../../lab/outside/outsideFault.ts";
import { findPrograms } from "../../programs/catalogue.ts";

/** Why no outside can be started, in one line; undefined if one can. Nothing is built in a test. */
export async function noOutside(): Promise<string | undefined> {
  const programs = await findPrograms();
  return (await outsideFault()) ?? ("missing" in programs ? programs.missing : undefined);
}
