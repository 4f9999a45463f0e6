// How a machine is started: by User-mode Linux, the kernel as a program of this machine, whose processes are real
// ones and their system calls taken over by seccomp; or by QEMU.
import fs from "node:fs/promises";
import { boardMac, tapOf } from "./addresses.ts";
import { virtualises, type Machine } from "./machine.ts";

/** How a machine is started. It must end, and not start again by itself, when the board restarts. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const sharedMemory = "/dev/shm";

/** How this machine is started with this command line of its kernel. */
export function programOf(machine: Machine, commandLine: string): Promise<Program> {
  return machine.kind === "qemu" ? qemu(machine, commandLine) : userModeLinux(machine, commandLine);
}

async function userModeLinux(machine: Machine, commandLine: string): Promise<Program> {
  const { ram, image, folder, card, disk, plug } = machine;
  return {
    command: [
      // Its processes' init: with it all of them end.
      ...["unshare", "--pid", "--fork", "--kill-child", "./linux.uml"],
      ...commandLine.split(" ").filter((word) => word !== ""),
      ...["seccomp=on", "noreboot", `mem=${ram}M`, `uml_dir=${folder}`],
      ...[
        `ubd0=${card.root}`,
        `ubd1=${card.boot}`,
        ...(disk === undefined ? [] : [`ubd2=${disk.file},,${disk.serial}`]),
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
  return bavail * bsize > ram * 2 ** 20 ? sharedMemory : otherwise;
}

async function qemu(machine: Machine, commandLine: string): Promise<Program> {
  const { ram, image, card, disk, plug } = machine;
  const { program, terminal, processor } = await qemuOf[image.architecture]();
  // Emulated, mitigations cost a tenth of the time, and there is nobody to guard against.
  const kernel = `${commandLine} root=LABEL=card console=${terminal} mitigations=off`;
  return {
    command: [
      program,
      ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
      ...processor,
      ...["-smp", "1", "-m", `${ram}M`],
      ...["-kernel", image.kernel, "-initrd", image.initrd, "-append", kernel],
      ...[card.root, card.boot].flatMap((file) => ["-drive", `if=virtio,${driveOptions(file)}`]),
      ...(disk === undefined
        ? []
        : [
            ...["-drive", `if=none,id=disk,${driveOptions(disk.file)}`],
            ...["-device", `virtio-blk-pci,drive=disk,serial=${disk.serial}`],
          ]),
      ...["-netdev", `tap,id=lan,ifname=${tapOf(plug.board)},script=no,downscript=no`],
      ...["-device", `virtio-net-pci,netdev=lan,romfile=,mac=${boardMac(plug.board)}`],
      ...["-device", "virtio-rng-pci"],
      ...["-chardev", `file,id=console,append=on,path=${machine.console}`, "-serial", "chardev:console"],
    ],
  };
}

/** The board's flushes reach this machine's kernel, which outlives QEMU, and need not wait for its disk. */
const driveOptions = (file: string) => `format=raw,cache=unsafe,discard=unmap,file=${file}`;

/** What QEMU is called for each architecture, the board's serial terminal, and its arguments for the processor. */
const qemuOf = {
  /**
   * The real processor where it virtualises, an emulated one elsewhere, which takes 10 to 30 times as long. Emulated,
   * Debian's kernel 6.12 panics at its first cmpxchg16b, so that one is left out.
   */
  amd64: async () => {
    const real = await virtualises();
    const processor = real ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg", "-cpu", "max,-cx16"];
    return {
      program: "qemu-system-x86_64",
      terminal: "ttyS0",
      processor: ["-machine", "pc", ...processor],
    };
  },
  /** Always emulated: the processor of a Raspberry Pi 4. */
  arm64: () => ({
    program: "qemu-system-aarch64",
    terminal: "ttyAMA0",
    processor: ["-machine", "virt", "-accel", "tcg", "-cpu", "cortex-a72"],
  }),
};
