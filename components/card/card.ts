import { armbianFiles } from "./armbian.ts";
import { cloudInitFiles } from "./cloudInit.ts";
import { firstRunArguments, firstRunFiles } from "./firstRun.ts";
import type { CardFile, CardPlan, CardSystem } from "./plan.ts";

const filesOf: Readonly<Record<CardSystem, (plan: CardPlan) => CardFile[]>> = {
  "raspberry-pi-os": cloudInitFiles,
  "raspberry-pi-os-bookworm": firstRunFiles,
  ubuntu: cloudInitFiles,
  armbian: armbianFiles,
};

/** The files that make a flashed card that of a board. The same plan gives the same files. */
export function cardFiles(plan: CardPlan): CardFile[] {
  return filesOf[plan.system](plan);
}

/**
 * The kernel's command line of a card: with the memory cgroup, which the firmware of a Raspberry Pi switches off, and
 * with what starts the first-boot script. What is there stays as it is.
 *
 * @param cmdline content of cmdline.txt, of which the firmware reads the first line
 */
export function withCardArguments(cmdline: string, system: CardSystem): string {
  const [line = "", ...rest] = cmdline.split("\n");
  const words = line.trimEnd().split(" ");
  const wanted = [
    "cgroup_enable=memory",
    ...(system === "raspberry-pi-os-bookworm" ? firstRunArguments : []),
  ];
  const missing = wanted.filter((word) => !words.includes(word));
  return missing.length === 0 ? cmdline : [[line.trimEnd(), ...missing].join(" "), ...rest].join("\n");
}
