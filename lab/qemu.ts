// QEMU as a board's machine.
import { boardMac, tapOf } from "./addresses.ts";
import { processorArguments, type Machine, type Program } from "./machine.ts";

/** How QEMU starts this machine. */
export async function qemu(machine: Machine, commandLine: string): Promise<Program> {
  const { ram, cores, image, disk, plug } = machine;
  // Emulated, mitigations cost a tenth of the time, and there is nobody to guard against.
  const kernel = `${commandLine} root=LABEL=card console=ttyS0 mitigations=off`;
  return {
    command: [
      "qemu-system-x86_64",
      ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-no-reboot"],
      ...(await processorArguments()),
      ...["-smp", String(cores), "-m", `${ram}M`],
      ...["-kernel", image.kernel, "-initrd", image.initrd, "-append", kernel],
      // The board's flushes reach this machine's kernel, which outlives QEMU, and need not wait for its disk.
      ...["-drive", `if=virtio,format=raw,cache=unsafe,discard=unmap,file=${disk}`],
      ...["-netdev", `tap,id=lan,ifname=${tapOf(plug.board)},script=no,downscript=no`],
      ...["-device", `virtio-net-pci,netdev=lan,romfile=,mac=${boardMac(plug.board)}`],
      ...["-device", "virtio-rng-pci"],
      ...["-chardev", `file,id=console,append=on,path=${machine.console}`, "-serial", "chardev:console"],
    ],
  };
}
