import { spawn } from "node:child_process";
import path from "node:path";
import type { Container } from "../../components/workload/workload.ts";

/** This machine in place of an image: where its programs are, and where the container's folders are. */
export interface Machine {
  /** A folder here for each folder in the container, such as `{ "/data": "/tmp/x/data" }`. */
  readonly folders: Readonly<Record<string, string>>;
  /** Absolute paths in place of programs of the image, such as `{ restic: "/…/restic" }`. */
  readonly programs: Readonly<Record<string, string>>;
  /** What an image or Secrets would set besides. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a container ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** A container that runs: its process, and how it ends. */
export interface Running {
  readonly stop: (signal: NodeJS.Signals) => void;
  /** What it has said so far. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

/**
 * Starts a container's own command line here, with its own environment: only folders and programs are replaced.
 * It leads a process group.
 */
export function startContainer(container: Container, machine: Machine): Running {
  const [program = "", ...args] = (container.command ?? []).map((word) => here(word, machine));
  const own = (container.env ?? []).map(({ name, value = "" }) => [name, here(value, machine)]);
  const tools = Object.values(machine.programs).map((file) => path.dirname(file));
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: [...new Set(tools), process.env.PATH].join(path.delimiter),
      ...(Object.fromEntries(own) as Record<string, string>),
      ...machine.env,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const stop = (signal: NodeJS.Signals) => {
    // One that could not be started has none, and 0 is the group of whoever asks.
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
  return { stop, said: () => said, ended };
}

/** Runs a container to its end. */
export function runContainer(container: Container, machine: Machine): Promise<Ended> {
  return startContainer(container, machine).ended;
}

/** A path or word of the container, as it is here. */
export function here(word: string, { folders, programs }: Machine): string {
  const program = programs[word];
  if (program !== undefined) return program;
  const [folder] = Object.keys(folders)
    .filter((each) => word === each || word.startsWith(`${each}/`))
    .sort((a, b) => b.length - a.length);
  return folder === undefined ? word : `${folders[folder] ?? ""}${word.slice(folder.length)}`;
}
