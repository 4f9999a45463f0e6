import path from "node:path";
import { quoted } from "../../components/board/shell.ts";
import type { CardSystem } from "../../components/card/plan.ts";

/**
 * How files in a plain folder get onto a card, with Raspberry Pi Imager's own options (src/cli.cpp of
 * https://github.com/raspberrypi/rpi-imager); Armbian has no such tool.
 */
export function flashing(system: CardSystem, folder: string): string {
  const file = (name: string) => word(path.join(folder, name));
  const imager = "rpi-imager --cli";
  switch (system) {
    case "raspberry-pi-os":
    case "ubuntu":
      return `  flash:  ${imager} --cloudinit-userdata ${file("user-data")} --cloudinit-networkconfig ${file("network-config")} IMAGE DEVICE\n  or copy all its files onto the boot partition of a flashed card`;
    case "raspberry-pi-os-bookworm":
      return `  flash:  ${imager} --first-run-script ${file("firstrun.sh")} IMAGE DEVICE`;
    case "armbian":
      return `  flash Armbian, mount the card's root file system at MOUNT, then: sudo cp -r ${file(".")}/. MOUNT`;
  }
}

/** A word for a shell, quoted only if it needs it. */
function word(text: string): string {
  return /^[\w./@%+=:-]+$/.test(text) ? text : quoted(text);
}
