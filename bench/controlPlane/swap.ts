// Compressed swap for one trial, and what keeps both kinds of memory within one budget.
import { setTimeout as sleep } from "node:timers/promises";
import type { BoardGroup } from "./boardGroup.ts";
import type { Changes } from "./changes.ts";
import { type KernelSettings, readSysctls, sysctlsOf, writeSysctls } from "./kernelSettings.ts";
import { addDevice, swapOn, useOf, type ZramUse } from "./zram.ts";

/** How a trial swaps. */
export interface Swap extends KernelSettings {
  /** An algorithm that the kernel's zram has, such as lz4. */
  compression: string;
}

/** What is compressed, and the most MiB that the budget was charged with at once. */
export interface BudgetUse extends ZramUse {
  most: number;
}

/** Seconds between two looks at what is compressed. */
const interval = 0.1;

/** Makes the device and sets the kernel; the changes put both back. Returns what reads its use. */
export async function makeSwap(swap: Swap, changes: Changes): Promise<() => Promise<ZramUse>> {
  const sysctls = sysctlsOf(swap);
  changes.note({ sysctls: readSysctls(sysctls) });
  writeSysctls(sysctls);
  const device = addDevice();
  changes.note({ zram: device });
  await swapOn(device, swap.compression);
  return () => useOf(device);
}

/** MiB that a group may hold beside what is compressed of it, within the budget. At least 1. */
export function residentLimit(budget: number, compressed: number): number {
  return Math.max(1, budget - Math.ceil(compressed));
}

/**
 * Keeps a group and what is compressed of it within a budget, as a board's RAM does: the more is compressed, the less may
 * be held. Ends with the signal.
 */
export async function keepWithin(
  budget: number,
  group: Pick<BoardGroup, "resident" | "limit">,
  use: () => Promise<ZramUse>,
  signal: AbortSignal,
): Promise<BudgetUse> {
  let limit = budget;
  let most = 0;
  for (;;) {
    const [resident, now] = await Promise.all([group.resident(), use()]);
    most = Math.max(most, resident + now.to);
    if (signal.aborted) return { ...now, most };
    const next = residentLimit(budget, now.to);
    // It holds more than its limit where the kernel has refused to lower it.
    if ((next !== limit || resident > next) && group.limit(next)) limit = next;
    await sleep(interval * 1000, undefined, { signal }).catch(() => undefined);
  }
}
