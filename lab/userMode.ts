// User-mode Linux as a board's machine: the kernel as a program of this machine. Its processes are real ones,
// whose system calls it takes over by seccomp.
import fs from "node:fs/promises";
import { boardMac, tapOf } from "./addresses.ts";
import type { Machine, Program } from "./machine.ts";

const mebibyte = 1024 * 1024;
const sharedMemory = "/dev/shm";

/**
 * How User-mode Linux starts this machine.
 *
 * @throws an Error if the machine is to have more than one core, which it cannot have
 */
export async function userModeLinux(machine: Machine, commandLine: string): Promise<Program> {
  const { ram, cores, image, folder, disk, plug } = machine;
  if (cores !== 1) throw new Error(`a board of User-mode Linux has 1 core, not ${cores}`);
  return {
    command: [
      // Its processes' init: with it all of them end.
      ...["unshare", "--pid", "--fork", "--kill-child", "./linux.uml"],
      ...commandLine.split(" ").filter((word) => word !== ""),
      ...["seccomp=on", "noreboot", `mem=${ram}M`, `uml_dir=${folder}`],
      ...[
        `ubd0=${disk}`,
        "root=/dev/ubda", // Whichever its boot line makes the console.
        "con=null,fd:1",
      ],
      // Without gro it drops what this machine's kernel sends in large frames.
      `vec0:transport=tap,gro=1,ifname=${tapOf(plug.board)},mac=${boardMac(plug.board)}`,
    ],
    // Where its loader and its C library are.
    cwd: image.userMode,
    env: { PATH: process.env.PATH, TMPDIR: await memoryFolder(ram, folder) },
  };
}

/** Where the board's memory is a file: in this machine's memory, if it has the room there. */
async function memoryFolder(ram: number, otherwise: string): Promise<string> {
  const { bavail, bsize } = await fs.statfs(sharedMemory);
  return bavail * bsize > ram * mebibyte ? sharedMemory : otherwise;
}
