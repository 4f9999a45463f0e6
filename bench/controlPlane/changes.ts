// What a run changes on the machine. It is written down first, so that the next run can put it back if this one is killed.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { SetUpError } from "../../tools/setUp.ts";
import { removeGroup } from "./boardGroup.ts";
import { type Sysctls, writeSysctls } from "./kernelSettings.ts";
import { removeDevice, type ZramDevice } from "./zram.ts";

/** In a folder that a restart of the machine empties, as it puts everything back that is recorded there. */
const record = "/run/bramble-bench.json";

/** What was changed. */
interface Changed {
  /** Swap of the bench's own. */
  zram?: ZramDevice;
  /** The kernel's settings before. */
  sysctls?: Sysctls;
  /** Name of a control group. */
  group?: string;
}

interface Recorded extends Changed {
  /** Who changed it, and when that process was started: numbers are used again. */
  process: { id: number; started: string | undefined };
}

export interface Changes {
  /** Call it before each change; for a device, in the same breath. */
  note: (changed: Changed) => void;
  /** Puts back what was noted. */
  putBack: () => Promise<void>;
  /** Puts back what was noted, and lets others measure. */
  end: () => Promise<void>;
}

/**
 * Puts back what a killed run has left, and starts to record what this one changes.
 *
 * @param file of the record
 * @throws SetUpError if another run is measuring
 */
export async function beginChanges(file = record): Promise<Changes> {
  if (existsSync(file)) {
    const left = JSON.parse(readFileSync(file, "utf8")) as Recorded;
    const { id, started } = left.process;
    if (started !== undefined && startOf(id) === started) {
      throw new SetUpError(
        `Process ${id} is measuring on this machine. Wait until it has finished, or end it.`,
      );
    }
    await putBack(left);
  }
  const now: Recorded = { process: { id: process.pid, started: startOf(process.pid) } };
  const write = () => {
    writeFileSync(`${file}.draft`, JSON.stringify(now), { mode: 0o600 });
    renameSync(`${file}.draft`, file);
  };
  write();
  return {
    note(changed) {
      Object.assign(now, changed);
      write();
    },
    async putBack() {
      await putBack(now);
      delete now.zram;
      delete now.sysctls;
      delete now.group;
      write();
    },
    async end() {
      await putBack(now);
      rmSync(file);
    },
  };
}

/** Pages of processes that have ended need not be read back: so the group's go first. */
async function putBack({ zram, sysctls, group }: Changed): Promise<void> {
  if (sysctls !== undefined) writeSysctls(sysctls);
  if (group !== undefined) await removeGroup(group);
  if (zram !== undefined) await removeDevice(zram);
}

/** When a process was started, in ticks of the clock since the machine was. */
function startOf(process: number): string | undefined {
  const file = `/proc/${process}/stat`;
  if (!existsSync(file)) return undefined;
  // The second field, the program's name, may contain anything.
  return readFileSync(file, "utf8").split(") ").at(-1)?.split(" ")[19];
}
