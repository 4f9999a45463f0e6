// Cards of Raspberry Pi OS bookworm: systemd runs a script of the boot partition, as Raspberry Pi Imager has it do
// (https://github.com/raspberrypi/rpi-imager, src/downloadthread.cpp).
import { assignments } from "../board/shell.ts";
import { networkManagerKeyfile } from "./network.ts";
import { type CardFile, type CardPlan, writtenByBramble } from "./plan.ts";
import { script, setUpParameters } from "./documents.ts";

const firstRun = "firstrun.sh";

/** What the kernel's command line needs for the script to run at the next boot; it ends there once that is done. */
export const firstRunArguments = [
  `systemd.run=/boot/firmware/${firstRun}`,
  "systemd.run_success_action=reboot",
  // By default the board would switch itself off, and show nothing.
  "systemd.run_failure_action=none",
  "systemd.unit=kernel-command-line.target",
];

/** The script of a board. */
export function firstRunFiles(plan: CardPlan): CardFile[] {
  const parameters = {
    ...setUpParameters(plan),
    KEYFILE: networkManagerKeyfile(plan),
    COUNTRY: plan.wifi?.country ?? "",
  };
  const content = `#!/bin/bash\n${writtenByBramble}\n${assignments(parameters)}${script("setUp")}${script("firstRun")}`;
  return [{ path: firstRun, content, mode: 0o755 }];
}
