// Brings the programs that tests hold bramble's own against. Those that cannot be had are left out, and their
// tests say so.
import { obtainBuilt } from "../../lab/built.ts";
import { flanneld } from "../../lab/images/flanneld.ts";
import { untilInterrupted } from "../../tools/interruption.ts";
import { reasonOf } from "../../tools/lines.ts";
import { esphome, pythonApps } from "./programs.ts";

const say = (line: string) => process.stderr.write(`tests: ${line}\n`);

process.exitCode = await untilInterrupted(
  async (signal) => {
    for (const recipe of [esphome, pythonApps, flanneld]) {
      try {
        await obtainBuilt(recipe, { say, signal });
      } catch (error) {
        signal.throwIfAborted();
        say(`no ${recipe.name}, so its tests are left out: ${reasonOf(error)}`);
      }
    }
    return 0;
  },
  (error) => {
    say(reasonOf(error));
  },
);
