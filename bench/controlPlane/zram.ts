// Compressed swap in memory: a device of the bench's own.
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../tools/run.ts";
import { SetUpError } from "../../tools/setUp.ts";

const control = "/sys/class/zram-control";
const mebi = 2 ** 20;
/** MiB of swap before compression: more than the four programs ever hold. */
const size = 1024;
/** Above whatever other swap the machine has. */
const priority = 32_767;

/** Which device: numbers are used again after a device was removed, sequences are not. */
export interface ZramDevice {
  number: number;
  sequence: string;
}

/** MiB that are swapped, and what they take compressed, with what the allocator wastes. */
export interface ZramUse {
  from: number;
  to: number;
}

/** Why there can be no device on this machine; empty if there can. */
export function noZram(): string {
  if (!existsSync(control))
    return `The kernel has no zram: ${control} does not exist. Load its module: modprobe zram`;
  // A container may see the folder and add a device, since that takes no more than reading a file.
  const readOnly = [`${control}/hot_remove`, "/proc/sys/vm/swappiness"].filter((file) => !isWritable(file));
  return readOnly.length === 0
    ? ""
    : `${readOnly.join(" and ")} can't be written. Run it as root, and not in a container.`;
}

/** Adds a device. Synchronous, so that nothing comes between it and the note of it. */
export function addDevice(): ZramDevice {
  const reason = noZram();
  if (reason !== "") throw new SetUpError(reason);
  const number = Number(readFileSync(`${control}/hot_add`, "utf8"));
  const sequence = sequenceOf(number);
  if (sequence !== undefined) return { number, sequence };
  writeFileSync(`${control}/hot_remove`, `${number}`);
  throw new SetUpError("Devices have no sequence number. Use Linux 5.15 or newer.");
}

/** Swaps to a new device. */
export async function swapOn({ number }: ZramDevice, compression: string): Promise<void> {
  const block = blockOf(number);
  const offered = (await fs.readFile(`${block}/comp_algorithm`, "utf8"))
    .replaceAll(/[[\]]/g, "")
    .trim()
    .split(/\s+/);
  if (!offered.includes(compression)) {
    throw new SetUpError(`The kernel can't compress with ${compression}. It offers: ${offered.join(", ")}`);
  }
  await fs.writeFile(`${block}/comp_algorithm`, compression);
  await fs.writeFile(`${block}/disksize`, `${size * mebi}`);
  await command("mkswap", ["--quiet", fileOf(number)]);
  await command("swapon", ["--priority", `${priority}`, fileOf(number)]);
}

/** Removes a device, unless its number belongs to another one by now. */
export async function removeDevice(device: ZramDevice): Promise<void> {
  const file = fileOf(device.number);
  // Whatever has just looked at the device, as udev does, keeps it for a moment.
  for (let tries = 0; isThere(device); tries++) {
    try {
      if (isSwap(file)) await command("swapoff", [file]);
      await fs.writeFile(`${blockOf(device.number)}/reset`, "1");
      await fs.writeFile(`${control}/hot_remove`, `${device.number}`);
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(100);
    }
  }
}

export async function useOf({ number }: ZramDevice): Promise<ZramUse> {
  return zramUse(await fs.readFile(`${blockOf(number)}/mm_stat`, "utf8"));
}

/** @param stat mm_stat: the data's size, its compressed size, all memory that is used for it, and more, in bytes */
export function zramUse(stat: string): ZramUse {
  const [from = 0, , to = 0] = stat.trim().split(/\s+/).map(Number);
  return { from: from / mebi, to: to / mebi };
}

const blockOf = (number: number) => `/sys/block/zram${number}`;
const fileOf = (number: number) => `/dev/zram${number}`;

function isThere({ number, sequence }: ZramDevice): boolean {
  return sequenceOf(number) === sequence;
}

function sequenceOf(number: number): string | undefined {
  const file = `${blockOf(number)}/diskseq`;
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isSwap(file: string): boolean {
  return readFileSync("/proc/swaps", "utf8")
    .split("\n")
    .some((line) => line.startsWith(`${file} `) || line.startsWith(`${file}\t`));
}

async function command(name: string, args: readonly string[]): Promise<void> {
  const { ended, output } = await run(name, args);
  if (ended !== 0) throw new SetUpError(`${name} ${args.join(" ")} failed: ${output}`);
}
