// The settings of the lab's stack.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { boardAddress } from "./addresses.ts";
import type { Architecture } from "./architecture.ts";

/** How large a lab's cluster is. */
export interface LabSize {
  /** How many boards. Default: those of stacks/Pulumi.lab.yaml; more are workers of 1 GiB. */
  boards?: number | undefined;
  /** How many of them are control planes, the first ones, of 2 GiB each. Default: 1. */
  controlPlanes?: number | undefined;
  /** Whether it has the apps of stacks/Pulumi.lab.yaml, for which one board alone is too small. Default: yes. */
  apps?: boolean | undefined;
  /** Whether the processor of the last board, a worker, is arm64. Then there are no apps, nor images of them. Default: no. */
  arm64?: boolean | undefined;
}

/** Settings by section, as below `bramble:` in a stack's file. */
export type LabSettings = Record<string, unknown> & {
  boards: LabBoard[];
  cluster: Record<string, unknown>;
} & Partial<Record<AppSection, AppSettings>>;

/** A board as the lab's settings describe it. */
export interface LabBoard extends Record<string, unknown> {
  name: string;
  /** MiB. */
  ram: number;
  role: "controlPlane" | "worker";
  arch: Architecture;
  disk?: { id: string };
  hostKey?: string;
}

/** Sections of the settings with an app's board. */
export type AppSection = "ingress" | "backup" | "storage" | "sensors";

/** As the lab's settings describe an app. */
interface AppSettings extends Record<string, unknown> {
  board: string;
}

/**
 * The settings of stacks/Pulumi.lab.yaml, for as many boards and control planes as are wanted. Apps are on workers, or
 * on control planes where there are no workers: the entrance on the first, backups with their disk on the last.
 */
export function labSettings({
  boards: wanted,
  controlPlanes = 1,
  arm64 = false,
  apps: hasApps = true,
}: LabSize): LabSettings {
  const text = readFileSync(new URL("../stacks/Pulumi.lab.yaml", import.meta.url), "utf8");
  const { config } = parse(text) as { config: Record<string, unknown> };
  const own = Object.entries(config).map(([key, value]) => [key.replace(/^bramble:/, ""), value]);
  const settings = Object.fromEntries(own) as LabSettings;
  const { boards } = settings;
  const [first, last] = [boards[0], boards.at(-1)];
  if (!first || !last) throw new Error("stacks/Pulumi.lab.yaml has no boards");
  const { disk, ...template } = last;
  delete last.disk;
  while (wanted !== undefined && boards.length < wanted) {
    const number = boards.length + 1;
    boards.push({ ...template, name: `lab-${number}`, host: boardAddress(number) });
  }
  boards.splice(wanted ?? boards.length);
  for (const board of boards.slice(0, controlPlanes))
    Object.assign(board, { role: "controlPlane", ram: first.ram });
  if (arm64) Object.assign(boards.at(-1) ?? {}, { arch: "arm64" });
  if (hasApps && !arm64 && boards.length > 1) {
    placeApps(settings, disk);
  } else {
    delete settings.ingress;
    delete settings.backup;
  }
  return settings;
}

function placeApps({ boards, ingress, backup }: LabSettings, disk: LabBoard["disk"]): void {
  const workers = boards.filter(({ role }) => role === "worker");
  const places = workers.length > 0 ? workers : boards;
  Object.assign(ingress ?? {}, { board: places[0]?.name });
  Object.assign(backup ?? {}, { board: places.at(-1)?.name });
  Object.assign(places.at(-1) ?? {}, { disk });
}
