import { readFileSync, writeFileSync } from "node:fs";

/** How the kernel chooses between swapping and dropping pages of files: settings of vm. */
export interface KernelSettings {
  /** How cheap swapping is, beside reading a file again: 100 for equally cheap, at most 200. */
  swappiness: number;
  /** The pages that are read from swap at once, as a power of two: 3 for eight pages, 0 for one. */
  pageCluster: number;
}

/** Linux's defaults, and those for swap that is much faster than a disk. */
export const kernelsCompared: readonly KernelSettings[] = [
  { swappiness: 60, pageCluster: 3 },
  { swappiness: 190, pageCluster: 0 },
];

/** Settings of vm by the names that they have under /proc/sys/vm. */
export type Sysctls = Readonly<Record<string, string>>;

/** A control group of version 1 takes the swappiness that is set when it is made; version 2 knows no other. */
export function sysctlsOf({ swappiness, pageCluster }: KernelSettings): Sysctls {
  return { swappiness: `${swappiness}`, "page-cluster": `${pageCluster}` };
}

/** The values that these settings have now. */
export function readSysctls(settings: Sysctls): Sysctls {
  const names = Object.keys(settings);
  return Object.fromEntries(names.map((name) => [name, readFileSync(fileOf(name), "utf8").trim()]));
}

export function writeSysctls(settings: Sysctls): void {
  for (const [name, value] of Object.entries(settings)) writeFileSync(fileOf(name), value);
}

const fileOf = (name: string) => `/proc/sys/vm/${name}`;
