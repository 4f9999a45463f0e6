// A control group with what a board leaves its control plane.
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { limiter } from "./limiter.ts";

/** What the group may take. */
export interface Limits {
  /** MiB in memory: anonymous and file pages and the kernel's for the group. What is swapped is not counted. */
  memory: number;
  /** Whether its anonymous pages may be swapped. */
  swap: boolean;
  /** Cores. */
  cpu: number;
  /** MiB read from the disk each second. */
  reads: number;
}

/** What the group has taken since it was made, or holds now. */
export interface Usage {
  /** MiB held. */
  anonymous: number;
  file: number;
  /** MiB read from the disk, and written to it. */
  read: number;
  written: number;
  /** Page faults that had to wait for the disk, or for swap. */
  majorFaults: number;
}

export interface BoardGroup {
  /** Files that a process writes its id to, to be in the group. */
  procs: readonly string[];
  usage: () => Promise<Usage>;
  /** MiB held as its limit counts it, with the kernel's pages. */
  resident: () => Promise<number>;
  /** Changes the limit of what is held, MiB. Returns false, and does nothing, while the last change is in progress. */
  limit: (memory: number) => boolean;
  /** Ends what changes the limit. `removeGroup` removes the group. */
  stop: () => Promise<void>;
}

const root = "/sys/fs/cgroup";
const period = 100_000;
const mebi = 2 ** 20;

/** A group, by the files of its version of control groups. */
interface Files {
  /** Files that a process writes its id to, to be in the group, and those of them that limit its CPU. */
  procs: readonly string[];
  processors: readonly string[];
  /** The limit of memory, and what is held as it counts it, in bytes. */
  limit: string;
  resident: string;
  usage: () => Promise<Usage>;
}

/**
 * Makes the group, with the version of control groups that has the memory controller on this machine.
 *
 * @param disk a file on the disk whose reads are limited
 */
export async function boardGroup(name: string, limits: Limits, disk: string): Promise<BoardGroup> {
  const device = await deviceOf(disk);
  const unified = await readFile(`${root}/cgroup.controllers`);
  const make = unified?.includes("memory") ? second : first;
  const { procs, processors, limit, resident, usage } = await make(name, limits, device);
  const changes = limiter(limit, processors);
  return {
    procs,
    usage,
    resident: async () => Number(await fs.readFile(resident, "utf8")) / mebi,
    limit: changes.set,
    stop: changes.stop,
  };
}

async function first(name: string, limits: Limits, device: string): Promise<Files> {
  const [memory, cpu, blkio] = [`${root}/memory/${name}`, `${root}/cpu/${name}`, `${root}/blkio/${name}`];
  const most = limits.memory * mebi;
  // Memory and swap together can't be less than memory alone, so their limit is set second.
  const together: Record<string, number> = limits.swap ? {} : { "memory.memsw.limit_in_bytes": most };
  await set(memory, { "memory.limit_in_bytes": most, ...together });
  await set(cpu, { "cpu.cfs_period_us": period, "cpu.cfs_quota_us": limits.cpu * period });
  await set(blkio, { "blkio.throttle.read_bps_device": `${device} ${limits.reads * mebi}` });
  return {
    procs: [memory, cpu, blkio].map((folder) => `${folder}/cgroup.procs`),
    processors: [`${cpu}/cgroup.procs`],
    limit: `${memory}/memory.limit_in_bytes`,
    resident: `${memory}/memory.usage_in_bytes`,
    async usage() {
      const stat = figures(await fs.readFile(`${memory}/memory.stat`, "utf8"));
      const io = await fs.readFile(`${blkio}/blkio.throttle.io_service_bytes`, "utf8");
      const bytes = (way: string) => Number(new RegExp(`^${device} ${way} (\\d+)$`, "m").exec(io)?.[1] ?? 0);
      const { rss = 0, cache = 0, pgmajfault = 0 } = stat;
      return {
        anonymous: rss / mebi,
        file: cache / mebi,
        read: bytes("Read") / mebi,
        written: bytes("Write") / mebi,
        majorFaults: pgmajfault,
      };
    },
  };
}

async function second(name: string, limits: Limits, device: string): Promise<Files> {
  await fs.writeFile(`${root}/cgroup.subtree_control`, "+memory +cpu +io");
  const group = path.join(root, name);
  await set(group, {
    "memory.max": limits.memory * mebi,
    "memory.swap.max": limits.swap ? "max" : 0,
    "cpu.max": `${limits.cpu * period} ${period}`,
    "io.max": `${device} rbps=${limits.reads * mebi}`,
  });
  const procs = [`${group}/cgroup.procs`];
  return {
    procs,
    processors: procs,
    limit: `${group}/memory.max`,
    resident: `${group}/memory.current`,
    async usage() {
      const {
        anon = 0,
        file = 0,
        pgmajfault = 0,
      } = figures(await fs.readFile(`${group}/memory.stat`, "utf8"));
      const io = await fs.readFile(`${group}/io.stat`, "utf8");
      const bytes = (way: string) =>
        Number(new RegExp(`^${device} .*\\b${way}=(\\d+)`, "m").exec(io)?.[1] ?? 0);
      return {
        anonymous: anon / mebi,
        file: file / mebi,
        read: bytes("rbytes") / mebi,
        written: bytes("wbytes") / mebi,
        majorFaults: pgmajfault,
      };
    },
  };
}

async function set(group: string, values: Record<string, string | number>): Promise<void> {
  await fs.mkdir(group, { recursive: true });
  for (const [file, value] of Object.entries(values)) {
    // A kernel without swap accounting has no such file, and nothing to limit.
    const ofSwap = file === "memory.swap.max" || file === "memory.memsw.limit_in_bytes";
    if (ofSwap && !existsSync(`${group}/${file}`)) continue;
    await fs.writeFile(`${group}/${file}`, `${value}`);
  }
}

/** Ends what still runs in the group of that name, if there is one, and removes it. */
export async function removeGroup(name: string): Promise<void> {
  const parents = [root, ...["memory", "cpu", "blkio"].map((controller) => path.join(root, controller))];
  for (const group of parents
    .map((parent) => path.join(parent, name))
    .filter((folder) => existsSync(folder))) {
    for (let tries = 0; ; tries++) {
      try {
        await fs.rmdir(group);
        break;
      } catch (error) {
        // A group that lost its last process a moment ago is busy for a little longer.
        if (tries === 50) throw error;
        await endAll(group);
        await sleep(100);
      }
    }
  }
}

async function endAll(group: string): Promise<void> {
  const processes = ((await readFile(`${group}/cgroup.procs`)) ?? "").split("\n").filter(Boolean);
  for (const id of processes) {
    try {
      process.kill(Number(id), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** The `major:minor` of the whole disk that a file is on: a partition cannot be limited. */
async function deviceOf(file: string): Promise<string> {
  const { dev } = await fs.stat(file, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  const device = await fs.realpath(`/sys/dev/block/${major}:${minor}`);
  const whole = (await readFile(`${device}/partition`)) === undefined ? device : path.dirname(device);
  return (await fs.readFile(`${whole}/dev`, "utf8")).trim();
}

function figures(stat: string): Record<string, number> {
  const pairs = stat.split("\n").map((line): [string, number] => {
    const [name = "", value] = line.split(" ");
    return [name, Number(value)];
  });
  return Object.fromEntries(pairs);
}

async function readFile(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch {
    return undefined;
  }
}
