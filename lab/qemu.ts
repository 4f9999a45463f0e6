// One start of a board's machine.
import { spawn } from "node:child_process";
import { boardMac, tapOf } from "./addresses.ts";
import type { VirtualBoardImage } from "./image.ts";
import { processorArguments } from "./machine.ts";
import { dieWithParent, type Plug } from "./network.ts";

/** The machine that QEMU is to be. */
export interface Machine {
  /** MiB. */
  ram: number;
  cores: number;
  image: VirtualBoardImage;
  /** The board's own disk, qcow2. */
  disk: string;
  /** The tar archive of card.ts. */
  card: string;
  plug: Plug;
  /** Added to the kernel's command line. */
  kernelArguments: readonly string[];
  /** Seconds by which the board's clock chip is ahead of this machine's clock. */
  clockOffset: number;
  /** The file that what the board writes to its serial console is added to. */
  console: string;
}

/** A machine that is switched on. */
export interface RunningMachine {
  pid: number;
  /** Resolves when it is off, whoever switched it off, to what QEMU itself had to say. */
  off: Promise<string>;
  /** Switches it off as pulling the plug does: what the board has not flushed to its disk is lost. */
  pullPlug: () => void;
}

/** Switches a machine on. It ends with this process. */
export async function switchOn(machine: Machine): Promise<RunningMachine> {
  const [program = "", ...before] = machine.plug.enter;
  const args = [...before, ...dieWithParent, "qemu-system-x86_64", ...(await qemuArguments(machine))];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4096)));
  const off = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("close", () => {
      resolve(said);
    });
  });
  return { pid: child.pid ?? 0, off, pullPlug: () => child.kill("SIGKILL") };
}

async function qemuArguments(machine: Machine): Promise<string[]> {
  const { ram, cores, image, disk, card, plug } = machine;
  const rtc = new Date(Date.now() + machine.clockOffset * 1000).toISOString().slice(0, 19);
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc"],
    ...(await processorArguments()),
    ...["-smp", String(cores), "-m", `${ram}M`, "-rtc", `base=${rtc}`],
    ...["-kernel", image.kernel, "-initrd", image.initrd, "-append", kernelCommandLine(machine)],
    // The board's flushes reach this machine's kernel, which outlives QEMU, and need not wait for its disk.
    ...["-drive", `if=virtio,format=qcow2,cache=unsafe,file=${disk}`],
    ...["-drive", `if=virtio,format=raw,readonly=on,file=${card}`],
    ...["-netdev", `tap,id=lan,ifname=${tapOf(plug.board)},script=no,downscript=no`],
    ...["-device", `virtio-net-pci,netdev=lan,romfile=,mac=${boardMac(plug.board)}`],
    ...["-device", "virtio-rng-pci"],
    ...["-chardev", `file,id=console,append=on,path=${machine.console}`, "-serial", "chardev:console"],
  ];
}

function kernelCommandLine({ kernelArguments }: Machine): string {
  return [
    ...["root=LABEL=card", "ro", "console=ttyS0", "panic=-1", "loglevel=4"],
    // Emulated, they cost a tenth of the time, and there is nobody to guard against.
    "mitigations=off",
    ...kernelArguments,
  ].join(" ");
}
