// Brings what virtual boards start from: `node lab/prepare.ts`. Minutes the first time, nothing after that.
import { untilInterrupted } from "../tools/interruption.ts";
import { reasonOf } from "../tools/lines.ts";
import { labFolder, obtainBuilt } from "./built.ts";
import { clusterImage } from "./kernel.ts";
import { labFault } from "./machine.ts";
import { mirrorRecipes } from "./packageMirror.ts";

const say = (line: string) => process.stderr.write(`lab: ${line}\n`);

process.exitCode = await untilInterrupted(
  async (signal) => {
    const fault = await labFault();
    if (fault !== undefined) throw new Error(fault);
    const surroundings = { say, signal };
    const image = await clusterImage(surroundings);
    for (const recipe of mirrorRecipes(image)) await obtainBuilt(recipe, surroundings);
    say(`ready in ${labFolder()}`);
    return 0;
  },
  (error) => say(reasonOf(error)),
);
